"""A copy of a module to look at, in double precision, that leaves the module as it is."""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import UninitializedParameter

from wann.errors import PruningError


def independent(model: nn.Module, who: str) -> nn.Module:
    """Return a float64 copy on the CPU, in the same mode.

    `copy.deepcopy` refuses tensors that were computed, which `torch.nn.utils.prune` and the like keep as
    plain attributes; those are copied here.

    Raises:
        PruningError: it cannot be copied.
    """
    if any(isinstance(value, UninitializedParameter) for value in model.parameters()):
        raise PruningError(f"{who}: expected weights, got a lazy module that was never called; call it once")
    memo: dict[int, Any] = {}
    try:
        for part in model.modules():
            for value in vars(part).values():
                if isinstance(value, Tensor):
                    memo[id(value)] = _double(value.detach().clone())
        return copy.deepcopy(model, memo).to("cpu", torch.float64)
    except Exception as error:
        raise PruningError(f"{who}: {type(model).__name__} cannot be copied ({first_line(error)})") from error


def _double(value: Tensor) -> Tensor:
    return value.to("cpu", torch.float64) if value.is_floating_point() else value.to("cpu")


def first_line(error: Exception) -> str:
    """What an error says, in one line."""
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]
