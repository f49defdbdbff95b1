"""A training by gradient between two epochs: all that the next one depends on."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch

from wann.pruning.model.mlp import MLP, Layers
from wann.pruning.saved import Snapshot

_NUMBERS = ("epoch", "best", "best_epoch", "steps", "waited")
_VALUES, _MASKS, _BEST, _EPOCH = "values", "masks", "best", "epoch"


@dataclass
class FitState:
    """A training under way.

    Attributes:
        model, optimiser, generator: what the training changes.
        epoch: the next one, from 0.
        steps: of the optimiser.
        best: the best validation accuracy so far.
        best_epoch: the first one that had it, 0 = before the first.
        best_values: its weights; kept up where training stops early.
        waited: epochs since.
        checkpoints: values before the first epoch and after every one, where they are kept.
    """

    model: MLP
    optimiser: torch.optim.Optimizer
    generator: torch.Generator
    epoch: int
    best: float
    best_epoch: int
    best_values: Layers
    steps: int = 0
    waited: int = 0
    checkpoints: list[Layers] = field(default_factory=list)

    def count_epoch(
        self, accuracy: float, steps: int, keep_best: bool, keep_checkpoint: bool, anew: bool
    ) -> None:
        """Take note of an epoch that is over, and of its validation accuracy; `anew`: none before counts."""
        self.epoch, self.steps, self.waited = self.epoch + 1, self.steps + steps, self.waited + 1
        if keep_checkpoint:
            self.checkpoints.append(self.model.values())
        if accuracy > self.best or anew:
            self.best, self.best_epoch, self.waited = accuracy, self.epoch, 0
            self.best_values = self.model.values() if keep_best else self.best_values

    def snapshot(self, over: bool = False) -> Snapshot:
        """Return it as arrays and numbers; of a training that is over, without its optimiser."""
        arrays = _named(_VALUES, self.model.values()) | _named(_BEST, self.best_values)
        weights, biases = self.model.weight_masks(), self.model.bias_masks()
        pairs = zip(weights, biases, strict=True)
        arrays |= _named(_MASKS, [(weight.numpy(), bias.numpy()) for weight, bias in pairs])
        for k, values in enumerate(self.checkpoints):
            arrays |= _named(f"{_EPOCH}{k}", values)
        arrays["generator"] = self.generator.get_state().numpy()
        for index, moments in () if over else self.optimiser.state_dict()["state"].items():
            for name, value in moments.items():
                arrays[f"optimiser.{index}.{name}"] = value.numpy().copy()
        numbers = {name: getattr(self, name) for name in _NUMBERS}
        return arrays, numbers | {"checkpoints": len(self.checkpoints)}

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to what `snapshot` has returned for the same training."""
        arrays, numbers = snapshot
        depth = len(self.model.layers)
        masks = [tuple(map(torch.from_numpy, pair)) for pair in _layers(_MASKS, arrays, depth)]
        self.model.set_masks([weight for weight, _ in masks], [bias for _, bias in masks])
        self.model.load(_layers(_VALUES, arrays, depth))
        self.best_values = _layers(_BEST, arrays, depth)
        kept = range(numbers["checkpoints"])
        self.checkpoints = [_layers(f"{_EPOCH}{k}", arrays, depth) for k in kept]
        self.generator.set_state(torch.from_numpy(arrays["generator"].copy()))
        moments: dict[int, dict[str, torch.Tensor]] = {}
        for name, array in arrays.items():
            if name.startswith("optimiser."):
                _, index, what = name.split(".")
                moments.setdefault(int(index), {})[what] = torch.from_numpy(array.copy())
        groups = self.optimiser.state_dict()["param_groups"]
        self.optimiser.load_state_dict({"state": moments, "param_groups": groups})
        for name in _NUMBERS:
            setattr(self, name, numbers[name])


def _named(name: str, layers: Layers) -> dict[str, np.ndarray]:
    parts = ((f"{name}.{k}.", pair) for k, pair in enumerate(layers))
    return {prefix + kind: array for prefix, pair in parts for kind, array in zip("wb", pair, strict=True)}


def _layers(name: str, arrays: dict[str, np.ndarray], depth: int) -> Layers:
    return [(arrays[f"{name}.{k}.w"], arrays[f"{name}.{k}.b"]) for k in range(depth)]
