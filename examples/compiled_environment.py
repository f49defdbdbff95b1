"""An environment of your own that runs as compiled code, in one file: a boat that docks in a current.

A config beside this file names it, and worker processes find it: `task.env: compiled_environment:Docking-v0`.

    wann evolve examples/docking.yaml

Step by step, and the check that holds the compiled code to the environment: docs/environments.md.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces

from wann.formulas import sin, single
from wann.tasks.compiled import Dynamics, register

ENV = "compiled_environment:Docking-v0"

DT = 0.1  # s
DRAG = 0.4  # 1/s
CURRENT = 0.6  # m/s^2
LOST = 3.0  # m


# 1. What happens in a step: one formula for floats, arrays and kernels. It may use + - * / comparisons,
#    np.abs, np.floor, np.minimum, np.maximum, np.sqrt and wann.formulas, and has no `if`.
def advance(position, speed, thrust):
    """0.1 s of a boat, position in m from the quay: the next state, the reward there, whether it is lost."""
    # v' = thrust - drag v + current sin(2 x); x' = v, with the new v
    speed = speed + DT * (thrust - DRAG * speed + CURRENT * sin(2.0 * position))
    position = position + DT * speed
    reward = 1.0 / (1.0 + 4.0 * position * position + 4.0 * speed * speed)
    return position, speed, reward, (np.abs(position) > LOST) * 1.0


# 2. The environment, as anybody who knows Gymnasium would write it. It calls the formula too, so that real
#    and compiled episodes are the same to the last bit.
class DockingEnv(gymnasium.Env):
    """Bring a boat to the quay and hold it there, against a current that changes with the place."""

    observation_space = spaces.Box(-np.inf, np.inf, (2,), np.float32)
    action_space = spaces.Box(-1.0, 1.0, (1,), np.float32)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None):
        """Start some metres from the quay, almost at rest."""
        super().reset(seed=seed)
        self.state = np.array([self.np_random.uniform(-2.0, 2.0), self.np_random.uniform(-0.1, 0.1)])
        return self.state.astype(np.float32), {}

    def step(self, action):
        """Thrust for 0.1 s."""
        *state, reward, lost = advance(*self.state, float(action[0]))
        self.state = np.array(state)
        return self.state.astype(np.float32), float(reward), bool(lost), False, {}


gymnasium.register("Docking-v0", entry_point=f"{__name__}:DockingEnv", max_episode_steps=200)


# 3. What a network sees of a state, rounded to float32 as the observations above are.
def observe(state):
    """The observation, one entry a number."""
    position, speed = state
    return single(position), single(speed)


# 4. The same for a block of `width` episodes side by side: row k of an array `a` is
#    a[k * width : (k + 1) * width], a value for each episode. numba enters here, so it is needed no earlier.
@cache
def kernels(width: int):
    """Return (observe, step) for blocks of `width` episodes."""
    from wann.jit import kernel
    from wann.tasks.compiled.signatures import OBSERVE, STEP

    B = width

    @kernel(OBSERVE)
    def observe_block(state, observation):
        for k in range(2 * B):
            observation[k] = np.float32(state[k])

    @kernel(STEP)
    def step_block(state, action, reward, terminated):
        position, speed = state[:B], state[B:]
        for k in range(B):
            position[k], speed[k], reward[k], terminated[k] = advance(position[k], speed[k], action[k])

    return observe_block, step_block


# 5. All of it together, under the name that configs use.
DYNAMICS = Dynamics(
    n_state=2,
    state_of=lambda env: env.state.copy(),
    observe=observe,
    advance=advance,
    kernels=kernels,
    inputs=("position", "speed"),
    outputs=("thrust",),
)
register(ENV, __name__)
