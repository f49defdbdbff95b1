"""Shared weights of one's own: sizes drawn anew each generation, each with both signs.

search:
  weights: own_weights.py:mirrored
"""

from __future__ import annotations

import numpy as np


def mirrored(
    shared: np.ndarray, generation: int, rng: np.random.Generator, *, largest: float = 2.0
) -> np.ndarray:
    """Return three sizes up to `largest`, drawn evenly over their logarithm, and the same with a minus."""
    sizes = largest * 10.0 ** -rng.random(3)
    return np.concatenate([sizes, -sizes])
