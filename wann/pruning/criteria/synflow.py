"""SynFlow: the flow of ones through the absolute weights, which no layer can lose."""

from __future__ import annotations

import torch
from torch import Tensor

from wann.pruning.case import Case
from wann.pruning.criteria.registry import criterion


@criterion(
    "synflow",
    "dR/dw w with R = 1' prod abs(W) 1; without data, in 100 rounds",
    source="Tanaka 2020",
    when="before",
    needs_gradient=True,
    looks_at="weights",
)
def synflow(case: Case) -> list[Tensor]:
    """abs(w) dR/d abs(w), in float64: R's products leave float32's range in deep networks; no biases.

    A layer's scores sum to R, so the total is the same in every layer.
    """
    sizes = [weight.double().abs().requires_grad_() for weight in case.weights]
    flow = torch.ones(sizes[0].shape[1], dtype=torch.float64)
    for size in sizes:
        flow = size @ flow
    found = torch.autograd.grad(flow.sum(), sizes)
    return [(size * g).detach() for size, g in zip(sizes, found, strict=True)]
