"""`from_torch_prune`: the MLP that a torch module computes, read off what it does."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from wann.errors import PruningError
from wann.pruning.model.mlp import MLP
from wann.pruning.torch_modules.agreement import check_agreement, outputs_of
from wann.pruning.torch_modules.chain import WHO, Chain
from wann.pruning.torch_modules.copying import independent
from wann.pruning.torch_modules.steps import Activation, Affine, Linear, Step, Steps, Width

# the second of these changes nothing that the first gives
_NOT_NEGATIVE = ("relu", "abs", "square", "sigmoid")
_ABSORBED = {(first, second) for first in _NOT_NEGATIVE for second in ("relu", "abs")}


def from_torch_prune(model: nn.Module) -> MLP:
    """Return the network that a module computes, with the masks of `torch.nn.utils.prune`, if any.

    What `forward` does is traced (`torch.fx`), so the order of calls counts, not that of registration. Taken
    are linear layers, one activation between them, the same everywhere, or none (as modules, functions or
    methods), `BatchNorm1d` with its running statistics and other fixed scales and shifts, which go into the
    neighbouring layer, and what changes nothing: flattening, identity, dropout in evaluation mode. A layer
    without biases has them pruned.

    The result stands on the CPU, in the module's precision, or in float32 where that is lower. The module is
    left as it is.

    Raises:
        PruningError: the module does something else, is in a training mode that changes its outputs, or the
            network's outputs on random inputs are not its own (as where a hook changes them).
    """
    copied = independent(model, WHO)
    with torch.no_grad():
        chain = Chain(copied)
        steps = Steps(chain)
        read = [steps.read(node) for node in chain.nodes]
        first = next((step for step in read if isinstance(step, Linear)), None)
        if first is None:
            raise PruningError(f"{WHO}: expected nn.Linear modules, got none that is used")
        # what hooks compute, such as the weights of weight_norm, is as old as the last call
        outputs_of(copied, torch.zeros(2, first.weight.values.shape[1]).double(), WHO)
        layers, activation = _assemble([steps.read(node) for node in chain.nodes])
    exact = _mlp(layers, activation, torch.float64)
    check_agreement(copied, exact, exact.sizes[0], WHO, _suspects(chain))
    made = _mlp(layers, activation, _precision(model))
    if not all(weight.isfinite().all() for weight in (*made.weights(), *made.biases())):
        raise PruningError(f"{WHO}: expected finite weights")
    return made.train(model.training)


@dataclass
class _Layer:
    """A layer while scales and shifts go into it."""

    weight: Tensor
    mask: Tensor
    bias: Tensor
    bias_mask: Tensor

    @classmethod
    def of(cls, step: Linear) -> _Layer:
        weight, mask = step.weight.values.double(), step.weight.mask.bool()
        if step.bias is None:
            none = torch.zeros(len(weight)).double()
            return cls(weight, mask, none, none.bool())
        return cls(weight, mask, step.bias.values.double(), step.bias.mask.bool())

    def before(self, step: Affine) -> None:
        """Take in what happens to the inputs: W (s x + t) + b."""
        added = (self.weight * self.mask) @ step.shift.expand(self.weight.shape[1])
        self._shift(torch.ones_like(self.bias), added, added != 0)
        self.weight = self.weight * step.scale

    def after(self, step: Affine) -> None:
        """Take in what happens to the outputs: s (W x + b) + t."""
        self.weight = self.weight * step.scale.expand(len(self.bias))[:, None]
        shift = step.shift.expand(len(self.bias))
        moves = bool(step.shift.ndim) or bool(step.shift != 0)
        self._shift(step.scale, shift, torch.full_like(self.bias_mask, moves))

    def _shift(self, scale: Tensor, added: Tensor, moved: Tensor) -> None:
        # a pruned bias is 0 until a shift gives it a value
        kept = torch.where(self.bias_mask, self.bias, torch.zeros_like(self.bias))
        self.bias, self.bias_mask = kept * scale + added, self.bias_mask | moved


def _assemble(steps: list[Step]) -> tuple[list[_Layer], str]:
    """Put the steps together: the layers, and the activation between them."""
    layers: list[_Layer] = []
    after: list[list[str]] = [[]]  # the activations after each number of layers
    waiting: list[Affine] = []  # for the next layer
    owners: set[int] = set()
    for step in steps:
        match step:
            case Linear():
                if owners & step.owners:
                    raise PruningError(
                        f"{WHO}: {step.where}: expected weights of its own, got another layer's"
                    )
                owners |= step.owners
                layers.append(_linked(step, layers))
                for affine in reversed(waiting):
                    _fits(affine, layers[-1].weight.shape[1])
                    layers[-1].before(affine)
                waiting = []
                after.append([])
            case Affine() if layers and not after[-1] and not waiting:
                _fits(step, len(layers[-1].bias))
                layers[-1].after(step)
            case Affine():
                waiting.append(step)
            case Activation():
                if waiting:
                    raise PruningError(
                        f"{WHO}: {step.where}: expected a linear layer after {waiting[-1].where}, "
                        f"got {step.name}"
                    )
                if (*after[-1], step.name) not in _ABSORBED:
                    after[-1].append(step.name)
            case Width() if layers and step.width != len(layers[-1].bias):
                raise PruningError(
                    f"{WHO}: {step.where}: expected rows of {len(layers[-1].bias)}, got {step.width}"
                )
    if waiting:
        raise PruningError(f"{WHO}: {waiting[-1].where}: expected a linear layer beside it, got none")
    return layers, _activation(after)


def _linked(step: Linear, layers: list[_Layer]) -> _Layer:
    layer = _Layer.of(step)
    if layers and layer.weight.shape[1] != len(layers[-1].bias):
        raise PruningError(
            f"{WHO}: {step.where}: the linear modules do not follow on each other: expected "
            f"{len(layers[-1].bias)} inputs, got {layer.weight.shape[1]}"
        )
    return layer


def _fits(step: Affine, width: int) -> None:
    for part in (step.scale, step.shift):
        if part.shape not in ((), (1,), (width,)):
            raise PruningError(f"{WHO}: {step.where}: expected {width} numbers, got {tuple(part.shape)}")


def _suspects(chain: Chain) -> str:
    calls = ", ".join(chain.where(node) for node in chain.in_place)
    return f"; calls that change a tensor in place: {calls}" if calls else ""


def _activation(after: list[list[str]]) -> str:
    """The activation after every layer but the last."""
    between = {tuple(found) for found in after[1:-1]}
    if after[0] or after[-1] or len(between) > 1 or any(len(found) > 1 for found in between):
        places = "; ".join(f"after layer {k}: {', '.join(found)}" for k, found in enumerate(after) if found)
        raise PruningError(
            f"{WHO}: expected the same activation after every layer but the last, got {places}"
        )
    return next(iter(between))[0] if between and next(iter(between)) else "linear"


def _mlp(layers: list[_Layer], activation: str, dtype: torch.dtype) -> MLP:
    mlp = MLP([layers[0].weight.shape[1], *(len(layer.bias) for layer in layers)], activation, dtype)
    mlp.load([(layer.weight.detach().numpy(), layer.bias.detach().numpy()) for layer in layers])
    mlp.set_masks([layer.mask for layer in layers], [layer.bias_mask for layer in layers])
    return mlp


def _precision(model: nn.Module) -> torch.dtype:
    found = {value.dtype for value in model.parameters()}
    return torch.float64 if torch.float64 in found else torch.float32
