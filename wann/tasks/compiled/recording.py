"""Real episodes, written down step by step, and the same steps in the kernels: what `check.py` compares."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from wann.errors import DynamicsDiffer
from wann.tasks.environments.environment import make_environment
from wann.tasks.task import Task

# A policy acts at random in this share of its steps.
_NOISE = 0.1


@dataclass(frozen=True, eq=False)
class Steps:
    """T real steps, one row each.

    Attributes:
        before, after: `(T, n_state)` states.
        action: `(T, n)` numbers as `Dynamics.advance` takes them.
        seen: `(T, n_inputs)` observations of the states after, in the type that the environment gives.
        reward, terminated: `(T,)`.
        origin: `(T, 2)` the episode's seed, and the step, counted from 1.
    """

    before: np.ndarray
    action: np.ndarray
    after: np.ndarray
    seen: np.ndarray
    reward: np.ndarray
    terminated: np.ndarray
    origin: np.ndarray

    @classmethod
    def joined(cls, episodes: Sequence[Steps]) -> Steps:
        """All steps of some episodes, one after the other."""
        return cls(*(np.concatenate([getattr(e, part.name) for e in episodes]) for part in fields(cls)))

    def __len__(self) -> int:
        return len(self.reward)


def record(task: Task, seed: int, limit: int) -> Steps:
    """Play one real episode of at most `limit` steps under a random linear policy, which may lead anywhere.

    Raises:
        DynamicsDiffer: the environment truncates by itself, which compiled dynamics cannot express.
    """
    state_of, rng = task.dynamics.state_of, np.random.default_rng(seed)
    environment = make_environment(task.env, {}, limit)
    observation, _ = environment.reset(seed=seed)
    start = np.ravel(observation)
    gains = rng.normal(size=(task.n_outputs, task.n_inputs)) * rng.choice([0.1, 1.0, 10.0])
    gains = gains / _reach(environment.observation_space)
    rows: list[tuple[Any, ...]] = []
    over = False
    while not over:
        outputs = gains @ (np.ravel(observation) - start)
        if rng.random() < _NOISE:
            outputs = rng.normal(size=task.n_outputs)
        action = task.actions.decode(outputs[None])[0]
        before = state_of(environment.unwrapped).copy()
        observation, reward, terminated, over, _ = environment.step(task.actions.act(action))
        if over and not terminated and len(rows) + 1 < limit:
            raise DynamicsDiffer(
                f"{task.env}: the environment truncates its episode by itself, at step {len(rows) + 1}; "
                "compiled dynamics know `terminated`, and the max_episode_steps of gymnasium.register"
            )
        after, seen = state_of(environment.unwrapped).copy(), np.ravel(observation)
        rows.append((before, action, after, seen, float(reward), bool(terminated), (seed, len(rows) + 1)))
        over = over or terminated
    environment.close()
    return Steps(*(np.array(column) for column in zip(*rows, strict=True)))


def _reach(space: Any) -> np.ndarray:
    """How far each number of an observation goes, or 1 where its space has no bounds to speak of."""
    reach = np.maximum(np.abs(space.low), np.abs(space.high)).ravel().astype(np.float64)
    return np.where((reach > 0) & (reach < 1e6), reach, 1.0)


def run_kernels(
    task: Task, steps: Steps, width: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Take every step in the kernels, in blocks of `width` lanes.

    Returns:
        `(T, n_state)` next states, `(T, n_inputs)` observations, `(T,)` rewards, `(T,)` ends as 0.0 or 1.0.
    """
    after, seen, reward, ended = (
        np.concatenate(parts) for parts in zip(*_blocks(task, steps, width), strict=True)
    )
    return after, seen, reward, ended


def _blocks(task: Task, steps: Steps, width: int) -> Iterator[tuple[np.ndarray, ...]]:
    observe, step = task.dynamics.kernels(width)
    for first in range(0, len(steps), width):
        before, action = steps.before[first : first + width], steps.action[first : first + width]
        used = len(before)
        state, act = np.zeros((before.shape[1], width)), np.zeros((action.shape[1], width))
        state[:, :used], act[:, :used] = before.T, action.T
        # NaN, so that a number that a kernel does not write is seen
        reward, ended, seen = (
            np.full(width, np.nan),
            np.full(width, np.nan),
            np.full((task.n_inputs, width), np.nan),
        )
        step(state.ravel(), act.ravel(), reward, ended)
        observe(state.ravel(), seen.ravel())
        yield state.T[:used], seen.T[:used], reward[:used], ended[:used]
