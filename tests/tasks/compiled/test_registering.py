"""Compiled environments from elsewhere: registering and finding them, and one clear line where that fails."""

from __future__ import annotations

import sys
from pathlib import Path

import gymnasium
import pytest

from wann.errors import TaskError, UnknownEnvironment
from wann.tasks.compiled import COMPILED, Dynamics, dynamics_of, register
from wann.tasks.compiled.cartpole import DYNAMICS
from wann.tasks.environments.environment import make_task

MODULE = """
import gymnasium
from gymnasium.envs.classic_control.cartpole import CartPoleEnv
from wann.tasks.compiled import register
{dynamics}
gymnasium.register("Cart-v0", entry_point=CartPoleEnv, max_episode_steps=50)
register("{env}", __name__)
"""


@pytest.fixture(autouse=True)
def leave_nothing_behind():
    """Take back what a test registers."""
    before = COMPILED.copy()
    yield
    COMPILED.clear()
    COMPILED.update(before)
    gymnasium.registry.pop("Cart-v0", None)


@pytest.fixture
def write(tmp_path, monkeypatch):
    """`write(name, env)`: a module that registers CartPole's dynamics for `env`."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(
        name: str, env: str, dynamics: str = "from wann.tasks.compiled.cartpole import DYNAMICS"
    ) -> None:
        monkeypatch.delitem(sys.modules, name, raising=False)
        Path(tmp_path, f"{name}.py").write_text(MODULE.format(env=env, dynamics=dynamics))

    return write


def refusal(kind, function, *arguments) -> str:
    with pytest.raises(kind) as caught:
        function(*arguments)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_every_registered_module_holds_dynamics():
    assert all(isinstance(dynamics_of(env), Dynamics) for env in COMPILED)


def test_a_worker_finds_dynamics_by_importing_the_module(write):
    write("carts", "carts:Cart-v0")
    assert dynamics_of("carts:Cart-v0") is DYNAMICS


def test_a_task_of_it_is_compiled(write):
    write("more_carts", "more_carts:Cart-v0")
    task = make_task("more_carts:Cart-v0")
    assert (task.compiled, task.max_steps, task.inputs) == (True, 50, DYNAMICS.inputs)
    assert task.dynamics is DYNAMICS


def test_registering_twice_is_registering_once():
    for _ in range(2):
        register("some_module:CartPole-v1", "some_module")
    assert COMPILED["some_module:CartPole-v1"] == "some_module"


def test_dynamics_belong_to_one_module():
    register("some_module:CartPole-v1", "some_module")
    assert "those of some_module" in refusal(TaskError, register, "some_module:CartPole-v1", "other_module")


def test_an_unknown_id_is_told_with_its_likely_meaning():
    message = refusal(UnknownEnvironment, register, "some_module:CartPoll-v1", "some_module")
    assert "did you mean 'CartPole-v1'?" in message
    assert "gymnasium.register" in refusal(UnknownEnvironment, register, "some_module:Qzx-v7", "some_module")


@pytest.mark.parametrize("env", ["CartPole-v1", ":CartPole-v1", "module:"])
def test_an_id_without_module_is_refused_with_the_cure(env):
    assert "'module:id', such as 'some_module:" in refusal(TaskError, register, env, "some_module")


@pytest.mark.parametrize(
    ("env", "module"), [("__main__:CartPole-v1", "__main__"), ("some_module:CartPole-v1", "__main__")]
)
def test_a_script_cannot_register(env, module):
    assert "a module of its own" in refusal(TaskError, register, env, module)


def test_what_is_not_compiled_is_told_with_its_likely_meaning():
    assert "did you mean 'CartPole-v1'?" in refusal(UnknownEnvironment, dynamics_of, "CartPole-v2")


def test_a_module_that_registers_another_id_is_told(write):
    write("odd_carts", "odd_carts:Cart-v0")
    message = refusal(UnknownEnvironment, dynamics_of, "odd_carts:Carts-v0")
    assert "did you mean 'odd_carts:Cart-v0'?" in message


@pytest.mark.parametrize(("dynamics", "got"), [("", "NoneType"), ("DYNAMICS = 7", "int")])
def test_a_module_without_dynamics_is_told(write, dynamics, got):
    write("bare_carts", "bare_carts:Cart-v0", dynamics)
    message = refusal(TaskError, dynamics_of, "bare_carts:Cart-v0")
    assert "expected DYNAMICS" in message
    assert got in message


def test_what_a_module_says_when_it_is_imported_is_the_error_of_the_task(write):
    write("wrong_carts", "wrong_carts:Cart-v1")
    message = refusal(UnknownEnvironment, make_task, "wrong_carts:Cart-v1")
    assert "did you mean 'Cart-v0'?" in message
