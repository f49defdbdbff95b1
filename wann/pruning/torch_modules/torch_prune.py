"""To and from torch modules, among them those of `torch.nn.utils.prune`, for those whose tools expect them.

They are not used here: modules of `torch.nn.utils.prune` break `copy.deepcopy`, and it takes abs of scores,
which spoils signed ones.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.utils import prune

from wann.errors import PruningError
from wann.pruning.model.mlp import MLP
from wann.pruning.torch_modules.agreement import check_agreement
from wann.pruning.torch_modules.copying import independent
from wann.pruning.torch_modules.reading import from_torch_prune

__all__ = ["from_torch_prune", "to_torch_prune"]

_MODULES = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "linear": nn.Identity}
_WHO = "to_torch_prune"


def to_torch_prune(model: MLP) -> nn.Sequential:
    """Return the same network as `nn.Linear` modules with `weight_orig`, `weight_mask` and so for biases.

    Raises:
        PruningError: torch has no module of the activation, or the outputs would be others, as where a hook
            or a parametrization other than the masks changes them.
    """
    if model.activation not in _MODULES:
        raise PruningError(
            f"{_WHO}: expected one of the activations {', '.join(_MODULES)}, got {model.activation}"
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
    made = nn.Sequential(*parts[:-1]).train(model.training)
    check_agreement(independent(model, _WHO), independent(made, _WHO), model.sizes[0], _WHO)
    return made
