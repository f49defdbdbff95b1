"""Taylor expansions of the loss without a neuron: squared for each minibatch, then averaged over them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from wann.pruning.criteria.case import Case, Data
from wann.pruning.criteria.options import whole
from wann.pruning.criteria.registry import criterion
from wann.pruning.criteria.weights.curvature import loss_roots
from wann.pruning.model.mlp import ACTIVATIONS

# Numbers that the Hessians of a block of images hold at most.
_ROOM = 1 << 24

_OPTIONS = {"samples": whole(10_000), "batch": whole(100)}


@dataclass(frozen=True, eq=False)
class Layer:
    """A hidden layer on a minibatch, `(N, neurons)` each.

    Attributes:
        sums: z, what enters the activation.
        first, bend: the activation's first and second derivative there.
        slope: of the minibatch's mean loss by what the activation gives.
    """

    sums: Tensor
    first: Tensor
    bend: Tensor
    slope: Tensor

    def __getitem__(self, rows: Tensor) -> Layer:
        return Layer(self.sums[rows], self.first[rows], self.bend[rows], self.slope[rows])

    def first_order(self) -> Tensor:
        """Return `(neurons,)` g'w: the slope by a gate s = 1 on each neuron's sum."""
        return (self.sums * self.slope * self.first).sum(0)


@criterion(
    "taylor1",
    "mean (sum g w)^2 of weights and bias",
    unit="neuron",
    source="Molchanov 2019",
    options=_OPTIONS,
    needs_gradient=True,
    needs_labels=True,
)
def taylor1(case: Case) -> list[Tensor]:
    """(sum g w)^2: what the first-order expansion says of the squared change of the loss (eq. 8)."""
    return _mean_square(case, lambda data: [layer.first_order() for layer in _layers(case, data)[1]])


@criterion(
    "taylor2",
    "(g w - w H w / 2)^2 of the same",
    unit="neuron",
    source="Molchanov 2019",
    options=_OPTIONS,
    needs_gradient=True,
)
def taylor2(case: Case) -> list[Tensor]:
    """(g'w - w'Hw / 2)^2, w all that enters the neuron (eq. 7); H is exact."""

    def change(data: Data) -> list[Tensor]:
        outputs, layers = _layers(case, data)
        widest = max(len(bias) for bias in case.biases[:-1])
        curves = [torch.zeros_like(bias) for bias in case.biases[:-1]]
        for rows in torch.arange(len(data)).split(max(1, _ROOM // widest**2)):
            found = _curves(case, outputs[rows], [layer[rows] for layer in layers], len(data))
            curves = [curve + more for curve, more in zip(curves, found, strict=True)]
        return [layer.first_order() - 0.5 * curve for layer, curve in zip(layers, curves, strict=True)]

    return _mean_square(case, change)


def _mean_square(case: Case, change: Callable[[Data], Sequence[Tensor]]) -> list[Tensor]:
    """Return the mean over minibatches of the squared change of the loss, `(neurons,)` a hidden layer."""
    squares = [[found.double().square() for found in change(data)] for data in minibatches(case)]
    return [torch.stack(layer).mean(0) for layer in zip(*squares, strict=True)]


def minibatches(case: Case) -> Iterator[Data]:
    """Yield `samples` training images in random minibatches of `batch`; what is over is left out.

    Where there are fewer images than one minibatch has, they are one.
    """
    count = min(case.options["samples"], len(case.train))
    size = min(case.options["batch"], count)
    order = torch.randperm(len(case.train), generator=case.generator)  # data are often sorted by class
    for k in range(count // size):
        yield case.train[order[k * size : (k + 1) * size]]


@torch.no_grad()
def _layers(case: Case, data: Data) -> tuple[Tensor, list[Layer]]:
    """Return `(N, classes)` outputs, and every hidden layer."""
    values, sums = data.images, []
    for weight, bias in zip(case.weights[:-1], case.biases[:-1], strict=True):
        sums.append(nn.functional.linear(values, weight, bias))
        values = ACTIVATIONS[case.activation](sums[-1])
    with torch.enable_grad():
        values.requires_grad_()
        loss = case.loss(Data(values, data.labels), case.weights[-1:], case.biases[-1:])
        (slope,) = torch.autograd.grad(loss, values)
    layers = []
    for z, onward in zip(reversed(sums), reversed(case.weights[:-1]), strict=True):
        first, bend = _derivatives(case.activation, z)
        layers.append(Layer(z, first, bend, slope))
        slope = (slope * first) @ onward
    outputs = nn.functional.linear(values, case.weights[-1], case.biases[-1])
    return outputs.detach(), layers[::-1]


def _derivatives(activation: str, sums: Tensor) -> tuple[Tensor, Tensor]:
    """Return an activation's first and second derivative at these sums."""
    with torch.enable_grad():
        at = sums.clone().requires_grad_()
        first = second = torch.zeros_like(sums)
        value = ACTIVATIONS[activation](at)
        if value.requires_grad:
            (first,) = torch.autograd.grad(value.sum(), at, create_graph=True)
        if first.requires_grad:
            (second,) = torch.autograd.grad(first.sum(), at, materialize_grads=True)
    return first.detach(), second.detach()


def _curves(case: Case, outputs: Tensor, layers: Sequence[Layer], count: int) -> list[Tensor]:
    """Return these images' part of w'Hw of every hidden neuron, a mean over `count` images.

    With H_i the Hessian of image i's loss by a layer's sums z, it is the sum over i of z_ij^2 (H_i)_jj. From
    layer to layer H_i goes back as W'HW, times the activation's slopes; where the activation is bent, the
    bend times the loss's slope comes to it.
    """
    root = loss_roots(case, outputs) @ case.weights[-1]
    hessian = root.transpose(1, 2) @ root / count
    found = []
    for k in reversed(range(len(layers))):
        layer = layers[k]
        bent = torch.diag_embed(layer.slope * layer.bend)
        hessian = hessian * layer.first[:, :, None] * layer.first[:, None, :] + bent
        found.append((layer.sums.square() * hessian.diagonal(dim1=1, dim2=2)).sum(0))
        if k:
            hessian = case.weights[k].T @ hessian @ case.weights[k]
    return found[::-1]
