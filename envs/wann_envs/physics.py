"""Cart-pole swing-up: the formulas of one step, for floats, float64 arrays and compiled kernels alike.

The pole is a uniform rod that hangs from the cart's centre by one end. Its angle theta is 0 when it stands
upright and grows to the left (counter-clockwise), so the rod's tip is at
(x - LENGTH sin(theta), LENGTH cos(theta)) and a push to the right raises theta of an upright pole.

Only + - * / , comparisons and the exact sin and cos of `wann.formulas`: `wann.jit.compiled_formula(advance)`
gives kernels the same bits as Python. The equations are those of Deisenroth and Rasmussen's PILCO.
"""

from __future__ import annotations

from wann.formulas import PI, cos, sin

GRAVITY = 9.82  # m/s^2
CART_MASS = 0.5  # kg
POLE_MASS = 0.5  # kg
TOTAL_MASS = CART_MASS + POLE_MASS
LENGTH = 0.6  # m, the whole pole
FRICTION = 0.1  # N s/m, between cart and track
FORCE = 10.0  # N, at action 1
DT = 0.01  # s
X_LIMIT = 2.4  # m, the end of the track on either side

_QUARTER_TURN_PER_METRE = PI / 2.0 / X_LIMIT


def accelerations(x_dot, theta_dot, cos_theta, sin_theta, force):
    """Return the accelerations of the cart, in m/s^2, and of the pole, in rad/s^2, under a force in N."""
    push = force - FRICTION * x_dot
    swing = POLE_MASS * LENGTH * theta_dot * theta_dot * sin_theta
    weight = GRAVITY * sin_theta
    inertia = 4.0 * TOTAL_MASS - 3.0 * POLE_MASS * cos_theta * cos_theta
    # x'' = (-2 m_p l th'^2 s + 3 m_p g s c + 4 F - 4 b x') / (4 M - 3 m_p c^2)
    x_acc = (-2.0 * swing + 3.0 * POLE_MASS * weight * cos_theta + 4.0 * push) / inertia
    # th'' = (-3 m_p l th'^2 s c + 6 M g s + 6 (F - b x') c) / (4 l M - 3 m_p l c^2)
    theta_acc = (-3.0 * swing * cos_theta + 6.0 * TOTAL_MASS * weight + 6.0 * push * cos_theta) / (
        LENGTH * inertia
    )
    return x_acc, theta_acc


def reward_at(x, cos_theta):
    """Return the reward of a state: 1 upright in the middle, 0 hanging or at the ends of the track."""
    # r = ((cos th + 1) / 2) cos(pi/2 * x/2.4)
    return 0.5 * (cos_theta + 1.0) * cos(_QUARTER_TURN_PER_METRE * x)


def advance(x, x_dot, theta, theta_dot, cos_theta, sin_theta, action):
    """Return the state after DT seconds with the action's force, its reward, and whether it is terminal.

    All arguments are floats, or float64 arrays of any one shape; so are the eight results, except that the
    last is a bool, or an array of bools.

    Parameters
    ----------
    x, x_dot: the cart's position in m and velocity in m/s
    theta, theta_dot: the pole's angle in rad and angular velocity in rad/s
    cos_theta, sin_theta: of theta; part of the state so that they are computed once a step
    action: in [-1, 1], clipped by the caller, in units of FORCE

    Returns
    -------
    (x, x_dot, theta, theta_dot, cos_theta, sin_theta, reward, terminated)
    """
    x_acc, theta_acc = accelerations(x_dot, theta_dot, cos_theta, sin_theta, FORCE * action)
    # Explicit Euler: the positions move with the old velocities.
    x = x + DT * x_dot
    theta = theta + DT * theta_dot
    x_dot = x_dot + DT * x_acc
    theta_dot = theta_dot + DT * theta_acc
    cos_theta = cos(theta)
    sin_theta = sin(theta)
    return x, x_dot, theta, theta_dot, cos_theta, sin_theta, reward_at(x, cos_theta), abs(x) > X_LIMIT
