"""To and from `torch.nn.utils.prune`, for those whose tools expect its masks.

Not used here: its modules break `copy.deepcopy`, and it takes abs of scores, which spoils signed ones.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn.utils import prune
from torch.nn.utils.parametrize import ParametrizationList

from wann.errors import PruningError
from wann.pruning.model import MLP, Mask

_MODULES = {
    "relu": nn.ReLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "linear": nn.Identity,
}
# What changes nothing in a trained network.
_IDLE = (nn.Flatten, nn.Dropout, nn.Sequential, nn.ModuleList, ParametrizationList, Mask)


def to_torch_prune(model: MLP) -> nn.Sequential:
    """Return the same network as `nn.Linear` modules with `weight_orig`, `weight_mask` and so for biases.

    Raises:
        PruningError: torch has no module of the activation.
    """
    if model.activation not in _MODULES:
        raise PruningError(
            f"to_torch_prune: expected one of the activations {', '.join(_MODULES)}, got {model.activation}"
        )
    parts: list[nn.Module] = []
    masks = zip(model.values(), model.weight_masks(), model.bias_masks(), strict=True)
    for (weight, bias), weight_mask, bias_mask in masks:
        linear = nn.Linear(weight.shape[1], len(bias), dtype=model.weights()[0].dtype)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(weight))
            linear.bias.copy_(torch.from_numpy(bias))
        prune.custom_from_mask(linear, "weight", weight_mask)
        prune.custom_from_mask(linear, "bias", bias_mask)
        parts += [linear, _MODULES[model.activation]()]
    return nn.Sequential(*parts[:-1])


def from_torch_prune(model: nn.Module) -> MLP:
    """Return the network of a module's `nn.Linear` modules, in their order, with their masks, if any.

    Between them stands one activation, the same everywhere, or none; `nn.Flatten`, `nn.Dropout` and
    `nn.Identity` may stand anywhere, as they change nothing in a trained network.

    Raises:
        PruningError: there is no linear module, one has no bias, they do not follow on each other, or there
            is something else in the module.
    """
    linears = [part for part in model.modules() if isinstance(part, nn.Linear)]
    if not linears or any(part.bias is None for part in linears):
        raise PruningError("from_torch_prune: expected nn.Linear modules with biases")
    activation = _activation(model, len(linears))
    sizes = [linears[0].in_features, *(part.out_features for part in linears)]
    if [part.in_features for part in linears] != sizes[:-1]:
        raise PruningError(f"from_torch_prune: the linear modules do not follow on each other: {linears}")
    mlp = MLP(sizes, activation, linears[0].weight.dtype)
    mlp.load([(_original(part, "weight"), _original(part, "bias")) for part in linears])
    mlp.set_masks([_mask(part, "weight") for part in linears], [_mask(part, "bias") for part in linears])
    return mlp


def _activation(model: nn.Module, count: int) -> str:
    """Return the activation after every linear module but the last."""
    names, after = {kind: name for name, kind in _MODULES.items()}, [[] for _ in range(count + 1)]
    at = 0
    for part in model.modules():
        if isinstance(part, nn.Linear):
            at += 1
        elif type(part) in names:
            after[at] += [] if isinstance(part, nn.Identity) else [names[type(part)]]
        elif not isinstance(part, _IDLE) and not list(part.children()):
            raise PruningError(
                f"from_torch_prune: expected nn.Linear, one of the activations {', '.join(_MODULES)}, "
                f"Flatten or Dropout, got {type(part).__name__}"
            )
    between = {tuple(found) for found in after[1:-1]}
    if after[0] or after[-1] or len(between) > 1 or any(len(found) > 1 for found in between):
        places = "; ".join(f"after layer {k}: {', '.join(found)}" for k, found in enumerate(after) if found)
        raise PruningError(
            f"from_torch_prune: expected the same activation after every layer but the last, got {places}"
        )
    return next(iter(between))[0] if between and next(iter(between)) else "linear"


def _original(part: nn.Module, name: str) -> np.ndarray:
    values = getattr(part, f"{name}_orig", getattr(part, name))
    return values.detach().numpy()


def _mask(part: nn.Module, name: str) -> torch.Tensor:
    return getattr(part, f"{name}_mask", torch.ones_like(getattr(part, name)))
