"""The states that a network meets while it plays, as it sees them."""

from __future__ import annotations

from contextlib import closing, suppress

import numpy as np

from wann.errors import EvaluationError
from wann.evaluation.players.stepped.episode import FAILURES, Episode
from wann.evaluation.players.stepped.policy import Policy
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
    states: list[np.ndarray] = []
    policy = Policy(task, network)
    policy.weigh(weights[0])
    for seed in seeds.tolist():
        with suppress(*FAILURES):
            _play(task, policy, seed, states)
    if not states:
        raise EvaluationError(f"{task.name}: all {len(seeds)} episodes failed before their first step")
    return np.array(states), len(states)


def _play(task: Task, policy: Policy, seed: int, seen: list[np.ndarray]) -> None:
    """Play an episode, and add what is seen before each step."""
    with closing(Episode.fresh(task, seed)) as episode:
        over = False
        while not over:
            action = policy(episode.seen)
            seen.append(policy.inputs.copy())
            over = episode.step(action)
