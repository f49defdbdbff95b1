"""MountainCarContinuous-v0: Gymnasium's equations (after Moore 1990) and their kernels.

Gymnasium keeps this state in float32 and so computes in single precision, but for the cosine and the reward;
`single` rounds wherever it does. Only the state that `reset` draws is in double precision.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from wann.formulas import cos, single
from wann.jit import kernel
from wann.tasks.compiled.dynamics import Dynamics, State
from wann.tasks.compiled.signatures import OBSERVE, STEP

GRAVITY = 0.0025
POWER, MAX_SPEED = float(np.float32(0.0015)), float(np.float32(0.07))
MIN_POSITION, MAX_POSITION = float(np.float32(-1.2)), float(np.float32(0.6))
GOAL = float(np.float32(0.45))


def advance(position, velocity, force):
    """One step under a force in [-1, 1]."""
    # 3 x is rounded to single precision unless x is still the double that `reset` drew
    drawn = (position != single(position)) * 1.0
    angle = drawn * (3.0 * position) + (1.0 - drawn) * single(3.0 * position)
    # v += F P - g cos(3 x); x += v; both are clipped
    change = single(single(force * POWER) - single(GRAVITY * cos(angle)))
    velocity = np.minimum(np.maximum(single(velocity + change), -MAX_SPEED), MAX_SPEED)
    position = np.minimum(np.maximum(single(position + velocity), MIN_POSITION), MAX_POSITION)
    # the wall on the left stops the car; "+ 0.0" turns the -0.0 that is left into 0.0
    stopped = (position == MIN_POSITION) & (velocity < 0.0)
    velocity = velocity * (1.0 - stopped * 1.0) + 0.0
    terminated = ((position >= GOAL) & (velocity >= 0.0)) * 1.0
    # r = 100 at the goal, minus 0.1 F^2
    return position, velocity, 100.0 * terminated - 0.1 * (force * force), terminated


@cache
def kernels(width: int) -> tuple[Any, Any]:
    """Return (observe, step) for blocks of `width` lanes."""
    B = width

    @kernel(OBSERVE)
    def observe(state, observation):
        for k in range(2 * B):
            observation[k] = np.float32(state[k])

    @kernel(STEP)
    def step(state, action, reward, terminated):
        position, velocity = state[:B], state[B : 2 * B]
        for lane in range(B):
            position[lane], velocity[lane], reward[lane], terminated[lane] = advance(
                position[lane], velocity[lane], action[lane]
            )

    return observe, step


def _observe(state: State) -> State:
    return tuple(single(value) for value in state)


DYNAMICS = Dynamics(
    n_state=2,
    state_of=lambda env: np.array(env.state, np.float64),
    observe=_observe,
    advance=advance,
    kernels=kernels,
    inputs=("position", "velocity"),
    outputs=("force",),
)
