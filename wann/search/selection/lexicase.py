"""Epsilon-lexicase selection over the shared weights: parents that are best at some weights, not on average.

For each child the weights come in an order of their own. At each in turn those candidates stay that are
within epsilon of the best one left; epsilon is the median absolute deviation of all means at that weight.
Source: La Cava, Spector & Danai 2016, *Epsilon-lexicase selection for regression* (the static form).
"""

from __future__ import annotations

import numpy as np

from wann.config import SearchConfig
from wann.search.members import SELECTION
from wann.search.scores import Scores
from wann.search.selection.plan import Plan, whole_part


@SELECTION.member(
    "epsilon-lexicase", "parents that are best at some of the weights", source="La Cava et al. 2016"
)
def epsilon_lexicase(scores: Scores, search: SearchConfig, rng: np.random.Generator) -> Plan:
    """Copy the best by mean return, the smaller of equals; every other parent is drawn by lexicase.

    Of the keys of `search` it goes by `elite_ratio`, a share of the population here, and
    `crossover_probability`; nobody is culled.
    """
    size = len(scores.mean)
    elites = whole_part(search.elite_ratio * size)
    epsilon = _epsilon(scores.per_weight)
    ranking = np.lexsort((scores.connections, -scores.mean))
    first = _draw(scores.per_weight, epsilon, size - elites, rng)
    mates = np.full(size, -1, np.int64)
    if search.crossover_probability > 0:
        second = _draw(scores.per_weight, epsilon, size - elites, rng)
        crossed = rng.random(size - elites) < search.crossover_probability
        place = np.empty(size, np.int64)
        place[ranking] = np.arange(size)
        swapped = crossed & (place[second] < place[first])
        first, second = np.where(swapped, second, first), np.where(swapped, first, second)
        mates[elites:] = np.where(crossed, second, -1)
    return Plan(np.r_[ranking[:elites], first], mates, elites)


def _epsilon(per_weight: np.ndarray) -> np.ndarray:
    """`(W,)` epsilon of each weight."""
    return np.median(np.abs(per_weight - np.median(per_weight, axis=0)), axis=0)


def _draw(per_weight: np.ndarray, epsilon: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """`(count,)` parents."""
    columns = np.ascontiguousarray(per_weight.T)
    drawn = np.empty(count, np.int64)
    for child in range(count):
        left = np.arange(len(per_weight))
        for weight in rng.permutation(len(columns)):
            values = columns[weight][left]
            left = left[values >= values.max() - epsilon[weight]]
            if len(left) == 1:
                break
        drawn[child] = left[rng.integers(len(left))]
    return drawn
