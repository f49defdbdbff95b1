"""Pendulum-v1: Gymnasium's equations (semi-implicit Euler, 0.05 s) and their kernels.

Gymnasium computes in double precision, except for the two terms that the torque, a float32, is in.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from wann.formulas import cos, sin, single, wrap_angle
from wann.jit import kernel
from wann.tasks.compiled.dynamics import Dynamics, State
from wann.tasks.compiled.signatures import OBSERVE, STEP

DT, MAX_SPEED = 0.05, 8.0
WEIGHT = 15.0  # 3 g / (2 l), with g = 10 and l = 1
LEVER = 3.0  # 3 / (m l^2), with m = 1
EFFORT = float(np.float32(0.001))


def advance(theta, theta_dot, cosine, sine, torque):
    """One step; theta is 0 upright and never wrapped, cosine and sine are its own, torque is in [-2, 2]."""
    # r = -(th^2 + 0.1 th'^2 + 0.001 u^2), of the state before the step and th in [-pi, pi)
    angle = wrap_angle(theta)
    effort = single(EFFORT * single(torque * torque))
    reward = -(angle * angle + 0.1 * (theta_dot * theta_dot) + effort)
    # th'' = 3 g / (2 l) sin th + 3 / (m l^2) u
    theta_dot = theta_dot + (WEIGHT * sine + single(LEVER * torque)) * DT
    theta_dot = np.minimum(np.maximum(theta_dot, -MAX_SPEED), MAX_SPEED)
    theta = theta + theta_dot * DT
    return theta, theta_dot, cos(theta), sin(theta), reward, 0.0


@cache
def kernels(width: int) -> tuple[Any, Any]:
    """Return (observe, step) for blocks of `width` lanes."""
    B = width

    @kernel(OBSERVE)
    def observe(state, observation):
        for lane in range(B):
            observation[lane] = np.float32(state[2 * B + lane])
            observation[B + lane] = np.float32(state[3 * B + lane])
            observation[2 * B + lane] = np.float32(state[B + lane])

    @kernel(STEP)
    def step(state, action, reward, terminated):
        theta, theta_dot = state[:B], state[B : 2 * B]
        cosine, sine = state[2 * B : 3 * B], state[3 * B : 4 * B]
        for lane in range(B):
            theta[lane], theta_dot[lane], cosine[lane], sine[lane], reward[lane], terminated[lane] = advance(
                theta[lane], theta_dot[lane], cosine[lane], sine[lane], action[lane]
            )

    return observe, step


def _state_of(env: Any) -> np.ndarray:
    theta, theta_dot = (float(value) for value in env.state)
    return np.array([theta, theta_dot, cos(theta), sin(theta)])


def _observe(state: State) -> State:
    _, theta_dot, cosine, sine = state
    return tuple(single(value) for value in (cosine, sine, theta_dot))


DYNAMICS = Dynamics(
    n_state=4,
    state_of=_state_of,
    observe=_observe,
    advance=advance,
    kernels=kernels,
    inputs=("cos angle", "sin angle", "angular velocity"),
    outputs=("torque",),
)
