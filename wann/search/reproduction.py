"""Reproduction: who survives, who is copied, who has children."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Plan:
    """The next generation's parents: `(P,)` indices; the first `elites` are copied, the others mutated."""

    parents: np.ndarray
    elites: int


def plan_reproduction(
    ranking: np.ndarray,
    elite_ratio: float,
    cull_ratio: float,
    tournament_size: int,
    rng: np.random.Generator,
) -> Plan:
    """Choose parents.

    The last floor(cull_ratio P) of the ranking are culled, the first floor(elite_ratio survivors) copied.
    Every other child has the best of `tournament_size` survivors, drawn with replacement, as its parent.

    Args:
        ranking: `(P,)` indices from best to worst.
    """
    size = len(ranking)
    survivors = max(1, size - _floor(cull_ratio * size))
    elites = _floor(elite_ratio * survivors)
    drawn = rng.integers(0, survivors, size=(size - elites, tournament_size))
    return Plan(ranking[np.r_[np.arange(elites), drawn.min(axis=1)]], elites)


def _floor(product: float) -> int:
    """Round down what is meant: 0.7 * 170 is 119, although it is 118.99999999999999 in floating point."""
    return int(product + 1e-9)
