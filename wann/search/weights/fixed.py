"""The paper's weights: the same in every generation."""

from __future__ import annotations

import numpy as np

from wann.search.members import WEIGHTS


@WEIGHTS.member("fixed", "evaluation.shared_weights in every generation", source="Gaier & Ha 2019")
def fixed(shared: np.ndarray, generation: int, rng: np.random.Generator) -> np.ndarray:
    """Return `evaluation.shared_weights`."""
    return shared
