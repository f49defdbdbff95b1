"""Fisher's ratio: how well a neuron tells the classes apart."""

from __future__ import annotations

import torch
from torch import Tensor

from wann.errors import CriterionDoesNotFit
from wann.pruning.case import Case
from wann.pruning.criteria.registry import criterion


@criterion(
    "lda",
    "Fisher's ratio of a neuron's activations, between the classes over within them",
    unit="neuron",
    source="Fisher 1936",
    options={"samples": 5000},
)
def lda(case: Case) -> list[Tensor]:
    """sum_c n_c (m_c - m)^2 / sum_c sum_(i in c) (a_i - m_c)^2; 0 for a neuron that never changes.

    Raises:
        CriterionDoesNotFit: the data have no classes.
    """
    data = case.sample(case.options.get("samples", 5000))
    if data.labels.ndim != 1:
        raise CriterionDoesNotFit("lda: compares classes, and the data have none")
    return [fisher_ratio(values.double(), data.labels) for values in case.activity(data.images)]


def fisher_ratio(values: Tensor, labels: Tensor) -> Tensor:
    """Return `(n,)` ratios of `(N, n)` values."""
    groups = [values[labels == k] for k in labels.unique()]
    mean = values.mean(0)
    between = sum(len(group) * (group.mean(0) - mean).square() for group in groups)
    within = sum((group - group.mean(0)).square().sum(0) for group in groups)
    assert isinstance(between, Tensor)
    return torch.where(between == 0, 0.0, between / within)
