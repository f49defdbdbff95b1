"""Taylor expansions of the loss without a neuron."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from wann.pruning.case import Case, Data
from wann.pruning.criteria.options import whole
from wann.pruning.criteria.registry import criterion
from wann.pruning.model import ACTIVATIONS


@criterion(
    "taylor1",
    "(sum g w)^2 over its weights and bias",
    unit="neuron",
    source="Molchanov 2019",
    options={"samples": whole(5000)},
    needs_gradient=True,
    needs_labels=True,
)
def taylor1(case: Case) -> list[Tensor]:
    """(sum g w)^2: what the first-order expansion says of the squared change of the loss (eq. 8)."""
    data = case.sample(case.options["samples"])
    weights, biases = case.leaves()
    loss = case.loss(data, weights, biases)
    found = torch.autograd.grad(loss, [*weights, *biases], materialize_grads=True)
    edge = len(weights)
    with torch.no_grad():
        layers = zip(weights, biases, found[:edge], found[edge:], strict=True)
        return [((w * gw).sum(1) + b * gb).square() for w, b, gw, gb in layers][:-1]


@criterion(
    "taylor2",
    "(g w - w H w / 2)^2 over the same",
    unit="neuron",
    source="Molchanov 2019",
    options={"samples": whole(500)},
    needs_gradient=True,
)
def taylor2(case: Case) -> list[Tensor]:
    """(g'w - w'Hw / 2)^2, w all that enters the neuron (eq. 7).

    With a gate s = 1 on the neuron's sum, g'w is the loss's derivative by s and w'Hw the second one.
    """
    gates = [torch.ones_like(bias, requires_grad=True) for bias in case.biases[:-1]]
    loss = _gated_loss(case, case.sample(case.options["samples"]), gates)
    if not loss.requires_grad:  # the activation passes nothing on
        return [torch.zeros_like(gate) for gate in gates]
    slopes = torch.autograd.grad(loss, gates, create_graph=True, materialize_grads=True)
    scores = []
    for gate, slope in zip(gates, slopes, strict=True):
        second = [
            torch.autograd.grad(one, gate, retain_graph=True, materialize_grads=True)[0][k]
            if one.requires_grad
            else torch.zeros_like(one)
            for k, one in enumerate(slope)
        ]
        scores.append((slope - 0.5 * torch.stack(second)).square().detach())
    return scores


def _gated_loss(case: Case, data: Data, gates: list[Tensor]) -> Tensor:
    values = data.images
    for weight, bias, gate in zip(case.weights, case.biases, gates, strict=False):
        values = ACTIVATIONS[case.activation](gate * nn.functional.linear(values, weight, bias))
    return case.loss(Data(values, data.labels), case.weights[-1:], case.biases[-1:])
