"""Criteria of the loss's gradient at initial weights: snip and gradient."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from wann.pruning.criteria.case import Case
from wann.pruning.criteria.registry import criterion


@criterion(
    "snip",
    "abs(g w) summed to 1, 10 images a class",
    source="Lee 2019",
    when="before",
    needs_gradient=True,
    needs_labels=True,
)
def snip(case: Case) -> list[Tensor]:
    """abs(dL/dc) at c = 1, c the mask, so abs(g w) (eq. 4 and 5)."""
    found = case.gradients(case.minibatch())
    return normalised([(g * w).abs() for g, w in zip(found, case.weights, strict=True)])


@criterion(
    "gradient",
    "abs(g) summed to 1, all images",
    source="SNIP as often retold",
    when="before",
    needs_gradient=True,
    needs_labels=True,
)
def gradient(case: Case) -> list[Tensor]:
    """abs(dL/dw) of the whole training set's mean loss."""
    return normalised([g.abs() for g in case.gradients(case.train)])


def normalised(scores: Sequence[Tensor]) -> list[Tensor]:
    """Divide by the sum over all layers; all zeros stay zeros."""
    total = sum(float(score.sum(dtype=torch.float64)) for score in scores)
    return [score / total if total else score for score in scores]
