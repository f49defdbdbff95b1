"""Optimal brain damage: what a weight's removal costs, with a diagonal Hessian."""

from __future__ import annotations

from torch import Tensor

from wann.pruning.criteria.case import Case
from wann.pruning.criteria.options import whole
from wann.pruning.criteria.registry import criterion
from wann.pruning.criteria.weights.curvature import diagonal


@criterion(
    "obd",
    "h w^2 / 2, h of the Gauss-Newton diagonal",
    source="LeCun 1989",
    options={"samples": whole(5000)},
    needs_gradient=True,
)
def obd(case: Case) -> list[Tensor]:
    """h_kk w_k^2 / 2 (eq. 5), h_kk from `samples` training images."""
    found = diagonal(case, case.sample(case.options["samples"]))
    return [0.5 * h * weight.square() for h, weight in zip(found, case.weights, strict=True)]
