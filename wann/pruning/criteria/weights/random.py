"""Random scores: what any other criterion has to beat."""

from __future__ import annotations

import torch
from torch import Tensor

from wann.errors import PruningError
from wann.pruning.criteria.case import Case
from wann.pruning.criteria.options import whole
from wann.pruning.criteria.registry import criterion


@criterion(
    "random",
    "uniform; the best of so many tries",
    source="Yang 2023",
    when="before",
    options={"tries": whole(1)},
    looks_at="returns",
)
def random(case: Case) -> list[Tensor]:
    """U(0, 1); of `tries` draws that whose masked network has the lowest loss on validation images.

    Of a policy's, that whose masked network earns most.
    """
    tries = case.options["tries"]
    draws = [_draw(case) for _ in range(tries)]
    return draws[0] if tries == 1 else min(draws, key=lambda draw: _loss(case, draw))


def _draw(case: Case) -> list[Tensor]:
    return [torch.rand(w.shape, generator=case.generator, dtype=torch.float64) for w in case.weights]


@torch.no_grad()
def _loss(case: Case, scores: list[Tensor]) -> float:
    if case.choose is None:
        raise PruningError("random: tries needs to know how scores become a mask; pass `choose`")
    masks = case.choose(scores)
    weights = [weight * mask for weight, mask in zip(case.weights, masks, strict=True)]
    if case.returns is not None:
        return -float(case.returns([(weights, case.biases)])[0])
    return float(case.loss(case.validation, weights))
