"""The paper's selection: non-dominated sorting, then crowding distance (NSGA-II; Deb et al. 2002).

Source: Gaier & Ha 2019; the objectives are mean return, and few connections or the best single weight.
"""

from __future__ import annotations

import numpy as np

from wann.config import SearchConfig
from wann.search.members import SELECTION
from wann.search.scores import Scores
from wann.search.selection.plan import Plan, plan_reproduction


@SELECTION.member(
    "nsga2", "by mean return, and few connections or the best weight's", source="Gaier & Ha 2019"
)
def nsga2(scores: Scores, search: SearchConfig, rng: np.random.Generator) -> Plan:
    """Rank the generation by two objectives, and let tournaments choose by rank."""
    if rng.random() < search.complexity_probability:
        second = 1.0 / np.maximum(scores.connections, 1)
    else:
        second = scores.best
    ranking = rank(scores.mean, second, search.crowding)
    return plan_reproduction(
        ranking,
        search.elite_ratio,
        search.cull_ratio,
        search.tournament_size,
        rng,
        search.crossover_probability,
    )


def fronts(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the `(P,)` front of each point, 0 the best; both objectives are maximised.

    A point dominates another if it is nowhere worse and somewhere better; equal points share a front.
    O(P log P): points come by falling `first`, so the last one of a front has its highest `second`, and
    fronts stay ordered by that.
    """
    front = np.empty(len(first), np.int64)
    last: list[tuple[float, float]] = []  # (second, -first) of each front's last point
    order = np.lexsort((-second, -first))
    keys = zip(second[order].tolist(), (-first[order]).tolist(), strict=True)
    for index, key in zip(order.tolist(), keys, strict=True):
        low, high = 0, len(last)
        while low < high:
            middle = (low + high) // 2
            if _dominates(last[middle], key):
                low = middle + 1
            else:
                high = middle
        if low == len(last):
            last.append(key)
        else:
            last[low] = key
        front[index] = low
    return front


def _dominates(earlier: tuple[float, float], key: tuple[float, float]) -> bool:
    """Whether an earlier point (its `first` is no lower) dominates; keys are (second, -first)."""
    return earlier[0] > key[0] or (earlier[0] == key[0] and earlier[1] < key[1])


def crowding_distance(front: np.ndarray, objective: np.ndarray, rule: str) -> np.ndarray:
    """Return the `(P,)` distance of each point to its neighbours in its front, along one objective.

    The ends of a front are infinitely far. `nsga2` divides by the front's (max - min); `release` multiplies
    by abs(1/max - min), as the authors' release does, which lets large objectives dominate.
    """
    order = np.lexsort((objective, front))
    f, values = front[order], objective[order]
    starts = np.flatnonzero(np.r_[True, f[1:] != f[:-1]])
    lengths = np.diff(np.r_[starts, len(f)])
    low = np.repeat(values[starts], lengths)
    high = np.repeat(values[starts + lengths - 1], lengths)
    gap = np.r_[values[1:], values[-1]] - np.r_[values[0], values[:-1]]
    spread = high > low
    if rule == "release":
        scale = np.abs(np.divide(1.0, high, out=np.ones_like(high), where=high != 0) - low)
        distance = np.multiply(gap, scale, out=np.zeros_like(gap), where=spread)
    else:
        distance = np.divide(gap, high - low, out=np.zeros_like(gap), where=spread)
    distance[starts] = np.inf
    distance[starts + lengths - 1] = np.inf
    result = np.empty(len(front))
    result[order] = distance
    return result


def rank(first: np.ndarray, second: np.ndarray, rule: str = "nsga2") -> np.ndarray:
    """Return the `(P,)` indices from best to worst: by front, then crowding distance, then index."""
    front = fronts(first, second)
    crowding = crowding_distance(front, first, rule) + crowding_distance(front, second, rule)
    return np.lexsort((-crowding, front))
