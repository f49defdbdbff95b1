"""Acrobot-v1: Gymnasium's equations (Sutton & Barto 1998; Sutton 1996) and their kernels.

Both links have length 1, mass 1, their centre of mass at 0.5 and moment of inertia 1; theta1 is 0 where the
first link hangs, theta2 is the second link's angle relative to the first.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from wann.formulas import PI, cos, sin, single, wrap_angle
from wann.jit import kernel
from wann.tasks.compiled.dynamics import Dynamics, State
from wann.tasks.compiled.signatures import OBSERVE, STEP

GRAVITY, CENTRE, INERTIA = 9.8, 0.5, 1.0
DT = 0.2
MAX_SPEED_1, MAX_SPEED_2 = 4.0 * PI, 9.0 * PI
HALF_TURN = PI / 2.0


def accelerations(theta1, theta2, omega1, omega2, cos2, sin2, torque):
    """The angular accelerations of both joints; `cos2` and `sin2` are of `theta2`."""
    # d1 = m1 lc1^2 + m2 (l1^2 + lc2^2 + 2 l1 lc2 cos th2) + I1 + I2;  d2 = m2 (lc2^2 + l1 lc2 cos th2) + I2
    d1 = 0.25 + (1.25 + 2.0 * CENTRE * cos2) + INERTIA + INERTIA
    d2 = 0.25 + CENTRE * cos2 + INERTIA
    # phi2 = m2 lc2 g cos(th1 + th2 - pi/2)
    phi2 = CENTRE * GRAVITY * cos(theta1 + theta2 - HALF_TURN)
    # phi1 = -m2 l1 lc2 (th2'^2 + 2 th2' th1') sin th2 + (m1 lc1 + m2 l1) g cos(th1 - pi/2) + phi2
    phi1 = (
        -CENTRE * (omega2 * omega2) * sin2
        - 2.0 * CENTRE * omega2 * omega1 * sin2
        + 1.5 * GRAVITY * cos(theta1 - HALF_TURN)
        + phi2
    )
    # th2'' = (u + d2/d1 phi1 - m2 l1 lc2 th1'^2 sin th2 - phi2) / (m2 lc2^2 + I2 - d2^2/d1)
    alpha2 = (torque + d2 / d1 * phi1 - CENTRE * (omega1 * omega1) * sin2 - phi2) / (
        0.25 + INERTIA - d2 * d2 / d1
    )
    # th1'' = -(d2 th2'' + phi1) / d1
    return -(d2 * alpha2 + phi1) / d1, alpha2


def advance(theta1, theta2, omega1, omega2, cos1, sin1, cos2, sin2, action):
    """One Runge-Kutta step of 0.2 s; `action` is 0.0, 1.0 or 2.0 for a torque of -1, 0 or 1."""
    torque = action - 1.0
    half = DT / 2.0
    a1, a2 = accelerations(theta1, theta2, omega1, omega2, cos2, sin2, torque)

    u1, u2 = omega1 + half * a1, omega2 + half * a2
    t1, t2 = theta1 + half * omega1, theta2 + half * omega2
    b1, b2 = accelerations(t1, t2, u1, u2, cos(t2), sin(t2), torque)

    v1, v2 = omega1 + half * b1, omega2 + half * b2
    t1, t2 = theta1 + half * u1, theta2 + half * u2
    c1, c2 = accelerations(t1, t2, v1, v2, cos(t2), sin(t2), torque)

    w1, w2 = omega1 + DT * c1, omega2 + DT * c2
    t1, t2 = theta1 + DT * v1, theta2 + DT * v2
    d1, d2 = accelerations(t1, t2, w1, w2, cos(t2), sin(t2), torque)

    # y + dt/6 (k1 + 2 k2 + 2 k3 + k4); angles are wrapped, speeds are clipped
    sixth = DT / 6.0
    theta1 = wrap_angle(theta1 + sixth * (omega1 + 2.0 * u1 + 2.0 * v1 + w1))
    theta2 = wrap_angle(theta2 + sixth * (omega2 + 2.0 * u2 + 2.0 * v2 + w2))
    omega1 = omega1 + sixth * (a1 + 2.0 * b1 + 2.0 * c1 + d1)
    omega2 = omega2 + sixth * (a2 + 2.0 * b2 + 2.0 * c2 + d2)
    omega1 = np.minimum(np.maximum(omega1, -MAX_SPEED_1), MAX_SPEED_1)
    omega2 = np.minimum(np.maximum(omega2, -MAX_SPEED_2), MAX_SPEED_2)

    cos1, sin1, cos2, sin2 = cos(theta1), sin(theta1), cos(theta2), sin(theta2)
    # the free end is more than 1 above the fixed one
    terminated = (-cos1 - cos(theta2 + theta1) > 1.0) * 1.0
    return theta1, theta2, omega1, omega2, cos1, sin1, cos2, sin2, terminated - 1.0, terminated


@cache
def kernels(width: int) -> tuple[Any, Any]:
    """Return (observe, step) for blocks of `width` lanes."""
    B = width

    @kernel(OBSERVE)
    def observe(state, observation):
        for k in range(4 * B):
            observation[k] = np.float32(state[4 * B + k])
        for k in range(2 * B):
            observation[4 * B + k] = np.float32(state[2 * B + k])

    @kernel(STEP)
    def step(state, action, reward, terminated):
        theta1, theta2, omega1, omega2 = (
            state[:B],
            state[B : 2 * B],
            state[2 * B : 3 * B],
            state[3 * B : 4 * B],
        )
        cos1, sin1, cos2, sin2 = (
            state[4 * B : 5 * B],
            state[5 * B : 6 * B],
            state[6 * B : 7 * B],
            state[7 * B : 8 * B],
        )
        for lane in range(B):
            (
                theta1[lane],
                theta2[lane],
                omega1[lane],
                omega2[lane],
                cos1[lane],
                sin1[lane],
                cos2[lane],
                sin2[lane],
                reward[lane],
                terminated[lane],
            ) = advance(
                theta1[lane],
                theta2[lane],
                omega1[lane],
                omega2[lane],
                cos1[lane],
                sin1[lane],
                cos2[lane],
                sin2[lane],
                action[lane],
            )

    return observe, step


def _state_of(env: Any) -> np.ndarray:
    theta1, theta2, omega1, omega2 = (float(value) for value in env.state)
    return np.array([theta1, theta2, omega1, omega2, cos(theta1), sin(theta1), cos(theta2), sin(theta2)])


def _observe(state: State) -> State:
    _, _, omega1, omega2, *trigonometry = state
    return tuple(single(value) for value in (*trigonometry, omega1, omega2))


DYNAMICS = Dynamics(
    n_state=8,
    state_of=_state_of,
    observe=_observe,
    advance=advance,
    kernels=kernels,
    inputs=(
        "cos angle 1",
        "sin angle 1",
        "cos angle 2",
        "sin angle 2",
        "angular velocity 1",
        "angular velocity 2",
    ),
    outputs=("torque -1", "no torque", "torque +1"),
)
