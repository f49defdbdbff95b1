"""MountainCar-v0: Gymnasium's equations (Moore 1990; Sutton & Barto 1998) and their kernels."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from wann.formulas import cos, single
from wann.jit import kernel
from wann.tasks.compiled.dynamics import Dynamics, State
from wann.tasks.compiled.signatures import OBSERVE, STEP

FORCE, GRAVITY = 0.001, 0.0025
MIN_POSITION, MAX_POSITION, MAX_SPEED = -1.2, 0.6, 0.07
GOAL = 0.5


def advance(position, velocity, action):
    """One step; `action` is 0.0 (push left), 1.0 (coast) or 2.0 (push right)."""
    # v += (a - 1) F - g cos(3 x); x += v; both are clipped
    velocity = velocity + ((action - 1.0) * FORCE + cos(3.0 * position) * -GRAVITY)
    velocity = np.minimum(np.maximum(velocity, -MAX_SPEED), MAX_SPEED)
    position = np.minimum(np.maximum(position + velocity, MIN_POSITION), MAX_POSITION)
    # the wall on the left stops the car; "+ 0.0" turns the -0.0 that is left into 0.0
    stopped = (position == MIN_POSITION) & (velocity < 0.0)
    velocity = velocity * (1.0 - stopped * 1.0) + 0.0
    terminated = ((position >= GOAL) & (velocity >= 0.0)) * 1.0
    return position, velocity, -1.0, terminated


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
    outputs=("push left", "coast", "push right"),
)
