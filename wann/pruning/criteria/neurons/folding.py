"""Neurons that others can stand in for: which go first, and how their outgoing weights are handed on."""

from __future__ import annotations

import torch
from torch import Tensor

from wann.pruning.criteria.case import Values

CONSTANT = -1.0  # the score of a neuron that gives the same for all images


def greedy_scores(likeness: Tensor, size: Tensor) -> Tensor:
    """Drop, again and again, the smaller one of the most alike pair; scores rise in the order of dropping.

    Args:
        likeness: `(n, n)` symmetric, 1 = the same.
        size: `(n,)`; those of size 0 go first.

    Returns:
        `(n,)` 1 - the likeness at which each was dropped; the last one has infinity.
    """
    left = likeness.clone().double()
    left.fill_diagonal_(-torch.inf)
    scores = torch.full((len(size),), torch.inf, dtype=torch.float64)
    empty = size == 0
    scores[empty] = CONSTANT
    left[empty], left[:, empty] = -torch.inf, -torch.inf
    for _ in range(len(size) - int(empty.sum()) - 1):
        first, second = divmod(int(left.argmax()), len(size))
        gone = second if size[second] <= size[first] else first
        scores[gone] = 1.0 - left[first, second]
        left[gone], left[:, gone] = -torch.inf, -torch.inf
    return scores


def fold(
    weight: Tensor, bias: Tensor, kept: Tensor, partner: Tensor, slope: Tensor, offset: Tensor
) -> tuple[Tensor, Tensor]:
    """Hand the outgoing weights of neurons that go to others: a_j ~ slope_j a_partner(j) + offset_j.

    Args:
        weight, bias: `(out, n)` and `(out,)` of the next layer.
        kept: `(n,)` bool.
        partner, slope, offset: `(n,)` each.

    Returns:
        The next layer's new weights and biases; those of dropped neurons are 0.
    """
    gone = ~kept
    outgoing = weight[:, gone]
    new = torch.where(kept, weight, 0.0)
    new.index_add_(1, partner[gone], outgoing * slope[gone].to(weight.dtype))
    return new, bias + outgoing @ offset[gone].to(weight.dtype)


def copies(weights: list[Tensor], biases: list[Tensor]) -> Values:
    """Return copies of both, to be changed."""
    return [weight.clone() for weight in weights], [bias.clone() for bias in biases]
