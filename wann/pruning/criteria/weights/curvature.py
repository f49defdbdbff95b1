"""Gauss-Newton curvature by layers: what obd, obs and taylor2 need of second derivatives."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from wann.pruning.criteria.case import Case, Data
from wann.pruning.model.mlp import ACTIVATIONS

_BATCH = 1000


def loss_roots(case: Case, outputs: Tensor) -> Tensor:
    """Return `(N, C, classes)` rows r_c with sum_c r_c r_c' = the loss's Hessian at the outputs.

    Cross-entropy: diag(p) - p p' = sum_c p_c (e_c - p)(e_c - p)'. Squared: the identity.
    """
    eye = torch.eye(outputs.shape[1], dtype=outputs.dtype)
    if case.loss_name == "squared":
        return eye.expand(len(outputs), -1, -1)
    p = outputs.softmax(1)
    return p.sqrt()[:, :, None] * (eye - p[:, None, :])


def backwards(case: Case, data: Data) -> Iterator[tuple[list[Tensor], list[Tensor]]]:
    """Yield, for blocks of images, what enters each layer and every root's derivative at its sums.

    Yields:
        `(n, in)` inputs of each layer, and `(C, n, out)` derivatives of r_c' outputs by its sums.
    """
    for start in range(0, len(data), _BATCH):
        values = data.images[start : start + _BATCH]
        entering, sums = [], []
        for k, (weight, bias) in enumerate(zip(case.weights, case.biases, strict=True)):
            if k:
                values = ACTIVATIONS[case.activation](values)
            entering.append(values.detach())
            values = nn.functional.linear(values, weight, bias).requires_grad_()
            sums.append(values)
        roots = loss_roots(case, values.detach()).transpose(0, 1)
        found = [
            torch.autograd.grad(values, sums, root, retain_graph=True, materialize_grads=True)
            for root in roots.contiguous()
        ]
        yield entering, [torch.stack(layer) for layer in zip(*found, strict=True)]


def diagonal(case: Case, data: Data) -> list[Tensor]:
    """Return `(out, in)` h_kk of every weight: mean over the images of sum_c b_ci^2 a_j^2."""
    totals = [torch.zeros_like(weight) for weight in case.weights]
    for entering, found in backwards(case, data):
        for total, a, b in zip(totals, entering, found, strict=True):
            total += b.square().sum(0).T @ a.square()
    return [total / len(data) for total in totals]


def full(case: Case, data: Data) -> Tensor:
    """Return the `(P, P)` Gauss-Newton matrix; parameters are rows of each layer, bias last in its row."""
    total = torch.zeros(())
    for entering, found in backwards(case, data):
        parts = []
        for a, b in zip(entering, found, strict=True):
            a = torch.cat([a, torch.ones_like(a[:, :1])], 1)
            parts.append((b[:, :, :, None] * a[None, :, None, :]).flatten(2).flatten(0, 1))
        jacobian = torch.cat(parts, 1)
        total = total + jacobian.T @ jacobian
    return total / len(data)
