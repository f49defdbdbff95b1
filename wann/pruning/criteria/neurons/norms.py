"""Norms of a neuron's incoming weights."""

from __future__ import annotations

import torch
from torch import Tensor

from wann.errors import CriterionDoesNotFit
from wann.pruning.criteria.case import Case
from wann.pruning.criteria.options import share
from wann.pruning.criteria.registry import criterion


@criterion(
    "l1",
    "sum of abs of a neuron's incoming weights",
    unit="neuron",
    source="Li 2017",
    looks_at="weights",
)
def l1(case: Case) -> list[Tensor]:
    """sum_i abs(w_ji)."""
    return [weight.abs().sum(1) for weight in case.weights[:-1]]


@criterion(
    "l2",
    "Euclidean norm of a neuron's incoming weights",
    unit="neuron",
    source="Li 2017",
    looks_at="weights",
)
def l2(case: Case) -> list[Tensor]:
    """sqrt(sum_i w_ji^2)."""
    return [weight.square().sum(1).sqrt() for weight in case.weights[:-1]]


@criterion(
    "l0",
    "number of its weights that are not 0; not of a dense net",
    unit="neuron",
    source="-",
    options={"magnitude_density": share(None)},
    looks_at="weights",
)
def l0(case: Case) -> list[Tensor]:
    """The count of non-zero w_ji, of the network as it is, or of its largest weights alone.

    Raises:
        CriterionDoesNotFit: every neuron of each layer has equally many.
    """
    weights = case.weights
    if (density := case.options["magnitude_density"]) is not None:
        sizes = torch.cat([weight.abs().flatten() for weight in weights])
        least = sizes.sort(descending=True).values[max(0, round(density * len(sizes)) - 1)]
        weights = [weight * (weight.abs() >= least) for weight in weights]
    counts = [(weight != 0).sum(1) for weight in weights[:-1]]
    if all((count == count[0]).all() for count in counts):
        raise CriterionDoesNotFit(
            "l0: all neurons of a layer have as many incoming weights, so it tells none from another; "
            "give it a sparse network, or the option magnitude_density: 0.1"
        )
    return [count.to(weights[0].dtype) for count in counts]
