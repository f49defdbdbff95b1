"""Episodes in any Gymnasium environment: it is stepped one by one, the network for all lanes at once.

Every episode gets a new environment, as some environments keep something from the episode before. Whatever
goes wrong in one episode, an exception or a number that is not finite, fails that episode alone.
"""

from __future__ import annotations

import math
import traceback
from contextlib import suppress
from typing import Any

import numpy as np

from wann.evaluation.lanes import Lanes
from wann.network.batch import WIDTH, BatchForward
from wann.network.network import Network
from wann.tasks.environment import make_environment
from wann.tasks.task import Task

# Some environments end the whole program where they should end an episode.
FAILURES = (Exception, SystemExit)


class Episode:
    """One running episode in an environment of its own.

    Attributes:
        observation: `(n_inputs,)` float64, what is seen now.
        earned: the sum of the rewards so far.
        steps: environment steps so far.

    Raises:
        TaskError, or whatever the environment raises; ValueError where what it gives cannot be used.
    """

    def __init__(self, task: Task, seed: int, render_mode: str | None = None) -> None:
        self.earned, self.steps = 0.0, 0
        self._act, self._read = task.actions.act, task.observations.read
        self._environment: Any = make_environment(task.env, task.kwargs, task.max_steps, render_mode)
        try:
            observation, _ = self._environment.reset(seed=seed)
            self.observation = self._read(observation)
        except BaseException:
            self.close()
            raise

    def step(self, decoded: np.ndarray) -> bool:
        """Act as one row of `task.actions.decode` says, and return whether the episode is over."""
        observation, reward, terminated, truncated, _ = self._environment.step(self._act(decoded))
        self.steps += 1
        self.earned += float(reward.item() if isinstance(reward, np.ndarray) else reward)
        if not math.isfinite(self.earned):
            raise ValueError(f"the reward is {reward}")
        self.observation = self._read(observation)
        return bool(terminated or truncated)

    def render(self) -> Any:
        """The environment's picture of this moment."""
        return self._environment.render()

    def close(self) -> None:
        """End it; what it earned is known by now, whatever happens here."""
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
        part = slice(first, min(first + WIDTH, len(lanes)))
        block = lanes.part(part)
        failure = _play_block(task, network, weights, block, returns[part], steps[part])
        error = error or failure
    return returns, steps, error


def _play_block(
    task: Task, network: Network, weights: np.ndarray, lanes: Lanes, returns: np.ndarray, steps: np.ndarray
) -> str | None:
    """Play up to `WIDTH` lanes side by side; finished ones drop out."""
    forward = BatchForward(network)
    error = None
    running: dict[int, Episode] = {}
    for lane, seed in enumerate(lanes.episode_seed.tolist()):
        try:
            running[lane] = Episode(task, seed)
        except FAILURES:
            error = error or _told(seed, 0)
    while running:
        inputs = np.array([episode.observation for episode in running.values()])
        rows = weights[lanes.weight_row[list(running)]]
        decoded = task.actions.decode(forward(rows, inputs))
        for (lane, episode), action in zip(list(running.items()), decoded, strict=True):
            try:
                if not episode.step(action):
                    continue
                returns[lane] = episode.earned
            except FAILURES:
                error = error or _told(int(lanes.episode_seed[lane]), episode.steps)
            steps[lane] = episode.steps
            episode.close()
            del running[lane]
    return error


def _told(seed: int, step: int) -> str:
    return f"The episode with seed {seed} failed at step {step}:\n{traceback.format_exc()}"
