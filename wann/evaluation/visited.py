"""The states that a network meets while it plays, as it sees them."""

from __future__ import annotations

from contextlib import suppress

import numpy as np

from wann.errors import EvaluationError
from wann.evaluation.environments import FAILURES, Episode
from wann.evaluation.lanes import Lanes
from wann.network.batch import WIDTH, BatchForward
from wann.network.network import Network
from wann.tasks.task import Task


def visited_states(
    task: Task, network: Network, weights: np.ndarray, seeds: np.ndarray
) -> tuple[np.ndarray, int]:
    """Play episodes in the environment itself and keep what was seen.

    Args:
        task: any task, compiled or not.
        network: the plan.
        weights: `(1, 1)` or `(1, C)`.
        seeds: `(E,)` episodes. One that fails ends there; what was seen before counts.

    Returns:
        `(N, n_inputs)` inputs, episode by episode and step by step, and the environment steps taken.

    Raises:
        EvaluationError: no episode began.
    """
    seen: list[list[np.ndarray]] = []
    for first in range(0, len(seeds), WIDTH):
        seen += _play(task, network, weights, Lanes.product(1, seeds[first : first + WIDTH]))
    states = [state for episode in seen for state in episode]
    if not states:
        raise EvaluationError(f"{task.name}: all {len(seeds)} episodes failed before their first step")
    return np.array(states), len(states)


def _play(task: Task, network: Network, weights: np.ndarray, lanes: Lanes) -> list[list[np.ndarray]]:
    """Play up to `WIDTH` episodes side by side; return what each has seen."""
    forward = BatchForward(network)
    seen: list[list[np.ndarray]] = [[] for _ in range(len(lanes))]
    running: dict[int, Episode] = {}
    for lane, seed in enumerate(lanes.episode_seed.tolist()):
        with suppress(*FAILURES):
            running[lane] = Episode(task, seed)
    while running:
        inputs = np.array([episode.observation for episode in running.values()])
        decoded = task.actions.decode(forward(np.repeat(weights, len(inputs), axis=0), inputs))
        for (lane, episode), state, action in zip(list(running.items()), inputs, decoded, strict=True):
            seen[lane].append(state)
            over = True
            with suppress(*FAILURES):
                over = episode.step(action)
            if over:
                episode.close()
                del running[lane]
    return seen
