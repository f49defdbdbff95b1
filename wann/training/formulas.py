"""The activations for torch, with their gradients: what the table says, or else the formula itself.

Values agree with the formulas to 1e-13 or better. Where an activation has no derivative, the gradient is the
one that torch's functions give: 0 at the corner of abs and relu. A step has gradient 0 everywhere, so that
connections which reach an output through steps alone keep their weights.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache, partial
from types import FunctionType, SimpleNamespace
from typing import Any

import torch
from torch import Tensor

from wann.activations import ACTIVATIONS


def torch_formula(name: str) -> Callable[[Tensor], Tensor]:
    """Return an activation as a function of tensors."""
    entry = ACTIVATIONS[name]
    return translated(entry.formula) if entry.torch is None else partial(entry.torch, torch)


# What formulas call of NumPy, in torch.
_NUMPY = SimpleNamespace(
    abs=torch.abs,
    floor=lambda x: torch.floor(x).detach(),
    minimum=lambda x, y: torch.minimum(*torch.broadcast_tensors(_tensor(x, y), _tensor(y, x))),
    maximum=lambda x, y: torch.maximum(*torch.broadcast_tensors(_tensor(x, y), _tensor(y, x))),
    float64=lambda x: x,
    float32=lambda x: x,
)


def _tensor(value: Any, like: Any) -> Tensor:
    return value if isinstance(value, Tensor) else torch.as_tensor(value, dtype=like.dtype)


@cache
def translated(formula: Any) -> Callable[[Tensor], Tensor]:
    """A formula, and those that it calls, with torch in the place of NumPy."""
    scope = dict(formula.__globals__) | {"np": _NUMPY}
    for name in formula.__code__.co_names:
        if inspect.isfunction(inner := formula.__globals__.get(name)):
            scope[name] = translated(inner)
    return FunctionType(formula.__code__, scope, formula.__name__)
