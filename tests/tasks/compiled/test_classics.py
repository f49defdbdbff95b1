"""The classics in closed form: what mechanics says about them, whatever Gymnasium's code says."""

from __future__ import annotations

import numpy as np
import pytest

from wann.evaluation.lanes import Candidate, Lanes
from wann.evaluation.play import evaluate
from wann.genome.genome import Genome
from wann.network.plan import compile_genome
from wann.seeding import Purpose, episode_seeds
from wann.tasks.compiled import acrobot, mountain_car, mountain_car_continuous, pendulum
from wann.tasks.environments.environment import make_task


@pytest.fixture
def rng():
    return np.random.default_rng(0)


# Pendulum


def swing(theta, theta_dot, torque=0.0):
    """Angle, speed and reward after one step."""
    after = pendulum.advance(theta, theta_dot, np.cos(theta), np.sin(theta), torque)
    return after[0], after[1], after[4]


def test_a_pendulum_rests_upright_and_hanging():
    assert swing(0.0, 0.0) == (0.0, 0.0, 0.0)
    theta, speed, reward = swing(np.pi, 0.0)
    assert (theta, speed) == pytest.approx((np.pi, 0.0), abs=1e-14)
    assert reward == pytest.approx(-(np.pi**2), rel=1e-15)


def test_the_worst_reward_is_the_one_that_gymnasium_documents():
    assert swing(np.pi, 8.0, 2.0)[2] == pytest.approx(-16.2736044, abs=1e-7)


def test_a_pendulum_is_mirrored_by_left_and_right(rng):
    theta, speed, torque = rng.normal(size=(3, 1000)) * [[2.0], [3.0], [1.0]]
    torque = torque.astype(np.float32).astype(float)
    one, other = swing(theta, speed, torque), swing(-theta, -speed, -torque)
    np.testing.assert_allclose([-one[0], -one[1], one[2]], other, atol=1e-14)


def test_a_free_pendulum_keeps_its_energy_nearly():
    theta, speed, energies = 2.0, 0.0, []
    for _ in range(2000):
        theta, speed, _ = swing(theta, speed)
        energies.append(speed**2 / 2 + 15.0 * np.cos(theta))
    assert np.ptp(energies) < 0.25 * 2 * 15.0  # symplectic Euler: bounded, of the order of the step
    assert np.mean(energies[:500]) == pytest.approx(np.mean(energies[-500:]), abs=0.05)


def test_a_pendulum_turns_no_faster_than_8():
    assert swing(-1.5, -8.0, -2.0)[1] == -8.0
    assert swing(1.5, 8.0, 2.0)[1] == 8.0


# Mountain car

GRAVITY = 0.0025


@pytest.mark.parametrize("car", [mountain_car, mountain_car_continuous])
def test_a_car_at_the_bottom_stays_there(car):
    position, velocity, *_ = car.advance(-np.pi / 6, 0.0, 1.0 if car is mountain_car else 0.0)
    assert position == pytest.approx(-np.pi / 6, abs=1e-7)
    assert velocity == pytest.approx(0.0, abs=1e-10)


def test_a_coasting_car_keeps_its_energy_nearly():
    position, velocity, energies = -0.9, 0.0, []
    for _ in range(1000):
        position, velocity, reward, ended = mountain_car.advance(position, velocity, 1.0)
        energies.append(velocity**2 / 2 + GRAVITY / 3 * np.sin(3 * position))
        assert (reward, ended) == (-1.0, 0.0)
    assert np.ptp(energies) < 0.1 * GRAVITY / 3


@pytest.mark.parametrize("car", [mountain_car, mountain_car_continuous])
def test_the_wall_stops_a_car_and_leaves_no_negative_zero(car):
    position, velocity, *_ = car.advance(-1.18, -0.05, 0.0)
    assert position == pytest.approx(-1.2)
    assert (velocity, np.signbit(velocity)) == (0.0, False)


@pytest.mark.parametrize(("car", "goal"), [(mountain_car, 0.5), (mountain_car_continuous, 0.45)])
def test_the_goal_counts_when_it_is_reached_forwards(car, goal):
    near, reach = goal - 0.01, 0.05
    assert car.advance(near, reach, 1.0)[3] == 1.0
    assert car.advance(near - reach, reach, 1.0)[3] == 0.0
    assert car.advance(0.58, -0.03, 0.0)[3] == 0.0


def test_effort_costs_and_the_goal_pays():
    forces = np.array([-1.0, -0.5, 0.0, 0.25, 1.0])
    *_, reward, ended = mountain_car_continuous.advance(np.full(5, -0.5), np.zeros(5), forces)
    assert reward.tolist() == pytest.approx((-0.1 * forces**2).tolist(), rel=1e-15)
    assert not ended.any()
    assert mountain_car_continuous.advance(0.44, 0.05, 0.5)[2] == pytest.approx(100 - 0.025)


def test_a_continuous_car_is_in_single_precision_after_its_first_step():
    position, velocity, *_ = mountain_car_continuous.advance(-0.5123456789, 0.0, 0.7)
    assert (position, velocity) == (np.float32(position), np.float32(velocity))


def test_two_connections_that_push_the_way_the_car_moves_reach_the_goal():
    # the velocity goes to `push left` negated, to `push right` as it is; any positive weight does
    pumping = Genome(2, 3, [6, 0, 0], [2, 2], [3, 5], [True, True], [0, 1])
    lanes = Lanes.product(2, episode_seeds(0, Purpose.TEST, 20))
    task, general = make_task("MountainCar-v0"), make_task("MountainCar-v0", compiled=False)
    candidate = Candidate.shared("pumping", compile_genome(pumping), [0.1, 2.0])
    fast, real = evaluate(task, candidate, lanes), evaluate(general, candidate, lanes)
    assert fast.returns.tolist() == real.returns.tolist()
    assert len(set(real.returns.tolist())) >= 3
    assert (real.returns > -200).all()


# Acrobot


def energy(theta1, theta2, omega1, omega2):
    """Kinetic and potential energy of two links of length 1, mass 1, and moment of inertia 1."""
    both = omega1 + omega2
    second = omega1**2 + both**2 / 4 + omega1 * both * np.cos(theta2)  # squared speed of the second's middle
    kinetic = (omega1**2 / 4 + second + omega1**2 + both**2) / 2
    return kinetic - 9.8 * (1.5 * np.cos(theta1) + 0.5 * np.cos(theta1 + theta2))


def test_the_acrobots_energy_changes_by_what_the_motor_does(rng):
    state, torque = (
        rng.normal(size=(4, 500)) * [[2.0], [2.0], [3.0], [5.0]],
        rng.choice([-1.0, 0.0, 1.0], 500),
    )
    _, theta2, omega1, omega2 = state
    a1, a2 = acrobot.accelerations(*state, np.cos(theta2), np.sin(theta2), torque)
    # central difference along the motion: dE/dt = torque * omega2
    rate, h = np.array([omega1, omega2, a1, a2]), 1e-5
    change = (energy(*(state + h * rate)) - energy(*(state - h * rate))) / (2 * h)
    np.testing.assert_allclose(change, torque * omega2, rtol=1e-5, atol=1e-5)


def full(theta1, theta2, omega1, omega2):
    return [theta1, theta2, omega1, omega2, np.cos(theta1), np.sin(theta1), np.cos(theta2), np.sin(theta2)]


def test_a_free_acrobot_keeps_its_energy_nearly():
    state, first = full(1.0, -0.5, 0.0, 0.0), energy(1.0, -0.5, 0.0, 0.0)
    for _ in range(50):
        *state, reward, ended = acrobot.advance(*state, 1.0)
        assert (reward, ended) == (-1.0, 0.0)
    assert energy(*state[:4]) == pytest.approx(first, abs=0.1)


def test_a_hanging_acrobot_rests():
    *state, _, _ = acrobot.advance(*full(0.0, 0.0, 0.0, 0.0), 1.0)
    assert state[:4] == pytest.approx([0.0] * 4, abs=1e-14)


def test_an_acrobot_arrives_when_its_end_is_above_the_line():
    assert acrobot.advance(*full(np.pi, 0.0, 0.0, 0.0), 1.0)[8:] == (0.0, 1.0)
    assert acrobot.advance(*full(1.0, 0.0, 0.0, 0.0), 1.0)[8:] == (-1.0, 0.0)


def test_the_acrobots_angles_are_wrapped_and_its_speeds_bounded():
    after = np.array(acrobot.advance(*full(3.0, 3.0, 12.0, 28.0), 2.0))
    assert (np.abs(after[:2]) <= np.pi).all()
    assert (np.abs(after[2:4]) <= [4 * np.pi, 9 * np.pi]).all()
    np.testing.assert_allclose(after[4:8], full(*after[:4])[4:], atol=1e-14)
