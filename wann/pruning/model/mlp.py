"""MLP: a multilayer perceptron whose weights and biases each carry a mask."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from wann.activations import NAMES
from wann.pruning.table import require_known
from wann.training.formulas import torch_formula

Layers = list[tuple[np.ndarray, np.ndarray]]  # ((out, in) weights, (out,) biases) of every layer

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {name: torch_formula(name) for name in NAMES}


def forward(weights: Sequence[Tensor], biases: Sequence[Tensor], activation: str, images: Tensor) -> Tensor:
    """Return the `(N, classes)` outputs of an MLP with these weights for `(N, inputs)` images."""
    values = images
    for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
        values = ACTIVATIONS[activation](nn.functional.linear(values, weight, bias))
    return nn.functional.linear(values, weights[-1], biases[-1])


class Mask(nn.Module):
    """What a weight is multiplied by before it is used: 1 where it is kept, 0 where it is pruned.

    What is pruned is exactly 0 whatever an optimiser's momentum or weight decay does to the value behind it.
    """

    mask: Tensor

    def __init__(self, mask: Tensor) -> None:
        super().__init__()
        self.register_buffer("mask", mask)

    def forward(self, values: Tensor) -> Tensor:
        """Return the masked values."""
        return values * self.mask


class MLP(nn.Module):
    """A multilayer perceptron that can be sparse; the output layer is linear.

    Args:
        sizes: inputs, hidden neurons of each layer, classes.
        activation: of the hidden neurons, a name of `wann.activations`.
        dtype: of everything in it.
    """

    def __init__(
        self, sizes: Sequence[int], activation: str = "relu", dtype: torch.dtype = torch.float32
    ) -> None:
        super().__init__()
        require_known("activation", activation, ACTIVATIONS)
        self.activation = activation
        self.sizes = tuple(sizes)
        self.layers = nn.ModuleList(
            nn.utils.skip_init(nn.Linear, n_in, n_out, dtype=dtype)
            for n_in, n_out in zip(self.sizes[:-1], self.sizes[1:], strict=True)
        )
        for layer in self.layers:
            for name in ("weight", "bias"):
                with torch.no_grad():
                    getattr(layer, name).zero_()
                parametrize.register_parametrization(layer, name, Mask(torch.ones_like(getattr(layer, name))))

    def forward(self, images: Tensor) -> Tensor:
        """Return `(N, classes)` outputs for `(N, inputs)` images."""
        return forward(self.weights(), self.biases(), self.activation, images)

    def weights(self) -> list[Tensor]:
        """`(out, in)` weights of every layer, masked."""
        return [cast(Tensor, layer.weight) for layer in self.layers]

    def biases(self) -> list[Tensor]:
        """`(out,)` biases of every layer, masked."""
        return [cast(Tensor, layer.bias) for layer in self.layers]

    def weight_masks(self) -> list[Tensor]:
        """`(out, in)` bool of every layer: what is kept."""
        return [_mask(layer, "weight").bool() for layer in self.layers]

    def bias_masks(self) -> list[Tensor]:
        """`(out,)` bool of every layer: what is kept."""
        return [_mask(layer, "bias").bool() for layer in self.layers]

    @torch.no_grad()
    def set_masks(
        self,
        weights: Sequence[Tensor],
        biases: Sequence[Tensor] | None = None,
        optimiser: torch.optim.Optimizer | None = None,
    ) -> None:
        """Set every layer's masks; biases keep theirs where none are given.

        What comes back starts at 0, and an optimiser forgets what it knew of it (its moments there are 0).
        """
        masks = {"weight": weights} if biases is None else {"weight": weights, "bias": biases}
        for name, new in masks.items():
            for layer, mask in zip(self.layers, new, strict=True):
                values, back = _values(layer, name), mask.bool() & ~_mask(layer, name).bool()
                known = () if optimiser is None else optimiser.state.get(values, {}).values()
                for array in (values, *known):
                    if torch.is_tensor(array) and array.shape == back.shape:
                        array[back] = 0.0
                _mask(layer, name).copy_(mask)

    @torch.no_grad()
    def load(self, layers: Layers) -> None:
        """Take these values; the masks stay, and so what is pruned is 0 still."""
        for layer, (weight, bias) in zip(self.layers, layers, strict=True):
            _values(layer, "weight").copy_(torch.from_numpy(weight))
            _values(layer, "bias").copy_(torch.from_numpy(bias))

    def values(self) -> Layers:
        """Return copies of the values behind the masks."""
        return [(_copy(_values(layer, "weight")), _copy(_values(layer, "bias"))) for layer in self.layers]

    def masked_layers(self) -> Layers:
        """Return copies of the weights and biases with masks applied, float64."""
        pairs = zip(self.weights(), self.biases(), strict=True)
        return [(_copy(weight.double()) + 0.0, _copy(bias.double()) + 0.0) for weight, bias in pairs]


def from_layers(layers: Layers, activation: str, dtype: torch.dtype = torch.float64) -> MLP:
    """Return an MLP with these weights, masked where they are 0."""
    model = MLP([layers[0][0].shape[1], *(len(bias) for _, bias in layers)], activation, dtype)
    model.load(layers)
    model.set_masks([torch.from_numpy(weight != 0) for weight, _ in layers])
    return model


def initial_layers(sizes: Sequence[int], generator: torch.Generator) -> Layers:
    """Draw weights of variance 2 / (n_in + n_out) (Glorot 2010), which SNIP asks for; biases are 0."""
    layers = []
    for n_in, n_out in itertools.pairwise(sizes):
        spread = math.sqrt(2.0 / (n_in + n_out))
        weight = torch.randn(n_out, n_in, generator=generator) * spread
        layers.append((weight.numpy(), np.zeros(n_out, np.float32)))
    return layers


def density_of(model: MLP) -> float:
    """Share of weights that are kept."""
    masks = model.weight_masks()
    return sum(int(mask.sum()) for mask in masks) / sum(mask.numel() for mask in masks)


@contextmanager
def one_thread():
    """Let torch use one thread, then as many as before.

    A small MLP ran 22 times slower with two threads on a busy machine; and sums add in one order.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _copy(tensor: Tensor) -> np.ndarray:
    return tensor.detach().clone().numpy()


def _values(layer: nn.Module, name: str) -> Tensor:
    return getattr(layer.parametrizations, name).original  # type: ignore[union-attr]


def _mask(layer: nn.Module, name: str) -> Tensor:
    return getattr(layer.parametrizations, name)[0].mask  # type: ignore[union-attr]
