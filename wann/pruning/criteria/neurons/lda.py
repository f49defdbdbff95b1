"""Fisher's ratio: how well a neuron tells the classes apart."""

from __future__ import annotations

import torch
from torch import Tensor

from wann.pruning.criteria.case import Case
from wann.pruning.criteria.options import whole
from wann.pruning.criteria.registry import criterion


@criterion(
    "lda",
    "Fisher's ratio, between over within classes",
    unit="neuron",
    source="Fisher 1936",
    options={"samples": whole(5000), "bins": whole(5, 2)},
)
def lda(case: Case) -> list[Tensor]:
    """sum_c n_c (m_c - m)^2 / sum_c sum_(i in c) (a_i - m_c)^2; 0 for a neuron that never changes."""
    data = case.sample(case.options["samples"])
    labels = data.labels if data.labels.ndim == 1 else binned(data.labels, case.options["bins"])
    return [fisher_ratio(values.double(), labels) for values in case.activity(data.images)]


def binned(actions: Tensor, bins: int) -> Tensor:
    """Return `(N,)` classes of a policy's `(N, outputs)` actions.

    Of several outputs the largest one names the class, as it names a discrete action. A single one is cut at
    its quantiles into `bins` classes of equally many states.
    """
    if actions.shape[1] > 1:
        return actions.argmax(1)
    edges = torch.quantile(actions[:, 0], torch.linspace(0, 1, bins + 1, dtype=actions.dtype)[1:-1])
    return torch.bucketize(actions[:, 0], edges)


def fisher_ratio(values: Tensor, labels: Tensor) -> Tensor:
    """Return `(n,)` ratios of `(N, n)` values."""
    groups = [values[labels == k] for k in labels.unique()]
    mean = values.mean(0)
    between = sum(len(group) * (group.mean(0) - mean).square() for group in groups)
    within = sum((group - group.mean(0)).square().sum(0) for group in groups)
    assert isinstance(between, Tensor)
    return torch.where(between == 0, 0.0, between / within)
