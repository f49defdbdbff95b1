"""Environments with spaces of every kind are played, and as a bare loop over Gymnasium would play them."""

from __future__ import annotations

import importlib

import gymnasium
import numpy as np
import pytest
from gymnasium import spaces

from wann.errors import WannError
from wann.evaluation.lanes import Candidate, Lanes
from wann.evaluation.play import evaluate
from wann.evaluation.pools.processes import ProcessPool
from wann.network.network import Networks
from wann.network.plan import compile_genome
from wann.network.reference import forward
from wann.tasks.environments.environment import make_task
from wann.tasks.task import Task

WEIGHTS = [-1.5, 0.7]
LANES = Lanes.product(2, np.array([11, 12, 13]))


def action_of(space: spaces.Space, outputs: np.ndarray):
    """The rules of `wann.tasks.actions` once more, one number at a time."""
    match space:
        case spaces.Discrete():
            return int(np.argmax(outputs)) + int(space.start)
        case spaces.MultiDiscrete():
            ends = np.cumsum(space.nvec.ravel())
            parts = [
                np.argmax(outputs[end - n : end]) for n, end in zip(space.nvec.ravel(), ends, strict=True)
            ]
            return (np.reshape(parts, space.shape) + space.start).astype(space.dtype)
        case spaces.MultiBinary():
            return (outputs.reshape(space.shape) > 0).astype(np.int8)
        case spaces.Box():
            low = np.where(np.isfinite(space.low), space.low.astype(float), -1.0)
            high = np.where(np.isfinite(space.high), space.high.astype(float), 1.0)
            action = low + (np.clip(outputs.reshape(space.shape), -1, 1) + 1) / 2 * (high - low)
            return np.asarray(action if space.dtype.kind == "f" else np.round(action)).astype(space.dtype)
    raise AssertionError(space)


def bare_loop(env: str, network, weight: float, seed: int, **options) -> tuple[float, int]:
    environment = gymnasium.make(env, **options)
    observation, _ = environment.reset(seed=seed)
    total, steps, over = 0.0, 0, False
    while not over:
        inputs = np.asarray(spaces.flatten(environment.observation_space, observation), float)
        outputs = forward(network, np.array([[weight]]), inputs[None])[0]
        action = action_of(environment.action_space, outputs)
        observation, reward, terminated, truncated, _ = environment.step(action)
        total, steps, over = total + float(reward), steps + 1, terminated or truncated
    environment.close()
    return total, steps


def assert_plays_like_a_bare_loop(task, network, env: str, **options) -> None:
    result = evaluate(task, Candidate.shared("any", network, WEIGHTS), LANES)
    assert result.error is None
    expected = [
        bare_loop(env, network, WEIGHTS[row], int(seed), **options)
        for row, seed in zip(LANES.weight_row, LANES.episode_seed, strict=True)
    ]
    np.testing.assert_allclose(result.returns, [total for total, _ in expected], rtol=1e-6, atol=1e-9)
    assert result.metrics["steps"].tolist() == [steps for _, steps in expected]


OBSERVATIONS = [
    *("unit", "scalar", "grid", "bytes", "whole", "free", "halves", "discrete", "multi", "shifted", "table"),
    *("lamps", "board", "dict", "pair", "nested"),
]
ACTIONS = [kind for kind in OBSERVATIONS if kind not in ("dict", "pair", "nested")]


def test_every_toy_space_is_in_the_lists(toys):
    assert sorted(importlib.import_module(toys).KINDS) == sorted(OBSERVATIONS)


@pytest.mark.parametrize(
    ("observations", "actions"), [*((o, "unit") for o in OBSERVATIONS), *(("nested", a) for a in ACTIONS)]
)
def test_a_space_is_played_as_by_a_bare_loop(toys, grow, observations, actions):
    options = {"observations": observations, "actions": actions}
    task = make_task(f"{toys}:toys/Mirror-v0", kwargs=options)
    for genome in grow(task.n_inputs, task.n_outputs, 12, seed=3, size=2):
        assert_plays_like_a_bare_loop(task, compile_genome(genome), f"{toys}:toys/Mirror-v0", **options)


# Taxi's version differs between versions of Gymnasium.
TAXI = max((env for env in gymnasium.registry if env.startswith("Taxi-v")), default="Taxi-v3")


@pytest.mark.parametrize(
    ("env", "n_inputs", "n_outputs"),
    [
        ("Blackjack-v1", 32 + 11 + 2, 2),
        ("FrozenLake-v1", 16, 4),
        (TAXI, 500, 6),
        ("CliffWalking-v1", 48, 4),
        ("CartPole-v1", 4, 2),
    ],
)
def test_gymnasium_s_own_environments_are_played(grow, env, n_inputs, n_outputs):
    task = make_task(env, max_episode_steps=30, compiled=False)
    assert (task.n_inputs, task.n_outputs) == (n_inputs, n_outputs)
    network = compile_genome(grow(n_inputs, n_outputs, 8, seed=4)[0])
    assert_plays_like_a_bare_loop(task, network, env, max_episode_steps=30)


def test_worker_processes_play_spaces_of_every_kind(toys, grow):
    task = make_task(f"{toys}:toys/Mirror-v0", kwargs={"observations": "nested", "actions": "shifted"})
    network = compile_genome(grow(task.n_inputs, task.n_outputs, 12, seed=3)[0])
    with ProcessPool(task, 1) as pool:
        played = pool.play(Networks.of(network), np.array([WEIGHTS]).T, LANES)
    alone = evaluate(task, Candidate.shared("any", network, WEIGHTS), LANES)
    assert played.returns.tobytes() == alone.returns.tobytes()


# Not what this project and its tests have registered.
OWN = [env for env, spec in gymnasium.registry.items() if spec.namespace in (None, "phys2d", "tabular")]


def task_or_refusal(env: str) -> Task | str:
    try:
        return make_task(env, max_episode_steps=20, compiled=False)
    except WannError as error:
        return str(error)


@pytest.mark.filterwarnings("ignore")  # old versions and old settings say that they are old
@pytest.mark.parametrize("env", OWN)
def test_whatever_gymnasium_registers_is_played_or_refused_in_one_line(grow, env):
    task = task_or_refusal(env)
    if isinstance(task, str):
        assert task.startswith(f"task.env: '{env}' ")
        assert "\n" not in task
        return
    network = compile_genome(grow(task.n_inputs, task.n_outputs, 4, seed=5, size=1)[0])
    result = evaluate(task, Candidate.shared("any", network, [1.0]), Lanes.product(1, np.array([7])))
    assert result.error is None
    assert np.isfinite(result.returns).all()
    assert 1 <= result.metrics["steps"][0] <= 20
