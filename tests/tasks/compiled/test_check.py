"""The check finds what is wrong, says where, and leaves what is right in peace."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import gymnasium
import numpy as np
import pytest

from wann.errors import DynamicsDiffer, UnknownEnvironment
from wann.tasks.compiled import COMPILED, cartpole, dynamics_of
from wann.tasks.compiled.check import WIDTHS, check_dynamics
from wann.tasks.compiled.recording import record
from wann.tasks.environments.environment import make_task

ENV = "CartPole-v1"
OPTIONS = {"Pendulum-v1": {"reward_tolerance": 5e-10}, "Acrobot-v1": {"drift": 1e-6}}


@pytest.mark.parametrize("env", COMPILED)
def test_shipped_dynamics_pass(env):
    checked = check_dynamics(env, steps=2000, **OPTIONS.get(env, {}))
    assert checked.steps >= 2000
    assert checked.episodes >= 10
    assert checked.state <= 1e-12
    assert checked.drift is not None
    assert (checked.ended > 0) or env in ("Pendulum-v1", "Acrobot-v1")


def test_drift_is_left_out_on_demand():
    assert check_dynamics(ENV, steps=200, drift=None).drift is None


def test_an_environment_without_compiled_dynamics_is_told():
    with pytest.raises(UnknownEnvironment, match="no compiled dynamics for 'Blackjack-v1'"):
        dynamics_of("Blackjack-v1")


# Faults, planted one by one into CartPole's dynamics


@pytest.fixture
def complaint(monkeypatch):
    """`complaint(**changes)`: what the check says of CartPole with other dynamics."""

    def complaint(**changes) -> str:
        monkeypatch.setattr(cartpole, "DYNAMICS", replace(cartpole.DYNAMICS, **changes))
        with pytest.raises(DynamicsDiffer) as caught:
            check_dynamics(ENV, steps=500)
        message = str(caught.value)
        assert ENV in message
        assert "\n" not in message
        return message

    return complaint


def with_step(change):
    """Kernels whose step is followed by `change(state, action, reward, terminated, width)`."""

    @cache
    def kernels(width):
        observe, step = cartpole.kernels(width)

        def changed(state, action, reward, terminated):
            step(state, action, reward, terminated)
            change(state, action, reward, terminated, width)

        return observe, changed

    return kernels


def with_sight(change):
    @cache
    def kernels(width):
        observe, step = cartpole.kernels(width)

        def changed(state, observation):
            observe(state, observation)
            change(state, observation, width)

        return changed, step

    return kernels


def add(row, amount):
    def change(state, action, reward, terminated, width):
        state[row * width : (row + 1) * width] += amount

    return change


def test_a_state_that_is_off_is_told_with_its_place_and_both_numbers(complaint):
    message = complaint(kernels=with_step(add(2, 1e-9)))
    assert "number 2 of the state is" in message
    assert "step 1 of the episode with seed 0" in message
    assert "by the action" in message


def test_a_number_that_is_not_written_is_told(complaint):
    def forget(state, action, reward, terminated, width):
        reward[:] = np.nan

    assert "the reward is nan in compiled dynamics and 1.0" in complaint(kernels=with_step(forget))


def test_a_wrong_reward_is_told(complaint):
    def earn(state, action, reward, terminated, width):
        reward += 1e-6

    assert "the reward is" in complaint(kernels=with_step(earn))


def test_a_wrong_end_is_told(complaint):
    def go_on(state, action, reward, terminated, width):
        terminated[:] = 0.0

    assert "terminated is 0.0 in compiled dynamics and 1.0" in complaint(kernels=with_step(go_on))


def test_an_observation_that_is_off_is_told_by_its_name(complaint):
    def squint(state, observation, width):
        observation[width : 2 * width] += 1e-3

    assert "'cart velocity' of the observation is" in complaint(kernels=with_sight(squint))


def test_an_observation_that_is_not_rounded_is_told_with_the_cure(complaint):
    def sharpen(state, observation, width):
        observation[:] = state

    assert "round them with `single`" in complaint(kernels=with_sight(sharpen))
    assert "round them with `single`" in complaint(observe=lambda state: tuple(state))


def test_a_kernel_that_serves_one_width_alone_is_told(complaint):
    def neighbour(state, action, reward, terminated, width):
        if width == WIDTHS[1]:
            state[:width] = np.roll(state[:width], 1)

    assert f"kernels of width {WIDTHS[1]}, give different bits for the state" in complaint(
        kernels=with_step(neighbour)
    )


def test_a_formula_that_is_not_the_kernels_is_told(complaint):
    def advance(*state):
        x, *rest = cartpole.advance(*state)
        return (np.nextafter(x, 9), *rest)

    assert "different bits for the state" in complaint(advance=advance)


def test_a_formula_whose_reward_is_another_is_told(complaint):
    def advance(*state):
        *after, reward, terminated = cartpole.advance(*state)
        return (*after, reward + 1e-15, terminated)

    assert "different bits for the reward" in complaint(advance=advance)


@pytest.mark.parametrize(
    "state",
    [[0.0] * 4, np.zeros(3), np.zeros(4, np.float32), np.full(4, np.nan), np.zeros((4, 1))],
    ids=["list", "short", "float32", "nan", "matrix"],
)
def test_a_state_that_is_none_is_told(complaint, state):
    assert "expected an array of 4 finite float64 numbers" in complaint(state_of=lambda env: state)


def test_a_part_of_the_state_that_reset_does_not_set_is_told(complaint):
    def state_of(env):
        env.count = getattr(env, "count", 0) + 1
        return np.array([*env.state, float(env.count)])

    assert "a used environment starts at" in complaint(
        n_state=5, state_of=state_of, observe=lambda state: cartpole._observe(state[:4])
    )


def test_a_state_that_is_no_copy_is_told(complaint):
    shared = np.zeros(4)

    def state_of(env):
        return shared

    class Writing(gymnasium.Wrapper):
        def step(self, action):
            shared[0] += 1.0
            return self.env.step(action)

    from wann.tasks.compiled import check

    make = check.make_environment
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(check, "make_environment", lambda *arguments: Writing(make(*arguments)))
        assert "expected a copy" in complaint(state_of=state_of)


@pytest.mark.parametrize(("kind", "count"), [("inputs", 4), ("outputs", 2)])
def test_names_are_counted(complaint, kind, count):
    assert f"DYNAMICS.{kind}: expected {count} names, got 1" in complaint(**{kind: ("a",)})


def test_an_observation_of_another_length_is_told(complaint):
    assert "observe: expected 4 numbers, got 3" in complaint(observe=lambda state: tuple(state[:3]))


def test_dynamics_that_drift_away_are_told(complaint):
    def drifting(x, x_dot, theta, theta_dot, action):
        x, *rest = cartpole.advance(x, x_dot, theta, theta_dot, action)
        return (x + 5e-13, *rest)

    @cache
    def kernels(width):
        observe, step = cartpole.kernels(width)

        def changed(state, action, reward, terminated):
            step(state, action, reward, terminated)
            state[:width] += 5e-13

        return observe, changed

    # each step is within the tolerance, and 200 of them are not
    monkey = pytest.MonkeyPatch()
    with monkey.context() as patch:
        patch.setattr(cartpole, "DYNAMICS", replace(cartpole.DYNAMICS, advance=drifting, kernels=kernels))
        assert check_dynamics(ENV, steps=500, drift=None).state <= 1e-12
        with pytest.raises(DynamicsDiffer, match=r"steps alone from the start of seed \d+"):
            check_dynamics(ENV, steps=500, drift=1e-12)


def test_an_environment_that_truncates_by_itself_is_told(monkeypatch):
    from gymnasium.envs.classic_control.cartpole import CartPoleEnv

    step = CartPoleEnv.step

    def tired(self, action):
        *result, _, info = step(self, action)
        return (*result, True, info)

    monkeypatch.setattr(CartPoleEnv, "step", tired)
    with pytest.raises(DynamicsDiffer, match="truncates its episode by itself, at step 1"):
        check_dynamics(ENV, steps=100)


def test_an_environment_that_rolls_dice_is_told(monkeypatch):
    from gymnasium.envs.classic_control.cartpole import CartPoleEnv

    step = CartPoleEnv.step

    def windy(self, action):
        result = step(self, action)
        x, *rest = self.state
        self.state = np.array([x + self.np_random.normal() * 1e-3, *rest])
        return np.array(self.state, np.float32), *result[1:]

    monkeypatch.setattr(CartPoleEnv, "step", windy)
    with pytest.raises(DynamicsDiffer, match="number 0 of the state"):
        check_dynamics(ENV, steps=100)


def test_a_recorded_episode_is_consecutive():
    steps = record(make_task("Pendulum-v1"), seed=3, limit=40)
    assert len(steps) == 40
    assert (steps.before[1:] == steps.after[:-1]).all()
    assert steps.origin.tolist() == [[3, k] for k in range(1, 41)]
    assert steps.seen.dtype == np.float32
    assert not steps.terminated.any()
