"""The cart-pole swing-up, by the very formulas of the Gymnasium environment in `wann_envs`."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from wann.jit import kernel
from wann.tasks.compiled.dynamics import Dynamics, State
from wann.tasks.compiled.signatures import OBSERVE, STEP
from wann_envs.physics import advance


@cache
def kernels(width: int) -> tuple[Any, Any]:
    """Return (observe, step) for blocks of `width` lanes."""
    B = width

    @kernel(OBSERVE)
    def observe(state, observation):
        for lane in range(B):
            observation[lane] = np.float32(state[lane])
            observation[B + lane] = np.float32(state[B + lane])
            observation[2 * B + lane] = np.float32(state[4 * B + lane])
            observation[3 * B + lane] = np.float32(state[5 * B + lane])
            observation[4 * B + lane] = np.float32(state[3 * B + lane])

    @kernel(STEP)
    def step(state, action, reward, terminated):
        x, x_dot = state[:B], state[B : 2 * B]
        theta, theta_dot = state[2 * B : 3 * B], state[3 * B : 4 * B]
        cosine, sine = state[4 * B : 5 * B], state[5 * B : 6 * B]
        for lane in range(B):
            (
                x[lane],
                x_dot[lane],
                theta[lane],
                theta_dot[lane],
                cosine[lane],
                sine[lane],
                reward[lane],
                terminated[lane],
            ) = advance(
                x[lane], x_dot[lane], theta[lane], theta_dot[lane], cosine[lane], sine[lane], action[lane]
            )

    return observe, step


def _observe(state: State) -> State:
    x, x_dot, _, theta_dot, cosine, sine = state
    return tuple(np.float64(np.float32(value)) for value in (x, x_dot, cosine, sine, theta_dot))


DYNAMICS = Dynamics(
    n_state=6,
    state_of=lambda env: np.array(env.state, np.float64),
    observe=_observe,
    advance=advance,
    kernels=kernels,
    inputs=("cart position", "cart velocity", "cos angle", "sin angle", "angular velocity"),
    outputs=("force",),
)
