"""One round of pruning: score, choose, mask, and make up for what is gone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from wann.errors import CriterionDoesNotFit, NothingLeft
from wann.pruning.criteria.case import Case, case_of
from wann.pruning.learners.learner import Learner
from wann.pruning.masks.neurons import choose_neurons, expand
from wann.pruning.masks.scopes import choose
from wann.pruning.model.mlp import MLP
from wann.pruning.recipe.chain import Link
from wann.pruning.recipe.controls import Marks, acting
from wann.pruning.recipe.schedules import Round
from wann.pruning.streams import Stream, generator

Kept = list[np.ndarray]


class Pruner:
    """Prunes a model, round by round; what is pruned never comes back."""

    def __init__(
        self,
        model: MLP,
        link: Link,
        learner: Learner,
    ) -> None:
        self._model, self._recipe, self._criterion = model, link.recipe, link.criterion
        self._options = link.options if learner.loss is None else {**link.options, "loss": learner.loss}
        self._seed, self._by_neuron = link.seed, link.by_neuron
        self._scope = link.scope
        self._shown: dict[str, Any] = dict(zip(("train", "validation"), learner.data, strict=True))
        if self._by_neuron and len(model.sizes) < 3:
            name = link.criterion.name
            raise CriterionDoesNotFit(f"{name}: prunes hidden neurons, and the network has none")
        # What an earlier stage has pruned stays so.
        self._masks = _arrays(model.weight_masks())
        self._at_first = self._units()

    def look_at(self, **shown: Any) -> None:
        """Show criteria other data from now on, or returns: fields of `Case` by name."""
        self._shown |= shown

    def prune(self, target: Round, index: int, last: bool) -> None:
        """Prune to a round's density; after the last one a control shuffles what is kept.

        Raises:
            CriterionDoesNotFit, NoGradient, NothingLeft, TrainingDiverged: why it cannot.
        """
        if target.density == 1.0 and not self._by_neuron:
            return
        total = round(target.density * sum(mask.numel() for mask in self._model.weight_masks()))
        if total < 1:
            raise NothingLeft(
                f"{self._recipe.name}: no connection is left at density {target.density:g}; "
                f"try a larger density"
            )

        def masks_of(scores: Sequence[Tensor]) -> list[Tensor]:
            return _tensors(self._weights(self._choose(self._per_unit(scores), total, target)))

        case = self._case(index, last, masks_of)
        units = self._choose(self._per_unit(self._criterion(case)), total, target)
        if last and (control := acting(self._recipe.control, "mask")):
            units = list(control.function(self._marks(units, total)))
        if self._criterion.update is not None:
            own = units if self._criterion.unit == "neuron" else self._weights(units)
            weights, biases = self._criterion.update(case, _tensors(own))
            pairs = zip(weights, biases, strict=True)
            self._model.load([(weight.numpy(), bias.numpy()) for weight, bias in pairs])
        self._apply(units)

    def _units(self) -> Kept:
        """What is left, weights or hidden neurons."""
        return _arrays(self._model.bias_masks()[:-1] if self._by_neuron else self._model.weight_masks())

    def _case(self, index: int, last: bool, choosing: Any) -> Case:
        return case_of(
            self._model,
            **self._shown,
            name=self._criterion.name,
            generator=generator(self._seed, Stream.CRITERION, index),
            options=self._options,
            choose=choosing,
            final=last and acting(self._recipe.control, "scores") is None,
            loss_name=self._options["loss"],
        )

    def _per_unit(self, scores: Sequence[Tensor]) -> list[Tensor]:
        """A neuron's score is the sum of its incoming weights', where weights are scored."""
        if self._by_neuron and self._criterion.unit == "weight":
            masks = self._model.weight_masks()
            scores = [(score * mask).sum(1) for score, mask in zip(scores, masks, strict=True)][:-1]
        return list(scores)

    def _choose(self, scores: Sequence[Tensor], total: int, target: Round) -> Kept:
        values = [score.detach().double().numpy() for score in scores]
        if control := acting(self._recipe.control, "scores"):
            values = control.function(values)
        recipe = self._recipe
        if self._by_neuron:
            return choose_neurons(
                values, self._units(), self._masks, total, self._scope, recipe.keep_at_least
            )
        return choose(values, self._units(), total, self._scope, recipe.keep_at_least, target.last_layer)

    def _marks(self, units: Kept, total: int) -> Marks:
        """What a control of the mask gets."""

        def fitting(scores: Kept) -> Kept:
            least = self._recipe.keep_at_least
            return choose_neurons(scores, self._at_first, self._masks, total, "global", least)

        draws = generator(self._seed, Stream.CONTROL)
        return Marks(units, self._at_first, draws, fitting if self._by_neuron else None)

    def _weights(self, units: Kept) -> Kept:
        return expand(units, self._masks) if self._by_neuron else units

    def _apply(self, units: Kept) -> None:
        biases = None
        if self._by_neuron:
            biases = _tensors([*units, np.ones(self._model.sizes[-1], bool)])
        behind = self._model.values()
        self._model.set_masks(_tensors(self._weights(units)), biases)
        # What a control uncovers has the value that it was pruned with, before training its initial one.
        self._model.load(behind)


def _arrays(masks: Sequence[Tensor]) -> Kept:
    return [mask.numpy() for mask in masks]


def _tensors(arrays: Kept) -> list[Tensor]:
    return [torch.from_numpy(array) for array in arrays]
