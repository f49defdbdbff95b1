"""A copy of a module to look at, in double precision, that leaves the module as it is."""

from __future__ import annotations

import copy
from collections.abc import Callable
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
        PruningError: it is no module of which code can be read, or cannot be copied.
    """
    _check_kind(model, who)
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


def _check_kind(model: object, who: str) -> None:
    if not isinstance(model, nn.Module):
        raise PruningError(f"{who}: expected a torch module (nn.Module), got a {type(model).__name__}")
    for name, part in model.named_modules():
        for kind, is_one in _WRAPPED.items():
            if is_one(part):
                where = f"module '{name}'" if name else "the module"
                raise PruningError(
                    f"{who}: {where}: expected a module with code of its own, got one of {kind}; give the "
                    f"module that it was made of"
                )


# what stands for another module -> how to know it
_WRAPPED: dict[str, Callable[[nn.Module], bool]] = {
    "torch.jit": lambda part: isinstance(part, torch.jit.ScriptModule),
    "torch.compile": lambda part: hasattr(part, "_orig_mod"),
    "nn.DataParallel": lambda part: isinstance(part, nn.DataParallel | nn.parallel.DistributedDataParallel),
}


def _double(value: Tensor) -> Tensor:
    return value.to("cpu", torch.float64) if value.is_floating_point() else value.to("cpu")


def first_line(error: Exception) -> str:
    """What an error says, in one line."""
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]
