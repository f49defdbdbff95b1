"""Tasks read off Gymnasium environments, and one clear line for each that cannot be had."""

from __future__ import annotations

import importlib.util

import gymnasium
import numpy as np
import pytest

from wann.errors import MissingPackage, TaskError, UnknownEnvironment, UnsupportedSpace
from wann.tasks.actions import Box, Discrete
from wann.tasks.environments.environment import make_environment, make_task

SWING_UP = "wann_envs:wann/CartPoleSwingUp-v0"


def refusal(kind, env, **options) -> str:
    with pytest.raises(kind) as caught:
        make_task(env, **options)
    message = str(caught.value)
    assert isinstance(caught.value, TaskError)
    assert "\n" not in message
    assert env in message
    return message


def test_cartpole():
    task = make_task("CartPole-v1")
    assert (task.n_inputs, task.n_outputs, task.max_steps, task.compiled) == (4, 2, 500, True)
    assert isinstance(task.actions, Discrete)
    assert len(task.inputs) == 4
    assert len(task.outputs) == 2


def test_swing_up():
    task = make_task(SWING_UP)
    assert (task.n_inputs, task.n_outputs, task.max_steps, task.compiled) == (5, 1, 1000, True)
    assert isinstance(task.actions, Box)
    assert (task.actions.low.tolist(), task.actions.high.tolist()) == ([-1.0], [1.0])


@pytest.mark.parametrize(
    ("env", "n_inputs", "limit", "steps"),
    [("Pendulum-v1", 3, 2.0, 200), ("MountainCarContinuous-v0", 2, 1.0, 999)],
)
def test_continuous_classics(env, n_inputs, limit, steps):
    task = make_task(env)
    assert (task.n_inputs, task.n_outputs, task.max_steps) == (n_inputs, 1, steps)
    assert (task.actions.low.tolist(), task.actions.high.tolist()) == ([-limit], [limit])
    assert task.actions.single


@pytest.mark.parametrize("env", ["CartPole-v1", SWING_UP])
def test_compiled_dynamics_can_be_declined(env):
    assert make_task(env, compiled=False).compiled is False
    assert make_task(env, compiled=False).inputs == make_task(env).inputs


def test_arguments_that_change_the_environment_rule_compiled_dynamics_out():
    assert make_task("CartPole-v1", kwargs={"sutton_barto_reward": True}).compiled is False


def test_the_step_limit_can_be_replaced():
    assert make_task("CartPole-v1", max_episode_steps=77).max_steps == 77
    assert make_task("CartPole-v1", max_episode_steps=77).compiled is True


def test_an_environment_without_a_limit_gets_one(toys):
    assert make_task(f"{toys}:toys/Echo-v0").max_steps == 1000


def test_observations_and_actions_of_any_shape_are_flattened(toys):
    task = make_task(f"{toys}:toys/Echo-v0", kwargs={"actions": "grid", "observations": "grid"})
    assert (task.n_inputs, task.n_outputs, task.actions.shape) == (6, 6, (2, 3))


def test_a_discrete_space_may_start_anywhere(toys):
    task = make_task(f"{toys}:toys/Echo-v0", kwargs={"actions": "discrete"})
    assert task.actions.act(np.array([2.0])) == 4


def test_a_name_without_version_is_the_latest_and_gymnasium_says_so():
    with pytest.warns(UserWarning, match="latest versioned environment `CartPole-v1`"):
        assert make_task("CartPole").n_inputs == 4


def test_actions_of_half_bounded_spaces_are_valid(toys):
    task = make_task(f"{toys}:toys/Echo-v0", kwargs={"actions": "halves"})
    environment = make_environment(task.env, task.kwargs)
    for outputs in ([-9.0] * 4, [9.0] * 4, [0.0] * 4, [0.7, -0.7, 0.2, -0.2]):
        action = task.actions.act(task.actions.decode(np.array([outputs]))[0])
        assert environment.action_space.contains(action), action
    # a side without a bound is clipped at +-1
    ends = [task.actions.decode(np.full((1, 4), side))[0].tolist() for side in (-1.0, 1.0)]
    assert ends == [[-1.0, 0.0, -1.0, -1.0], [1.0, 1.0, 0.5, 1.0]]
    environment.close()


def test_a_task_keeps_what_it_was_given():
    task = make_task("Pendulum-v1", kwargs={"g": 5.0}, output_activation="tanh", failure_return=-9.0)
    assert task.kwargs == {"g": 5.0}
    assert (task.output_activation, task.failure_return) == ("tanh", -9.0)


# What cannot be had


def test_an_unknown_name_is_told_with_its_likely_meaning():
    assert "did you mean 'CartPole-v1'?" in refusal(UnknownEnvironment, "CartPoll-v1")


@pytest.mark.parametrize("env", ["CartPole-v99", "Nothing-v0", "wann_envs:wann/Nothing-v0", "a b"])
def test_an_unknown_name_is_one_line(env):
    refusal(UnknownEnvironment, env)


def test_a_mistyped_name_of_a_plugin_is_told_with_its_likely_meaning():
    assert SWING_UP in refusal(UnknownEnvironment, "wann_envs:wann/CartPoleSwingup-v0")


def test_a_missing_module_is_told():
    assert "install its package" in refusal(MissingPackage, "nosuchmodule:x")


@pytest.mark.parametrize("env", ["nosuchmodule.part:x", "json.nosuchpart:x", ".json:x", ":x", "__main__:x"])
def test_odd_module_names_are_one_line(env):
    refusal(TaskError, env)


@pytest.mark.parametrize(
    ("env", "package", "extra"),
    [("LunarLander-v3", "Box2D", "gymnasium[box2d]"), ("HalfCheetah-v5", "mujoco", "gymnasium[mujoco]")],
)
def test_a_missing_extra_is_told_with_its_cure(env, package, extra):
    if importlib.util.find_spec(package):
        pytest.skip(f"{package} is installed here, so nothing is missing")
    assert extra in refusal(MissingPackage, env)


def test_wrong_arguments_are_told():
    assert "colour" in refusal(TaskError, "CartPole-v1", kwargs={"colour": "red"})


@pytest.mark.parametrize("space", ["dict", "text"])
def test_unsupported_action_spaces_are_told(toys, space):
    message = refusal(UnsupportedSpace, f"{toys}:toys/Echo-v0", kwargs={"actions": space})
    assert "action space" in message


@pytest.mark.parametrize("space", ["text", "image"])
def test_unsupported_observation_spaces_are_told(toys, space):
    message = refusal(UnsupportedSpace, f"{toys}:toys/Echo-v0", kwargs={"observations": space})
    assert "observation space" in message


def test_an_environment_is_closed_when_its_task_cannot_be_built(toys, monkeypatch):
    closed = []
    monkeypatch.setattr(gymnasium.Wrapper, "close", lambda self: closed.append(self))
    refusal(UnsupportedSpace, f"{toys}:toys/Echo-v0", kwargs={"actions": "dict"})
    assert closed
