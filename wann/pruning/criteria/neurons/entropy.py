"""Entropy: of a neuron's weights, or of what it gives."""

from __future__ import annotations

import torch
from torch import Tensor

from wann.pruning.criteria.case import Case
from wann.pruning.criteria.neurons.activity import sampled_activity
from wann.pruning.criteria.options import one_of, whole
from wann.pruning.criteria.registry import criterion


@criterion(
    "entropy",
    "of activations, low goes; of weights, high goes",
    unit="neuron",
    source="Luo 2017",
    options={"source": one_of("activations", "weights"), "bins": whole(20, 2), "samples": whole(5000)},
)
def entropy(case: Case) -> list[Tensor]:
    """- sum p log p over a histogram, in nats; bins are shared by the neurons of a layer.

    By default of activations: on a trained LeNet-300-100 their entropy rises with what a neuron is worth, and
    that of weights, as its sign is here, falls (docs/pruning.md).
    """
    source, bins = case.options["source"], case.options["bins"]
    if source == "weights":
        return [-histogram_entropy(weight.double(), bins) for weight in case.weights[:-1]]
    return [histogram_entropy(values.T, bins) for values in sampled_activity(case)]


def histogram_entropy(rows: Tensor, bins: int) -> Tensor:
    """Return `(n,)` entropies of `(n, values)` rows, over equal bins from the least to the largest value."""
    low, high = rows.min(), rows.max()
    width = torch.where(high > low, high - low, 1.0)
    bucket = ((rows - low) / width * bins).long().clamp_max(bins - 1)
    counts = torch.zeros(len(rows), bins, dtype=torch.float64)
    counts.scatter_add_(1, bucket, torch.ones_like(rows, dtype=torch.float64))
    p = counts / rows.shape[1]
    return -torch.special.xlogy(p, p).sum(1)
