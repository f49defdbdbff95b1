"""What genomes are ranked by, from the returns of their episodes.

Sums run over episodes in order, not in NumPy's blocks, so that they are the same bits everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Objectives:
    """`(P,)` per genome: mean return over all episodes, best single weight's mean, sum, live connections."""

    mean: np.ndarray
    best: np.ndarray
    earned: np.ndarray
    connections: np.ndarray


def sum_in_order(values: np.ndarray) -> np.ndarray:
    """Sum over the last axis, term by term."""
    total = np.zeros(values.shape[:-1])
    for k in range(values.shape[-1]):
        total = total + values[..., k]
    return total


def replace_failures(returns: np.ndarray, failure_return: float | None) -> np.ndarray:
    """Give failed episodes (NaN) a return to rank by.

    It is `failure_return`, or else the worst finite return minus the range of all finite ones; where nothing
    is finite, 0.
    """
    failed = np.isnan(returns)
    if not failed.any():
        return returns
    if failure_return is None:
        finite = returns[~failed]
        worst, best = (finite.min(), finite.max()) if finite.size else (0.0, 0.0)
        failure_return = float(worst - (best - worst))
    return np.where(failed, failure_return, returns)


def objectives(returns: np.ndarray, connections: np.ndarray) -> Objectives:
    """Compute the objectives.

    Args:
        returns: `(P, W, E)` finite returns: genome, shared weight, episode.
        connections: `(P,)` live connections.
    """
    per_weight = sum_in_order(returns)
    earned = sum_in_order(per_weight)
    n_weights, n_episodes = returns.shape[1:]
    return Objectives(
        mean=earned / (n_weights * n_episodes),
        best=per_weight.max(axis=1) / n_episodes,
        earned=earned,
        connections=connections,
    )
