"""The exact effect of every connection, one at a time."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from wann.errors import CriterionDoesNotFit
from wann.pruning.criteria.case import Case, Values
from wann.pruning.criteria.options import whole
from wann.pruning.criteria.registry import criterion


@criterion(
    "connection-effect",
    "exact change of loss or return without it (small networks)",
    source="-",
    options={"samples": whole(1000), "most": whole(20_000)},
    looks_at="returns",
)
@torch.no_grad()
def connection_effect(case: Case) -> list[Tensor]:
    """L(w_q = 0) - L, signed, on `samples` training images, in float64; of a policy, R - R(w_q = 0).

    Raises:
        CriterionDoesNotFit: more than `most` connections, as each takes a pass over the data.
    """
    count = sum(int(mask.sum()) for mask in case.masks)
    if count > (most := case.options["most"]):
        raise CriterionDoesNotFit(
            f"connection-effect: {count} connections take as many passes over the data; expected at most "
            f"{most}: prune by another criterion first, or raise the option 'most'"
        )
    weights, biases = ([t.double() for t in group] for group in (case.weights, case.biases))
    changed = _without_each(case, weights, biases)
    if case.returns is not None:
        copies = ([weight.clone() for weight in layers] for layers, _ in changed)
        earned = torch.as_tensor(case.returns([(weights, biases), *((copy, biases) for copy in copies)]))
        effects = earned[0] - earned[1:]
    else:
        data = case.sample(case.options["samples"]).double()
        base = case.loss(data, weights, biases)
        effects = torch.stack([case.loss(data, *values) for values in changed]) - base
    scores = [torch.zeros_like(weight) for weight in weights]
    done = 0
    for score, mask in zip(scores, case.masks, strict=True):
        kept = int(mask.sum())
        score[mask] = effects[done : done + kept]
        done += kept
    return scores


def _without_each(case: Case, weights: list[Tensor], biases: list[Tensor]) -> Iterator[Values]:
    """Yield the network without each of its connections, in the masks' order; it is the same one changed."""
    for weight, mask in zip(weights, case.masks, strict=True):
        for row, column in mask.nonzero().tolist():
            value = weight[row, column].clone()
            weight[row, column] = 0.0
            yield weights, biases
            weight[row, column] = value
