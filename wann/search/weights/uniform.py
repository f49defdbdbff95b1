"""New weights in every generation, so that no network can settle on those few of a list."""

from __future__ import annotations

import numpy as np

from wann.errors import SearchError
from wann.search.members import WEIGHTS


@WEIGHTS.member("uniform", "as many new ones each generation, drawn from a range")
def uniform(
    shared: np.ndarray,
    generation: int,
    rng: np.random.Generator,
    *,
    low: float = -2.0,
    high: float = 2.0,
    count: int | None = None,
) -> np.ndarray:
    """Draw weights from [low, high); `count` of them, by default as many as `evaluation.shared_weights`."""
    wanted = len(shared) if count is None else count
    if not low < high:
        raise SearchError(f"search.weights: uniform: expected low below high, got {low!r} and {high!r}")
    if type(wanted) is not int or wanted < 1:
        raise SearchError(f"search.weights: uniform: count: expected a whole number from 1, got {wanted!r}")
    return rng.uniform(low, high, wanted)
