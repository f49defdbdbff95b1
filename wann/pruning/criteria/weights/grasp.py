"""GraSP: keep what the gradient's flow needs."""

from __future__ import annotations

import torch
from torch import Tensor

from wann.pruning.criteria.case import Case
from wann.pruning.criteria.options import positive
from wann.pruning.criteria.registry import criterion


@criterion(
    "grasp",
    "w (H g), signed: keeps the gradient's norm",
    source="Wang 2020",
    when="before",
    options={"temperature": positive(200.0)},
    needs_gradient=True,
    needs_labels=True,
)
def grasp(case: Case) -> list[Tensor]:
    """w (Hg), of outputs divided by a temperature; -w (Hg) is removed where it is largest (eq. 8).

    Removing w_q alone changes the squared norm g'g by -2 w_q (Hg)_q to first order. The sign matters: it is
    no magnitude.
    """
    temperature = case.options["temperature"]
    weights, biases = case.leaves()
    loss = case.loss(case.minibatch(), weights, biases, temperature)
    found = torch.autograd.grad(loss, weights, create_graph=True, materialize_grads=True)
    product = sum((g.detach() * g).sum() for g in found)
    if not isinstance(product, Tensor) or not product.requires_grad:
        return [torch.zeros_like(weight) for weight in weights]
    flows = torch.autograd.grad(product, weights, allow_unused=True, materialize_grads=True)
    return [(weight * flow).detach() for weight, flow in zip(weights, flows, strict=True)]
