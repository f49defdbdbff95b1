"""Cart-pole swing-up as a Gymnasium environment; its formulas are in `physics.py`."""

from __future__ import annotations

from typing import Any, SupportsFloat

import gymnasium
import numpy as np
from gymnasium import spaces
from gymnasium.error import DependencyNotInstalled, ResetNeeded
from numpy.typing import ArrayLike, NDArray

from wann.formulas import cos, sin
from wann_envs import physics

WIDTH, HEIGHT = 600, 400  # pixels of a frame
_FINE = 4  # a frame is drawn this many times larger and scaled down, so that motion is smooth below a pixel
_PIXELS_PER_METRE = 98.0  # cart and pole fit into the frame at both ends of the track
_TRACK_Y = 200  # pixels from the top; the pole swings as far above as below

_Color = tuple[int, int, int]
_Point = tuple[float, float]

_WHITE: _Color = (255, 255, 255)
_INK: _Color = (38, 44, 58)
_RAIL: _Color = (150, 156, 168)
_FAINT: _Color = (226, 229, 234)
_WHEEL: _Color = (96, 104, 122)
_ALARM: _Color = (214, 57, 57)
_POLE_AT_0: _Color = (150, 163, 190)
_POLE_AT_1: _Color = (240, 128, 24)


class CartPoleSwingUpEnv(gymnasium.Env[NDArray[np.float32], NDArray[np.float32]]):
    """Swing a hanging pole up, by pushing the cart that it hangs from, and keep it upright.

    ## Description

    A cart moves along a track of 4.8 m. A pole, a uniform rod of 0.6 m, turns freely around an axle in the
    cart's centre. It starts hanging down. The force on the cart is the only control: it is too weak to lift
    the pole in one push, so the cart has to pump it up, then catch it, and stay near the middle of the track.

    Cart and pole weigh 0.5 kg each, gravity is 9.82 m/s^2 and the cart's friction 0.1 N s/m. A step is an
    explicit Euler step of 0.01 s.

    ## Action Space

    A `ndarray` of shape `(1,)`: the force on the cart in units of 10 N, positive to the right. Values beyond
    [-1, 1] are clipped.

    | Num | Action         | Min | Max |
    |-----|----------------|-----|-----|
    | 0   | Force on cart  | -1  | 1   |

    ## Observation Space

    A `ndarray` of shape `(5,)` and type float32. The angle is 0 when the pole is upright, and grows as it
    leans to the left.

    | Num | Observation                    | Min  | Max |
    |-----|--------------------------------|------|-----|
    | 0   | Cart position (m)              | -Inf | Inf |
    | 1   | Cart velocity (m/s)            | -Inf | Inf |
    | 2   | Cosine of the pole's angle     | -1   | 1   |
    | 3   | Sine of the pole's angle       | -1   | 1   |
    | 4   | Pole angular velocity (rad/s)  | -Inf | Inf |

    ## Rewards

    `(cos(angle) + 1) / 2 * cos(pi/2 * position / 2.4)` of the state that the step leads to: 1 for an upright
    pole in the middle of the track, 0 for a hanging pole or at the ends of the track. The step that leaves
    the track earns slightly less than 0.

    ## Starting State

    Position, velocity, angle and angular velocity are drawn from normal distributions with the means
    0, 0, pi, 0 and a standard deviation of 0.2 each.

    ## Episode End

    1. Termination: the cart leaves the track, |position| > 2.4.
    2. Truncation: 1000 steps (10 s), when made by `gymnasium.make`.

    ## Arguments

    `render_mode`: None, "human" (a window) or "rgb_array" (frames of shape `(400, 600, 3)`, which need no
    display). The pole's colour shows the reward, from grey for 0 to orange for 1.

    ```python
    >>> import gymnasium
    >>> env = gymnasium.make("wann_envs:wann/CartPoleSwingUp-v0", render_mode="rgb_array")
    >>> observation, info = env.reset(seed=1)
    >>> observation, reward, terminated, truncated, info = env.step(env.action_space.sample())
    ```

    ## Version History

    * v0: first version

    ## References

    * Adam Gaier and David Ha, Weight Agnostic Neural Networks, NeurIPS 2019: uses the task in this form.
    * Xingdong Zuo, DeepPILCO (2018), https://github.com/zuoxingdong/DeepPILCO: the task as an environment.
    * Marc Deisenroth and Carl Rasmussen, PILCO: A Model-Based and Data-Efficient Approach to Policy Search,
      ICML 2011: the equations of motion.
    """

    metadata: dict[str, Any] = {"render_modes": ["human", "rgb_array"], "render_fps": 100}  # noqa: RUF012

    def __init__(self, render_mode: str | None = None) -> None:
        if render_mode is not None and render_mode not in self.metadata["render_modes"]:
            raise ValueError(f"render_mode must be None, 'human' or 'rgb_array', got {render_mode!r}")
        self.render_mode = render_mode
        high = np.array([np.inf, np.inf, 1.0, 1.0, np.inf], dtype=np.float32)
        self.observation_space = spaces.Box(-high, high, dtype=np.float32)
        self.action_space = spaces.Box(-1.0, 1.0, shape=(1,), dtype=np.float32)
        self.state: NDArray[np.float64] | None = None
        self._window: Any = None
        self._clock: Any = None

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.float32], dict[str, Any]]:
        """Draw a new start state, a `(6,)` array in the order of `physics.advance`; there are no options."""
        super().reset(seed=seed)
        x, x_dot, theta, theta_dot = self.np_random.normal([0.0, 0.0, np.pi, 0.0], 0.2)
        self.state = np.array([x, x_dot, theta, theta_dot, cos(theta), sin(theta)])
        if self.render_mode == "human":
            self.render()
        return self._observation(self.state), {}

    def step(
        self, action: ArrayLike
    ) -> tuple[NDArray[np.float32], SupportsFloat, bool, bool, dict[str, Any]]:
        """Push the cart for 0.01 s."""
        if self.state is None:
            raise ResetNeeded("Cannot call env.step() before calling env.reset()")
        x, x_dot, theta, theta_dot, cos_theta, sin_theta = self.state
        *state, reward, terminated = physics.advance(
            x, x_dot, theta, theta_dot, cos_theta, sin_theta, _push(action)
        )
        self.state = np.array(state, dtype=np.float64)
        if self.render_mode == "human":
            self.render()
        return self._observation(self.state), float(reward), bool(terminated), False, {}

    def render(self) -> NDArray[np.uint8] | None:
        """Show the state in a window, or return it as a `(400, 600, 3)` uint8 array."""
        if self.render_mode is None:
            gymnasium.logger.warn("Nothing is rendered: the environment was made without a render_mode.")
            return None
        if self.state is None:
            raise ResetNeeded("Cannot call env.render() before calling env.reset()")
        frame = _draw(self.state[0], self.state[4], self.state[5])
        if self.render_mode == "human":
            self._show(frame)
            return None
        return np.transpose(_pygame().surfarray.array3d(frame), (1, 0, 2))

    def close(self) -> None:
        """Close the window, if there is one."""
        if self._window is not None:
            _pygame().display.quit()
            self._window = None

    def _show(self, frame: Any) -> None:
        pygame = _pygame()
        if self._window is None:
            pygame.display.init()
            pygame.display.set_caption("Cart-pole swing-up")
            self._window = pygame.display.set_mode((WIDTH, HEIGHT))
            self._clock = pygame.time.Clock()
        self._window.blit(frame, (0, 0))
        pygame.event.pump()
        self._clock.tick(self.metadata["render_fps"])
        pygame.display.flip()

    @staticmethod
    def _observation(state: NDArray[np.float64]) -> NDArray[np.float32]:
        x, x_dot, _, theta_dot, cos_theta, sin_theta = state
        return np.array([x, x_dot, cos_theta, sin_theta, theta_dot], dtype=np.float32)


def _push(action: ArrayLike) -> float:
    values = np.asarray(action, dtype=np.float64)
    if values.size != 1 or np.isnan(values).any():
        raise ValueError(f"The action must be one number in [-1, 1], got {action!r}")
    return min(max(values.item(), -1.0), 1.0)


def _pygame() -> Any:
    try:
        import pygame
        import pygame.gfxdraw
    except ImportError as error:
        raise DependencyNotInstalled(
            'pygame is not installed, run `pip install "gymnasium[classic-control]"`'
        ) from error
    return pygame


def _draw(x: float, cos_theta: float, sin_theta: float) -> Any:
    """Return a pygame surface of WIDTH x HEIGHT that shows the cart at x metres and its pole, to scale."""
    pygame = _pygame()
    surface = pygame.Surface((_FINE * WIDTH, _FINE * HEIGHT), depth=32)
    surface.fill(_WHITE)
    pen = _Pen(pygame.gfxdraw, surface)
    _draw_track(pen, x)
    reward = max(float(physics.reward_at(x, cos_theta)), 0.0)
    # A cart that goes on after the end stops outside the picture: gfxdraw refuses far-away points.
    center = WIDTH / 2 + _PIXELS_PER_METRE * min(max(x, -4.0), 4.0)
    length = _PIXELS_PER_METRE * physics.LENGTH
    _draw_cart(pen, center)
    # Positive angles lean to the left; y grows downwards in the picture.
    tip = (center - length * sin_theta, _TRACK_Y - length * cos_theta)
    pen.bar((center, _TRACK_Y), tip, 9, _blend(_POLE_AT_0, _POLE_AT_1, reward))
    pen.disc((center, _TRACK_Y), 3.5, _WHITE)
    return pygame.transform.smoothscale(surface, (WIDTH, HEIGHT))


def _draw_track(pen: _Pen, x: float) -> None:
    middle, reach = WIDTH / 2, _PIXELS_PER_METRE * physics.X_LIMIT
    pen.bar((middle, _TRACK_Y - 80), (middle, _TRACK_Y + 80), 1, _FAINT)
    pen.bar((middle - reach, _TRACK_Y), (middle + reach, _TRACK_Y), 3, _RAIL)
    for side in (-1, 1):
        end = middle + side * reach
        left_here = side * x > physics.X_LIMIT
        pen.bar((end, _TRACK_Y - 24), (end, _TRACK_Y + 24), 4, _ALARM if left_here else _RAIL)


def _draw_cart(pen: _Pen, center: float) -> None:
    top, bottom = _TRACK_Y - 11, _TRACK_Y + 11
    for wheel in (center - 14, center + 14):
        pen.disc((wheel, bottom + 3), 5.5, _WHEEL)
    pen.polygon([(center - 24, top), (center + 24, top), (center + 24, bottom), (center - 24, bottom)], _INK)


class _Pen:
    """Draws antialiased shapes, given in pixels of the frame, on a surface that is _FINE times larger."""

    def __init__(self, gfxdraw: Any, surface: Any) -> None:
        self._gfxdraw = gfxdraw
        self._surface = surface

    def polygon(self, corners: list[_Point], color: _Color) -> None:
        points = [(_fine(across), _fine(down)) for across, down in corners]
        self._gfxdraw.aapolygon(self._surface, points, color)
        self._gfxdraw.filled_polygon(self._surface, points, color)

    def disc(self, center: _Point, radius: float, color: _Color) -> None:
        across, down = _fine(center[0]), _fine(center[1])
        self._gfxdraw.aacircle(self._surface, across, down, _fine(radius), color)
        self._gfxdraw.filled_circle(self._surface, across, down, _fine(radius), color)

    def bar(self, start: _Point, end: _Point, width: float, color: _Color) -> None:
        """Draw a thick line with round ends."""
        along, down = end[0] - start[0], end[1] - start[1]
        half = width / 2 / (along * along + down * down) ** 0.5
        side, rise = -down * half, along * half
        self.polygon(
            [
                (start[0] + side, start[1] + rise),
                (end[0] + side, end[1] + rise),
                (end[0] - side, end[1] - rise),
                (start[0] - side, start[1] - rise),
            ],
            color,
        )
        self.disc(start, width / 2, color)
        self.disc(end, width / 2, color)


def _fine(pixels: float) -> int:
    return round(_FINE * pixels)


def _blend(first: _Color, second: _Color, share: float) -> _Color:
    red, green, blue = (round(a + share * (b - a)) for a, b in zip(first, second, strict=True))
    return red, green, blue
