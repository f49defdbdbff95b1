"""Cosine: of neurons with parallel incoming weights one is enough."""

from __future__ import annotations

import torch
from torch import Tensor

from wann.pruning.criteria.case import Case, Values
from wann.pruning.criteria.neurons.folding import copies, fold, greedy_scores
from wann.pruning.criteria.registry import criterion

_HOMOGENEOUS = ("relu", "linear", "abs", "negate")  # act(c x) = c act(x) for c > 0


def update(case: Case, kept: list[Tensor]) -> Values:
    """Add a dropped neuron's outgoing weights, times abs(dropped) / abs(kept), to those of the most parallel.

    Exact where vectors are parallel. Where no kept one is within a right angle, they are lost.
    """
    weights, biases = copies(case.weights, case.biases)
    for k, keep in enumerate(kept):
        likeness, size = _cosines(case.weights[k], case.biases[k])
        likeness[:, ~keep] = -torch.inf
        best, partner = likeness.max(1)
        slope = torch.where(best > 0, size / size[partner].clamp_min(1e-300), 0.0)
        none = torch.zeros_like(slope)
        weights[k + 1], biases[k + 1] = fold(weights[k + 1], biases[k + 1], keep, partner, slope, none)
    return weights, biases


@criterion(
    "cosine",
    "drops one of the most parallel pair, adds it to the other",
    unit="neuron",
    source="-",
    update=update,
    looks_at="weights",
    activations=_HOMOGENEOUS,
)
def cosine(case: Case) -> list[Tensor]:
    """1 - cos at which a neuron is dropped, the shorter one of a pair; the bias is part of the vector."""
    pairs = zip(case.weights[:-1], case.biases[:-1], strict=True)
    return [greedy_scores(*_cosines(weight, bias)) for weight, bias in pairs]


def _cosines(weight: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
    """Return `(n, n)` cosines, 0 with a vector of zeros, and `(n,)` lengths."""
    rows = torch.cat([weight, bias[:, None]], 1).double()
    size = rows.norm(dim=1)
    unit = rows / torch.where(size == 0, torch.inf, size)[:, None]
    return unit @ unit.T, size
