// The page's own life: a slider for each network, its agent or its images, and what a node is.
// RUNS holds what Python embedded: [{key, plan, trained, task | images, weight, names}].

const WANN = {runs: []};
const shown = (value) => Math.abs(value) >= 1e5 ? value.toExponential(2) : value.toFixed(Math.abs(value) < 10 ? 2 : 1);

function theme(element) {
  const style = getComputedStyle(element), colour = (name) => style.getPropertyValue(name).trim();
  return {strong: colour("--ink"), soft: colour("--soft"), faint: colour("--line"), accent: colour("--accent"), paper: colour("--card")};
}

// Rings around the nodes of a drawing, blue for positive values and orange for negative ones.
function makeLights(root) {
  const rings = new Map();
  for (const node of root.querySelectorAll("svg .node")) {
    if (node.tagName !== "circle") continue;
    const ring = node.cloneNode(false);
    ring.removeAttribute("data-node"); ring.removeAttribute("tabindex");
    ring.setAttribute("class", "ring"); ring.setAttribute("fill", "none"); ring.setAttribute("stroke-width", "7");
    ring.setAttribute("r", Number(node.getAttribute("r")) + 3.5); ring.style.opacity = 0;
    node.before(ring);
    rings.set(Number(node.dataset.node), ring);
  }
  return (values) => {
    for (const [node, ring] of rings) {
      ring.style.stroke = values[node] > 0 ? "var(--positive)" : "var(--negative)";
      ring.style.opacity = Math.abs(Math.tanh(values[node])).toFixed(2);
    }
  };
}

// What a node is, and which connections are its own, when a pointer rests on it or a key brings the focus there.
function makeExplorer(root, values) {
  const told = root.querySelector(".told"), svg = root.querySelector("svg");
  if (!svg) return;
  const edges = [...svg.querySelectorAll(".edge")];
  const quiet = told.textContent;
  const tell = (node) => {
    const own = node.dataset.node, current = values();
    const into = edges.filter((edge) => edge.dataset.target === own);
    const onwards = edges.filter((edge) => edge.dataset.source === own);
    for (const edge of edges) edge.classList.toggle("lit", edge.dataset.target === own || edge.dataset.source === own);
    svg.classList.add("asking");
    const value = current ? `, now ${shown(current[own])}` : "";
    const what = node.dataset.activation ? `${node.dataset.activation} of its sum` : "what is seen";
    told.textContent = `${node.dataset.name}: ${what}${value}. ${into.length} connections in, ${onwards.length} onwards.`;
  };
  const forget = () => {
    svg.classList.remove("asking"); told.textContent = quiet;
    for (const edge of edges) edge.classList.remove("lit");
  };
  for (const node of svg.querySelectorAll(".node")) {
    node.setAttribute("tabindex", "0");
    node.addEventListener("pointerenter", () => tell(node)); node.addEventListener("focus", () => tell(node));
    node.addEventListener("pointerleave", forget); node.addEventListener("blur", forget);
  }
}

function makeControls(root, run, changed) {
  const slider = root.querySelector("input[type=range]"), said = root.querySelector(".weight");
  const trained = root.querySelector(".trained input");
  const weight = () => trained && trained.checked ? null : Number(slider.value);
  const tell = () => {
    slider.disabled = weight() === null;
    said.textContent = weight() === null ? "trained weights" : Number(slider.value).toFixed(2);
    changed();
  };
  slider.addEventListener("input", tell);
  if (trained) trained.addEventListener("change", tell);
  return {weight, tell};
}

function liveAgent(root, run, networks) {
  const canvas = root.querySelector("canvas"), pen = canvas.getContext("2d");
  const figures = root.querySelector(".figures"), button = root.querySelector(".play"), choice = root.querySelector("select");
  const light = makeLights(root), sketch = SKETCHES[run.task.env] || anySketch;
  let episode = null, whole = null, running = false, last = 0, due = 0;
  const network = () => controls.weight() === null ? networks.trained : networks.shared;
  const begin = () => {
    episode = makeEpisode(run.task, network(), controls.weight(), Number(choice.value));
    whole = makeEpisode(run.task, network(), controls.weight(), Number(choice.value)).finish();
    draw();
  };
  const draw = () => {
    pen.clearRect(0, 0, 600, 300);
    sketch(pen, theme(root), episode.state);
    light(episode.values);
    figures.textContent = `step ${episode.steps} of ${whole.steps}, return so far ${shown(episode.earned)}; in the end ${shown(whole.earned)}`;
    figures.dataset.earned = whole.earned; figures.dataset.steps = whole.steps;
  };
  const tick = (now) => {
    if (!running) return;
    due = Math.min(due + (now - last) * run.task.fps / 1000, 20); last = now;
    while (due >= 1 && !episode.over) { episode.step(); due -= 1; }
    draw();
    if (episode.over) return play(false);
    requestAnimationFrame(tick);
  };
  const play = (go) => {
    if (go && episode.over) begin();
    running = go; last = performance.now(); due = 0;
    button.textContent = go ? "Pause" : "Play"; button.setAttribute("aria-pressed", go);
    if (go) requestAnimationFrame(tick);
  };
  button.addEventListener("click", () => play(!running));
  choice.addEventListener("change", begin);
  const controls = makeControls(root, run, begin);
  controls.tell();
  makeExplorer(root, () => episode.values);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  if (run === RUNS[0] && !matchMedia("(prefers-reduced-motion: reduce)").matches) play(true);
  return {
    // Every state of an episode, for whoever wants to check it.
    trajectory(start, weight) {
      const way = makeEpisode(run.task, weight === null ? networks.trained : networks.shared, weight, start), states = [way.state];
      while (!way.over) { way.step(); states.push(way.state); }
      return {states, earned: way.earned, steps: way.steps};
    },
  };
}

function liveImages(root, run, networks) {
  const sheet = root.querySelector(".sheet"), figures = root.querySelector(".figures"), light = makeLights(root);
  const bytes = Uint8Array.from(atob(run.images.pixels), (c) => c.charCodeAt(0));
  const numbers = new Float32Array(bytes.buffer), size = run.plan.n_inputs;
  const images = run.images.labels.map((_, k) => numbers.subarray(k * size, (k + 1) * size));
  let chosen = 0, values = null;
  const tiles = images.map((image, k) => {
    const tile = document.createElement("button"), canvas = document.createElement("canvas"), text = document.createElement("span");
    [canvas.height, canvas.width] = run.images.shape;
    const pen = canvas.getContext("2d"), data = pen.createImageData(canvas.width, canvas.height);
    image.forEach((value, p) => data.data.set([0, 0, 0, Math.round(255 * (value - run.images.low) / (run.images.high - run.images.low))], 4 * p));
    pen.putImageData(data, 0, 0);
    tile.append(canvas, text); tile.type = "button";
    tile.addEventListener("click", () => { chosen = k; controls.tell(); });
    sheet.append(tile);
    return {tile, text};
  });
  const answer = (image) => {
    const weight = controls.weight(), network = weight === null ? networks.trained : networks.shared;
    const found = network.values(image, weight);
    return {found, said: largest(network.outputs(found))};
  };
  const controls = makeControls(root, run, () => {
    let right = 0;
    images.forEach((image, k) => {
      const {found, said} = answer(image), label = run.images.labels[k];
      if (k === chosen) values = found;
      right += said === label;
      tiles[k].tile.className = said === label ? "right" : "wrong";
      tiles[k].tile.classList.toggle("chosen", k === chosen);
      tiles[k].text.textContent = run.names[said];
      tiles[k].tile.title = `says ${run.names[said]}, is ${run.names[label]}`;
    });
    figures.textContent = `${right} of ${images.length} right; all test images: see the table`;
    figures.dataset.earned = right;
    light(values);
  });
  controls.tell();
  makeExplorer(root, () => values);
  return {answers: (weight) => images.map((image) => largest(networks.shared.outputs(networks.shared.values(image, weight))))};
}

for (const run of RUNS) {
  const root = document.getElementById(run.key);
  const networks = {shared: makeNetwork(run.plan), trained: run.trained && makeNetwork({...run.plan, weights: run.trained})};
  if (run.task) WANN.runs.push(liveAgent(root, run, networks));
  else if (run.images) WANN.runs.push(liveImages(root, run, networks));
  else { makeExplorer(root, () => null); WANN.runs.push({}); }
}
