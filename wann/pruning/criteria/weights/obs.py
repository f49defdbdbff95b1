"""Optimal brain surgeon: the inverse Hessian scores a weight, and says how the rest makes up for it.

A small network is treated as a whole, with the Gauss-Newton matrix of its loss. In a larger one each layer
minimises its own squared error on what enters it (layer-wise OBS, Dong 2017), and all rows share a matrix.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from wann.pruning.criteria.case import Case, Values
from wann.pruning.criteria.options import not_negative, whole
from wann.pruning.criteria.registry import criterion
from wann.pruning.criteria.weights.curvature import full


def update(case: Case, masks: list[Tensor]) -> Values:
    """Return weights and biases at the quadratic's minimum where all that is not kept is 0.

    w_K = H_KK^-1 (H w)_K; with one weight q removed this is w - w_q / [H^-1]_qq H^-1 e_q (eq. 5).
    """
    if _is_small(case):
        return _update_whole(case, masks)
    weights, biases = [], []
    for matrix, weight, bias, mask in zip(_matrices(case), case.weights, case.biases, masks, strict=True):
        rows = torch.cat([weight, bias[:, None]], 1).double()
        kept = torch.cat([mask, torch.ones_like(mask[:, :1])], 1)
        pulled = rows @ matrix
        fitted = torch.stack([_minimum(matrix, *pair) for pair in zip(pulled, kept, strict=True)])
        weights.append(fitted[:, :-1].to(weight.dtype))
        biases.append(fitted[:, -1].to(weight.dtype))
    return weights, biases


@criterion(
    "obs",
    "w^2 / 2[H^-1]_qq, rest updated",
    source="Hassibi 1993; Dong 2017",
    scope="erk",  # errors of different layers' sums do not compare
    options={"samples": whole(5000), "damping": not_negative(1e-4), "exact_up_to": whole(1000, 0)},
    update=update,
)
def obs(case: Case) -> list[Tensor]:
    """w_q^2 / (2 [H^-1]_qq) (eq. 5), the inverse over the weights that are kept and the biases.

    A round removes its weights at once, by these scores; the update is exact for all of them together.
    `damping` times the mean of the diagonal is added to it, so that inputs that are always 0 cost nothing
    instead of failing. `exact_up_to` parameters are treated as a whole.
    """
    if _is_small(case):
        return _scores_whole(case)
    scores = []
    for matrix, weight, mask in zip(_matrices(case), case.weights, case.masks, strict=True):
        inverse = torch.linalg.inv(matrix).diagonal()[:-1] if mask.all() else None
        if inverse is None:
            inverse = torch.stack([_inverse_diagonal(matrix, row) for row in mask])
        scores.append(0.5 * weight.double().square() / inverse)
    return scores


def _is_small(case: Case) -> bool:
    sizes = sum(weight.numel() + weight.shape[0] for weight in case.weights)
    return sizes <= case.options["exact_up_to"]


def _damped(case: Case, matrix: Tensor) -> Tensor:
    share = case.options["damping"]
    return matrix + torch.eye(len(matrix), dtype=matrix.dtype) * share * matrix.diagonal().mean()


def _matrices(case: Case) -> Iterator[Tensor]:
    """Yield `(in + 1, in + 1)` mean a a' of what enters each layer, the bias's 1 last."""
    images = case.train.images[: case.options["samples"]]
    for values in (images, *case.activity(images)):
        a = torch.cat([values, torch.ones_like(values[:, :1])], 1).double()
        yield _damped(case, a.T @ a / len(a))


def _inverse_diagonal(matrix: Tensor, kept: Tensor) -> Tensor:
    """Return `(in,)` [H_KK^-1]_qq for what is kept of a row, else 1."""
    where = torch.cat([kept, torch.ones(1, dtype=torch.bool)])
    found = torch.ones(len(where), dtype=matrix.dtype)
    found[where] = torch.linalg.inv(matrix[where][:, where]).diagonal()
    return found[:-1]


def _minimum(matrix: Tensor, pulled: Tensor, kept: Tensor) -> Tensor:
    fitted = torch.zeros_like(pulled)
    fitted[kept] = torch.linalg.solve(matrix[kept][:, kept], pulled[kept])
    return fitted


def _whole(case: Case, masks: list[Tensor]) -> tuple[Tensor, Tensor, Tensor]:
    """Return the `(P, P)` matrix, the `(P,)` parameters and which of them are kept, in one order."""
    data = case.train[: case.options["samples"]]
    pairs = zip(case.weights, case.biases, strict=True)
    flat = torch.cat([torch.cat([w, b[:, None]], 1).flatten() for w, b in pairs]).double()
    kept = torch.cat([torch.cat([m, torch.ones_like(m[:, :1])], 1).flatten() for m in masks])
    return _damped(case, full(case, data).double()), flat, kept


def _split(case: Case, flat: Tensor) -> Values:
    weights, biases, at = [], [], 0
    for weight in case.weights:
        rows = flat[at : at + weight.numel() + len(weight)].reshape(len(weight), -1)
        weights.append(rows[:, :-1].to(weight.dtype))
        biases.append(rows[:, -1].to(weight.dtype))
        at += rows.numel()
    return weights, biases


def _scores_whole(case: Case) -> list[Tensor]:
    matrix, flat, kept = _whole(case, case.masks)
    inverse = torch.ones_like(flat)
    inverse[kept] = torch.linalg.inv(matrix[kept][:, kept]).diagonal()
    return _split(case, 0.5 * flat.square() / inverse)[0]


def _update_whole(case: Case, masks: list[Tensor]) -> Values:
    matrix, flat, kept = _whole(case, masks)
    return _split(case, _minimum(matrix, matrix @ flat, kept))
