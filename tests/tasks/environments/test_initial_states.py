"""Start states of compiled tasks, as a fresh environment would draw them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from wann.tasks.compiled import COMPILED
from wann.tasks.environments import initial_states as module
from wann.tasks.environments.environment import make_environment, make_task
from wann.tasks.environments.initial_states import initial_states

pytestmark = pytest.mark.parametrize("env", COMPILED)


def fresh(task, seed):
    environment = make_environment(task.env, {})
    environment.reset(seed=seed)
    state = task.dynamics.state_of(environment.unwrapped).copy()
    environment.close()
    return state


def test_a_seed_means_what_it_means_in_a_fresh_environment(env):
    task = make_task(env)
    seeds = np.array([5, 3, 5, 2**31 - 1, 0])
    states = initial_states(task, seeds)
    assert states.shape == (5, task.dynamics.n_state)
    for seed, state in zip(seeds.tolist(), states, strict=True):
        assert state.tobytes() == fresh(task, seed).tobytes()


def test_a_used_environment_starts_like_a_fresh_one(env):
    task = make_task(env)
    used = make_environment(task.env, {})
    for seed in range(30):
        used.reset(seed=seed)
        assert task.dynamics.state_of(used.unwrapped).tobytes() == fresh(task, seed).tobytes()
        for _ in range(seed % 4):
            used.step(used.action_space.sample())
    used.close()


def test_states_are_not_shared_with_what_is_remembered(env):
    task = make_task(env)
    initial_states(task, np.array([7]))[:] = 99.0
    assert initial_states(task, np.array([7]))[0].tolist() == fresh(task, 7).tolist()


def test_forgetting_changes_nothing(env, monkeypatch):
    task = make_task(env)
    expected = initial_states(task, np.arange(40))
    monkeypatch.setattr(module, "_REMEMBERED", 5)
    for first in range(0, 40, 8):
        seeds = np.arange(first, first + 8)
        assert initial_states(task, seeds).tobytes() == expected[seeds].tobytes()


def test_threads_may_ask_at_once(env):
    task = make_task(env)
    expected = initial_states(task, np.arange(1000, 1100))
    module._memory.cache_clear()
    with ThreadPoolExecutor(4) as executor:
        for states in executor.map(lambda _: initial_states(task, np.arange(1000, 1100)), range(8)):
            assert states.tobytes() == expected.tobytes()
