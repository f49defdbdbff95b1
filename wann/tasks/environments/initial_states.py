"""Initial states of compiled tasks: those of the real environment's `reset(seed)`, remembered per process."""

from __future__ import annotations

import threading
from functools import cache

import numpy as np

from wann.tasks.environments.environment import make_environment
from wann.tasks.task import Task

_REMEMBERED = 4096
_lock = threading.Lock()


def initial_states(task: Task, seeds: np.ndarray) -> np.ndarray:
    """Return `(L, n_state)` float64 states, one per seed; threads may call this at once.

    One environment is reset over and over: for compiled tasks a used one equals a fresh one (tested).
    """
    with _lock:
        known, environment = _memory(task.env)
        if len(known) > _REMEMBERED:
            known.clear()
        for seed in set(seeds.tolist()) - known.keys():
            environment.reset(seed=seed)
            known[seed] = task.dynamics.state_of(environment.unwrapped)
        return np.array([known[seed] for seed in seeds.tolist()]).reshape(len(seeds), task.dynamics.n_state)


@cache
def _memory(env: str):
    known: dict[int, np.ndarray] = {}
    return known, make_environment(env, {})
