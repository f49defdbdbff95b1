"""Play networks on lanes in this process: the one function that every worker runs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wann.evaluation.environments import play_gymnasium
from wann.evaluation.lanes import Candidate, Evaluation, Lanes
from wann.evaluation.rollout import play_compiled
from wann.network.network import Networks
from wann.tasks.initial_states import initial_states
from wann.tasks.task import Task


@dataclass(frozen=True, eq=False)
class Play:
    """`(P, L)` returns (NaN = failed) and steps, and the first failure's traceback."""

    returns: np.ndarray
    steps: np.ndarray
    error: str | None = None


def play(task: Task, networks: Networks, weights: np.ndarray, lanes: Lanes) -> Play:
    """Play every lane with every network; `weights` is `(W, 1)`, or `(W, C)` for a single network."""
    if task.compiled:
        states = initial_states(task, lanes.episode_seed)
        return Play(*play_compiled(task, networks, weights, lanes, states))
    parts = [play_gymnasium(task, network, weights, lanes) for network in networks]
    return Play(
        np.array([returns for returns, _, _ in parts]),
        np.array([steps for _, steps, _ in parts]),
        next((error for _, _, error in parts if error), None),
    )


def evaluate(task: Task, candidate: Candidate, lanes: Lanes) -> Evaluation:
    """Evaluate one candidate on explicit lanes, serially: the reference for every pool.

    The result depends on the candidate, the task and the lanes alone.
    """
    result = play(task, Networks.of(candidate.network), candidate.weights, lanes)
    return Evaluation(lanes, result.returns[0], {"steps": result.steps[0]}, result.error)
