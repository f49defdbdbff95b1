"""What a neuron gives: its mean activation, and how seldom it is off."""

from __future__ import annotations

from torch import Tensor

from wann.pruning.criteria.case import Case
from wann.pruning.criteria.options import whole
from wann.pruning.criteria.registry import criterion

_OPTIONS = {"samples": whole(5000)}


def sampled_activity(case: Case) -> list[Tensor]:
    """Return `(samples, neurons)` activations of each hidden layer on training images, float64."""
    data = case.sample(case.options["samples"])
    return [values.double() for values in case.activity(data.images)]


@criterion("activation", "mean abs(a) of a neuron", unit="neuron", source="Molchanov 2017", options=_OPTIONS)
def activation(case: Case) -> list[Tensor]:
    """mean abs(a_j)."""
    return [values.abs().mean(0) for values in sampled_activity(case)]


@criterion(
    "apoz",
    "share of images where it is not 0 (1 - APoZ)",
    unit="neuron",
    source="Hu 2016",
    options=_OPTIONS,
    activations=("relu", "step"),
)
def apoz(case: Case) -> list[Tensor]:
    """1 - the average percentage of zeros: a neuron that is mostly off goes first."""
    return [(values != 0).double().mean(0) for values in sampled_activity(case)]
