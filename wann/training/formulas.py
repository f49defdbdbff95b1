"""The activations for torch: those of `wann.activations` in torch's own functions, with their gradients.

Values agree with the formulas to 1e-13 or better. Where an activation has no derivative, the gradient is the
one that torch's functions give: 0 at the corner of abs and relu. A step has gradient 0 everywhere, so that
connections which reach an output through steps alone keep their weights.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

# exp(-u) is taken at this u at most, as in `wann.formulas`.
_DECAY_LIMIT = 40.0


def _sin(x: Tensor) -> Tensor:
    # sin(pi x) has period 2; the difference is exact, whereas pi x would lose the digits of a large x
    return torch.sin(math.pi * (x - 2.0 * torch.floor(0.5 * x + 0.5).detach()))


FORMULAS: dict[str, Callable[[Tensor], Tensor]] = {
    "linear": lambda x: x,
    "step": lambda x: (x > 0).to(x.dtype),
    "sin": _sin,
    "gaussian": lambda x: torch.exp(-torch.clamp(0.5 * x * x, max=_DECAY_LIMIT)),
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "negate": torch.neg,
    "abs": torch.abs,
    "relu": torch.relu,
    "cos": lambda x: _sin(0.5 - torch.abs(x)),  # as wann.formulas, so that both agree far out, too
    "square": lambda x: x * x,
}
