"""Reproduction: who survives, who is copied, who has children."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Plan:
    """The next generation's parents: `(P,)` indices; the first `elites` are copied, the others mutated.

    `mates` are `(P,)` second parents, never ranked better, of children that are crossed first; -1: none.
    """

    parents: np.ndarray
    mates: np.ndarray
    elites: int


def plan_reproduction(
    ranking: np.ndarray,
    elite_ratio: float,
    cull_ratio: float,
    tournament_size: int,
    rng: np.random.Generator,
    crossover_probability: float = 0.0,
) -> Plan:
    """Choose parents.

    The last floor(cull_ratio P) of the ranking are culled, the first floor(elite_ratio survivors) copied.
    Every other child has the best of `tournament_size` survivors, drawn with replacement, as its parent. With
    `crossover_probability` it has the best of as many others, too: the better ranked one of these two (they
    may be the same) is its parent, the other one its mate.

    Args:
        ranking: `(P,)` indices from best to worst.
    """
    size = len(ranking)
    survivors = max(1, size - whole_part(cull_ratio * size))
    elites = whole_part(elite_ratio * survivors)
    tournaments = (size - elites, tournament_size)
    first = rng.integers(0, survivors, size=tournaments).min(axis=1)
    mates = np.full(size, -1, np.int64)
    if crossover_probability > 0:  # else nothing more is drawn: old seeds keep their results
        second = rng.integers(0, survivors, size=tournaments).min(axis=1)
        crossed = rng.random(size - elites) < crossover_probability
        mates[elites:] = np.where(crossed, ranking[np.maximum(first, second)], -1)
        first = np.where(crossed, np.minimum(first, second), first)
    return Plan(ranking[np.r_[np.arange(elites), first]], mates, elites)


def whole_part(product: float) -> int:
    """Round down what is meant: 0.7 * 170 is 119, although it is 118.99999999999999 in floating point."""
    return int(product + 1e-9)
