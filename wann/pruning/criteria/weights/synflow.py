"""SynFlow: the flow of ones through the absolute weights, which no layer can lose."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from wann.pruning.criteria.case import Case
from wann.pruning.criteria.registry import criterion


@criterion(
    "synflow",
    "dR/dw w, R = 1' prod abs(W) 1; without data",
    source="Tanaka 2020",
    when="before",
    needs_gradient=True,
    looks_at="weights",
)
def synflow(case: Case) -> list[Tensor]:
    """abs(w) dR/d abs(w), in float64: R's products leave float32's range in deep networks; no biases.

    A layer's scores sum to R, so the total is the same in every layer. What a round leaves without a path
    from an input to an output has the score 0 in the next one. No round follows the final one, so there such
    weights give way to the next best, as long as there are any.
    """
    scores = _flow(case.weights)
    if not case.final or case.choose is None:
        return scores
    while True:
        masks = case.choose(scores)
        through = _flow([weight * mask for weight, mask in zip(case.weights, masks, strict=True)])
        ends = [mask & (flow == 0) & (s > 0) for mask, flow, s in zip(masks, through, scores, strict=True)]
        if not any(end.any() for end in ends):
            return scores
        scores = [score.masked_fill(end, 0.0) for score, end in zip(scores, ends, strict=True)]


def _flow(weights: Sequence[Tensor]) -> list[Tensor]:
    sizes = [weight.double().abs().requires_grad_() for weight in weights]
    flow = torch.ones(sizes[0].shape[1], dtype=torch.float64)
    for size in sizes:
        flow = size @ flow
    found = torch.autograd.grad(flow.sum(), sizes)
    return [(size * g).detach() for size, g in zip(sizes, found, strict=True)]
