"""Episodes in any Gymnasium environment: it is stepped one by one, the network for all lanes at once.

Every episode gets a new environment, as some environments keep something from the episode before. Whatever
goes wrong in one episode, an exception or a number that is not finite, fails that episode alone.
"""

from __future__ import annotations

import traceback
from contextlib import suppress
from typing import Any

import numpy as np

from wann.evaluation.lanes import Lanes
from wann.network.batch import WIDTH, BatchForward
from wann.network.network import Network
from wann.tasks.environment import make_environment
from wann.tasks.task import Task


class _Episode:
    """One running episode: its environment, its observation and what it has earned."""

    def __init__(self, task: Task, seed: int) -> None:
        self.earned, self.steps = 0.0, 0
        self._act, self._n_inputs = task.actions.act, task.n_inputs
        self._environment: Any = make_environment(task.env, task.kwargs, task.max_steps)
        self._see(self._environment.reset(seed=seed)[0])

    def step(self, decoded: np.ndarray) -> bool:
        """Act, and return whether the episode is over."""
        observation, reward, terminated, truncated, _ = self._environment.step(self._act(decoded))
        self._see(observation)
        self.earned += float(reward)
        self.steps += 1
        if not np.isfinite(self.earned):
            raise ValueError(f"the environment's reward is {reward} at step {self.steps}")
        return bool(terminated or truncated)

    def _see(self, observation: Any) -> None:
        self.observation = np.asarray(observation, np.float64).ravel()
        if self.observation.size != self._n_inputs:
            raise ValueError(
                f"expected {self._n_inputs} numbers in the observation, got {self.observation.size} "
                f"at step {self.steps}"
            )
        if not np.isfinite(self.observation).all():
            raise ValueError(f"the observation is not finite at step {self.steps}: {self.observation}")

    def close(self) -> None:
        # what it earned is known by now, whatever happens here
        with suppress(Exception):
            self._environment.close()


def play_gymnasium(
    task: Task, network: Network, weights: np.ndarray, lanes: Lanes
) -> tuple[np.ndarray, np.ndarray, str | None]:
    """Play every lane with one network.

    Args:
        task: any task.
        network: the plan.
        weights: `(W, 1)` shared, or `(W, C)` per connection.
        lanes: L pairs.

    Returns:
        `(L,)` returns, NaN where the episode failed; `(L,)` steps; the first failure's traceback or None.
    """
    returns, steps = np.full(len(lanes), np.nan), np.zeros(len(lanes))
    error = None
    for first in range(0, len(lanes), WIDTH):
        last = min(first + WIDTH, len(lanes))
        failure = _play_block(
            task, network, weights, lanes.part(first, last), returns[first:last], steps[first:last]
        )
        error = error or failure
    return returns, steps, error


def _play_block(
    task: Task, network: Network, weights: np.ndarray, lanes: Lanes, returns: np.ndarray, steps: np.ndarray
) -> str | None:
    """Play up to `WIDTH` lanes side by side; finished ones drop out."""
    forward = BatchForward(network)
    error = None
    running: dict[int, _Episode] = {}
    for lane, seed in enumerate(lanes.episode_seed.tolist()):
        try:
            running[lane] = _Episode(task, seed)
        except Exception:
            error = error or traceback.format_exc()
    while running:
        order = list(running)
        inputs = np.array([running[lane].observation for lane in order])
        decoded = task.actions.decode(forward(weights[lanes.weight_row[order]], inputs))
        for lane, action in zip(order, decoded, strict=True):
            episode = running[lane]
            try:
                over = episode.step(action)
                earned = episode.earned
            except Exception:
                over, earned = True, np.nan
                error = error or traceback.format_exc()
            if over:
                returns[lane], steps[lane] = earned, episode.steps
                episode.close()
                del running[lane]
    return error
