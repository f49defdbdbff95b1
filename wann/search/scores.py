"""What genomes are selected by, from the returns of their episodes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wann.search.objectives import sum_in_order


@dataclass(frozen=True, eq=False)
class Scores:
    """A generation's figures; P genomes, W shared weights, E episodes.

    Attributes:
        returns: `(P, W, E)` finite returns: what failed has the return that it is ranked by.
        per_weight: `(P, W)` mean return at each weight.
        mean: `(P,)` mean return over all episodes.
        best: `(P,)` mean return at the best single weight.
        earned: `(P,)` sum of returns.
        connections: `(P,)` live connections.
    """

    returns: np.ndarray
    per_weight: np.ndarray
    mean: np.ndarray
    best: np.ndarray
    earned: np.ndarray
    connections: np.ndarray


def scores_of(returns: np.ndarray, connections: np.ndarray) -> Scores:
    """Compute them.

    Args:
        returns: `(P, W, E)` finite returns: genome, shared weight, episode.
        connections: `(P,)` live connections.
    """
    sums = sum_in_order(returns)
    earned = sum_in_order(sums)
    n_weights, n_episodes = returns.shape[1:]
    return Scores(
        returns=returns,
        per_weight=sums / n_episodes,
        mean=earned / (n_weights * n_episodes),
        best=sums.max(axis=1) / n_episodes,
        earned=earned,
        connections=connections,
    )
