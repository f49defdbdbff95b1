"""Magnitude: the size of a weight."""

from __future__ import annotations

from torch import Tensor

from wann.pruning.criteria.case import Case
from wann.pruning.criteria.registry import criterion


@criterion("magnitude", "abs(w)", source="Han 2015", looks_at="weights")
def magnitude(case: Case) -> list[Tensor]:
    """abs(w)."""
    return [weight.abs() for weight in case.weights]
