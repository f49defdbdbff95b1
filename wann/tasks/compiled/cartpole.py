"""CartPole-v1: Gymnasium's equations (Barto, Sutton & Anderson 1983; Florian 2007) and their kernels."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from wann.formulas import cos, sin
from wann.jit import kernel
from wann.tasks.compiled.dynamics import Dynamics, State
from wann.tasks.compiled.signatures import OBSERVE, STEP

GRAVITY, MASS_POLE, TOTAL_MASS, LENGTH = 9.8, 0.1, 1.1, 0.5
POLE_MASS_LENGTH = 0.05
FORCE, TAU = 10.0, 0.02
X_LIMIT = 2.4
THETA_LIMIT = 0.20943951023931953  # 12 degrees


def advance(x, x_dot, theta, theta_dot, action):
    """One explicit Euler step of 0.02 s; `action` is 0.0 (push left) or 1.0 (push right)."""
    force = (2.0 * action - 1.0) * FORCE
    cos_theta, sin_theta = cos(theta), sin(theta)
    temp = (force + POLE_MASS_LENGTH * (theta_dot * theta_dot) * sin_theta) / TOTAL_MASS
    theta_acc = (GRAVITY * sin_theta - cos_theta * temp) / (
        LENGTH * (4.0 / 3.0 - MASS_POLE * (cos_theta * cos_theta) / TOTAL_MASS)
    )
    x_acc = temp - POLE_MASS_LENGTH * theta_acc * cos_theta / TOTAL_MASS
    x = x + TAU * x_dot
    x_dot = x_dot + TAU * x_acc
    theta = theta + TAU * theta_dot
    theta_dot = theta_dot + TAU * theta_acc
    terminated = ((np.abs(x) > X_LIMIT) | (np.abs(theta) > THETA_LIMIT)) * 1.0
    return x, x_dot, theta, theta_dot, 1.0, terminated


@cache
def kernels(width: int) -> tuple[Any, Any]:
    """Return (observe, step) for blocks of `width` lanes."""
    B = width

    @kernel(OBSERVE)
    def observe(state, observation):
        for k in range(4 * B):
            observation[k] = np.float32(state[k])

    @kernel(STEP)
    def step(state, action, reward, terminated):
        x, x_dot = state[:B], state[B : 2 * B]
        theta, theta_dot = state[2 * B : 3 * B], state[3 * B : 4 * B]
        for lane in range(B):
            x[lane], x_dot[lane], theta[lane], theta_dot[lane], reward[lane], terminated[lane] = advance(
                x[lane], x_dot[lane], theta[lane], theta_dot[lane], action[lane]
            )

    return observe, step


def _observe(state: State) -> State:
    return tuple(np.float64(np.float32(value)) for value in state)


DYNAMICS = Dynamics(
    n_state=4,
    state_of=lambda env: np.array(env.state, np.float64),
    observe=_observe,
    advance=advance,
    kernels=kernels,
    inputs=("cart position", "cart velocity", "pole angle", "pole angular velocity"),
    outputs=("push left", "push right"),
)
