// What an agent looks like: a drawing of a state for each compiled task, on a canvas of 600 x 300.

const SKETCHES = (() => {
  const line = (pen, x1, y1, x2, y2, width, colour) => {
    pen.strokeStyle = colour; pen.lineWidth = width; pen.lineCap = "round";
    pen.beginPath(); pen.moveTo(x1, y1); pen.lineTo(x2, y2); pen.stroke();
  };
  const disc = (pen, x, y, r, colour) => {
    pen.fillStyle = colour; pen.beginPath(); pen.arc(x, y, r, 0, 2 * Math.PI); pen.fill();
  };
  const cart = (pen, ink, x, y, tipX, tipY) => {
    pen.fillStyle = ink.strong;
    pen.fillRect(x - 26, y - 11, 52, 22);
    disc(pen, x - 15, y + 13, 6, ink.soft); disc(pen, x + 15, y + 13, 6, ink.soft);
    line(pen, x, y, tipX, tipY, 9, ink.accent);
    disc(pen, x, y, 4, ink.paper);
  };
  function cartpole(pen, ink, state) {
    const [x, , theta] = state, metre = 110, ground = 215, middle = 300 + metre * x;
    line(pen, 300 - 2.4 * metre, ground, 300 + 2.4 * metre, ground, 3, ink.faint);
    cart(pen, ink, middle, ground, middle + 130 * Math.sin(theta), ground - 130 * Math.cos(theta));
  }
  function swingup(pen, ink, state) {
    const [x, , , , cosine, sine] = state, metre = 98, ground = 150, reach = 2.4 * metre;
    const middle = 300 + metre * Math.min(Math.max(x, -2.9), 2.9), length = metre * 0.6;
    line(pen, 300 - reach, ground, 300 + reach, ground, 4, ink.faint);
    for (const side of [-1, 1]) line(pen, 300 + side * reach, ground - 24, 300 + side * reach, ground + 24, 4, ink.faint);
    cart(pen, ink, middle, ground, middle - length * sine, ground - length * cosine);
  }
  function pendulum(pen, ink, state) {
    const [, , cosine, sine] = state, x = 300, y = 150;
    line(pen, x, y, x - 110 * sine, y - 110 * cosine, 16, ink.accent);
    disc(pen, x, y, 6, ink.strong);
  }
  function acrobot(pen, ink, state) {
    const [theta1, theta2] = state, unit = 62, x = 300, y = 150;
    const x1 = x + unit * Math.sin(theta1), y1 = y + unit * Math.cos(theta1);
    const x2 = x1 + unit * Math.sin(theta1 + theta2), y2 = y1 + unit * Math.cos(theta1 + theta2);
    line(pen, 130, y - unit, 470, y - unit, 2, ink.faint);
    line(pen, x, y, x1, y1, 12, ink.strong); line(pen, x1, y1, x2, y2, 12, ink.accent);
    disc(pen, x, y, 5, ink.paper); disc(pen, x1, y1, 5, ink.paper);
  }
  function mountainCar(pen, ink, state) {
    const place = (p) => [40 + (p + 1.2) / 1.8 * 520, 230 - 75 * (Math.sin(3 * p) + 1)];
    pen.strokeStyle = ink.faint; pen.lineWidth = 4; pen.beginPath();
    for (let k = 0; k <= 120; k++) pen.lineTo(...place(-1.2 + 1.8 * k / 120));
    pen.stroke();
    const [flagX, flagY] = place(0.5);
    line(pen, flagX, flagY, flagX, flagY - 44, 2, ink.soft);
    pen.fillStyle = ink.accent; pen.fillRect(flagX, flagY - 44, 22, 14);
    const [x, y] = place(state[0]), slope = -75 * 3 * Math.cos(3 * state[0]) / (520 / 1.8);
    pen.save(); pen.translate(x, y); pen.rotate(Math.atan(slope));
    pen.fillStyle = ink.strong; pen.fillRect(-18, -20, 36, 13);
    disc(pen, -10, -6, 6, ink.soft); disc(pen, 10, -6, 6, ink.soft);
    pen.restore();
  }
  return {
    "CartPole-v1": cartpole, "wann_envs:wann/CartPoleSwingUp-v0": swingup, "Pendulum-v1": pendulum,
    "Acrobot-v1": acrobot, "MountainCar-v0": mountainCar, "MountainCarContinuous-v0": mountainCar,
  };
})();

// Any other state: a bar for each of its numbers.
function anySketch(pen, ink, state) {
  const wide = 520 / state.length;
  state.forEach((value, k) => {
    const height = 110 * Math.tanh(value);
    pen.fillStyle = value > 0 ? ink.accent : ink.soft;
    pen.fillRect(40 + k * wide, 150 - Math.max(0, height), 0.7 * wide, Math.abs(height));
  });
  pen.fillStyle = ink.faint; pen.fillRect(40, 149, 520, 2);
}
