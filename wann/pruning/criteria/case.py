"""Case: what a criterion looks at, a network in the state in which it is to be pruned, and data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from wann.errors import PruningError
from wann.pruning.model.mlp import ACTIVATIONS, MLP, forward

Values = tuple[list[Tensor], list[Tensor]]  # weights and biases of every layer

LOSSES = ("cross-entropy", "squared")
_PER_CLASS = 10  # training images of a class in a minibatch (Lee 2019)


@dataclass(frozen=True, eq=False)
class Data:
    """Images `(N, inputs)` with labels `(N,)`, or targets `(N, outputs)` for the squared loss."""

    images: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, which: Any) -> Data:
        return Data(self.images[which], self.labels[which])

    def double(self) -> Data:
        """Return the same in float64."""
        return Data(self.images.double(), self.labels)


@dataclass(frozen=True, eq=False)
class Case:
    """What a criterion gets.

    Attributes:
        name: of the criterion, for errors.
        weights, biases: `(out, in)` and `(out,)` of every layer, masks applied, without a gradient.
        masks: `(out, in)` bool, what is kept so far; a score of what is pruned is not looked at.
        activation: of the hidden neurons.
        train: all training images.
        validation: those that may choose; of all criteria only `random` does.
        generator: the only source of randomness.
        options: of the criterion, with its defaults.
        choose: scores to the masks that this round would make of them; for criteria that try several.
        final: whether what `choose` returns is what this stage leaves.
        loss_name: `cross-entropy`, or `squared`: half the summed squared error, mean over the images.
        returns: mean returns of networks with these weights and biases, all on the same episodes; None for a
            data set. A policy's images are the states that it visits, their targets its own outputs.
    """

    name: str
    weights: list[Tensor]
    biases: list[Tensor]
    masks: list[Tensor]
    activation: str
    train: Data
    validation: Data
    generator: torch.Generator
    options: Mapping[str, Any] = field(default_factory=dict)
    choose: Callable[[Sequence[Tensor]], list[Tensor]] | None = None
    final: bool = False
    loss_name: str = "cross-entropy"
    returns: Callable[[Sequence[Values]], Sequence[float] | np.ndarray] | None = None

    @property
    def n_classes(self) -> int:
        """Outputs."""
        return len(self.biases[-1])

    def outputs(
        self, images: Tensor, weights: Sequence[Tensor] | None = None, biases: Sequence[Tensor] | None = None
    ) -> Tensor:
        """Return `(N, classes)` outputs, with these weights and biases in place of the case's own."""
        return forward(weights or self.weights, biases or self.biases, self.activation, images)

    def loss(
        self,
        data: Data,
        weights: Sequence[Tensor] | None = None,
        biases: Sequence[Tensor] | None = None,
        temperature: float = 1.0,
    ) -> Tensor:
        """Return the mean loss, of outputs that were divided by a temperature."""
        outputs = self.outputs(data.images, weights, biases) / temperature
        if self.loss_name == "squared":
            return 0.5 * _residual(outputs, self.targets(data)).square().sum(1).mean()
        return nn.functional.cross_entropy(outputs, data.labels)

    def targets(self, data: Data) -> Tensor:
        """Return `(N, classes)` targets of the squared loss: labels as one-hot rows."""
        if data.labels.ndim == 2:
            return data.labels
        return nn.functional.one_hot(data.labels, self.n_classes).to(data.images.dtype)

    def minibatch(self) -> Data:
        """Draw 10 training images of every class (as many as there are, where there are fewer)."""
        if self.train.labels.ndim == 2:
            return self.sample(_PER_CLASS * self.n_classes)
        order = torch.randperm(len(self.train), generator=self.generator)
        labels = self.train.labels[order]
        return self.train[torch.cat([order[labels == k][:_PER_CLASS] for k in range(self.n_classes)])]

    def sample(self, count: int) -> Data:
        """Draw training images without replacement; all of them, in order, where there are no more."""
        if count >= len(self.train):
            return self.train
        return self.train[torch.randperm(len(self.train), generator=self.generator)[:count]]

    def leaves(self) -> tuple[list[Tensor], list[Tensor]]:
        """Return copies of weights and biases that gradients can be taken of."""
        return tuple([t.clone().requires_grad_() for t in group] for group in (self.weights, self.biases))  # type: ignore[return-value]

    def gradients(self, data: Data) -> list[Tensor]:
        """Return the mean loss's gradient at every weight, as if none were masked."""
        weights, biases = self.leaves()
        return list(torch.autograd.grad(self.loss(data, weights, biases), weights, materialize_grads=True))

    @torch.no_grad()
    def activity(self, images: Tensor) -> list[Tensor]:
        """Return `(N, neurons)` activations of every hidden layer."""
        found, values = [], images
        for weight, bias in zip(self.weights[:-1], self.biases[:-1], strict=True):
            values = ACTIVATIONS[self.activation](nn.functional.linear(values, weight, bias))
            found.append(values)
        return found


def _residual(outputs: Tensor, targets: Tensor) -> Tensor:
    """outputs - targets; exactly 0 where rounding alone parts them, with the derivatives as they are.

    A student that starts as its teacher would otherwise get a gradient, and so a ranking, of rounding errors.
    """
    residual = outputs - targets
    small = residual.abs() <= 64 * torch.finfo(outputs.dtype).eps * targets.abs().max()
    return residual - residual.detach() * small


def case_of(
    model: MLP,
    train: Data,
    validation: Data | None = None,
    seed: int = 0,
    **others: Any,
) -> Case:
    """Return the case of a model; the other fields by name, as `Case` has them."""
    dtype = model.weights()[0].dtype
    if train.images.dtype != dtype:
        raise PruningError(f"expected images of the weights' type {dtype}, got {train.images.dtype}")
    fields = {"name": "", "generator": torch.Generator().manual_seed(seed), **others}
    return Case(
        weights=[weight.detach().clone() for weight in model.weights()],
        biases=[bias.detach().clone() for bias in model.biases()],
        masks=[mask.clone() for mask in model.weight_masks()],
        activation=model.activation,
        train=train,
        validation=train if validation is None else validation,
        **fields,
    )
