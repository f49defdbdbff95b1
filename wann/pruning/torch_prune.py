"""To and from `torch.nn.utils.prune`, for those whose tools expect its masks.

Not used here: its modules break `copy.deepcopy`, and it takes abs of scores, which spoils signed ones.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn.utils import prune

from wann.errors import PruningError
from wann.pruning.model import MLP

_MODULES = {
    "relu": nn.ReLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "linear": nn.Identity,
}


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

    The activation is that of the first module among them that is one; without any it is linear.

    Raises:
        PruningError: there is no linear module, one has no bias, or they do not follow on each other.
    """
    linears = [part for part in model.modules() if isinstance(part, nn.Linear)]
    if not linears or any(part.bias is None for part in linears):
        raise PruningError("from_torch_prune: expected nn.Linear modules with biases")
    sizes = [linears[0].in_features, *(part.out_features for part in linears)]
    if [part.in_features for part in linears] != sizes[:-1]:
        raise PruningError(f"from_torch_prune: the linear modules do not follow on each other: {linears}")
    found = [name for part in model.modules() for name, kind in _MODULES.items() if isinstance(part, kind)]
    mlp = MLP(sizes, found[0] if found else "linear", linears[0].weight.dtype)
    mlp.load([(_original(part, "weight"), _original(part, "bias")) for part in linears])
    mlp.set_masks([_mask(part, "weight") for part in linears], [_mask(part, "bias") for part in linears])
    return mlp


def _original(part: nn.Module, name: str) -> np.ndarray:
    values = getattr(part, f"{name}_orig", getattr(part, name))
    return values.detach().numpy()


def _mask(part: nn.Module, name: str) -> torch.Tensor:
    return getattr(part, f"{name}_mask", torch.ones_like(getattr(part, name)))
