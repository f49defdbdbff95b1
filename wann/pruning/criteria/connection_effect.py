"""The exact effect of every connection, one at a time."""

from __future__ import annotations

import torch
from torch import Tensor

from wann.errors import CriterionDoesNotFit
from wann.pruning.case import Case
from wann.pruning.criteria.registry import criterion


@criterion(
    "connection-effect",
    "the loss without the connection less the loss with it; small networks",
    source="-",
    options={"samples": 1000, "most": 20_000},
)
@torch.no_grad()
def connection_effect(case: Case) -> list[Tensor]:
    """L(w_q = 0) - L, signed, on `samples` training images, in float64.

    Raises:
        CriterionDoesNotFit: more than `most` connections, as each takes a pass over the images.
    """
    count = sum(int(mask.sum()) for mask in case.masks)
    if count > (most := case.options.get("most", 20_000)):
        raise CriterionDoesNotFit(
            f"connection-effect: {count} connections take as many passes over the data; expected at most "
            f"{most}: prune by another criterion first, or raise the option 'most'"
        )
    data = case.sample(case.options.get("samples", 1000)).double()
    weights, biases = ([t.double() for t in group] for group in (case.weights, case.biases))
    base = case.loss(data, weights, biases)
    scores = [torch.zeros_like(weight) for weight in weights]
    for weight, score, mask in zip(weights, scores, case.masks, strict=True):
        for row, column in mask.nonzero().tolist():
            value = weight[row, column].clone()
            weight[row, column] = 0.0
            score[row, column] = case.loss(data, weights, biases) - base
            weight[row, column] = value
    return scores
