"""How a recipe is carried out: rounds of scoring, masking and retraining on one model."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from wann.pruning.criteria.registry import Criterion
from wann.pruning.dense import DenseNet, score_of
from wann.pruning.fit import Plan, Report, fit, tensors
from wann.pruning.model import MLP
from wann.pruning.pruner import Pruner
from wann.pruning.recipe import Recipe
from wann.pruning.retraining import Start, starting_point
from wann.pruning.schedules import Round, gradual_densities, rounds
from wann.pruning.streams import Stream, generator
from wann.pruning.training import Training
from wann.tasks.classification import ClassificationTask


class Process:
    """One run of a recipe.

    Attributes:
        steps: of the optimiser, so far.
        score_before: after the last round of pruning, before what follows it.
    """

    def __init__(
        self,
        task: ClassificationTask,
        recipe: Recipe,
        criterion: Criterion,
        options: Mapping[str, Any],
        density: float,
        training: Training,
        dense: DenseNet,
        progress: Report | None,
    ) -> None:
        self._task, self._recipe, self._density = task, recipe, density
        self._training, self._dense, self._progress = training, dense, progress
        self._train, self._validation = tensors(task.data.train), tensors(task.data.validation)
        self._model = MLP(dense.sizes, dense.activation)
        self._pruner = Pruner(
            self._model, recipe, criterion, options, self._train, self._validation, dense.seed
        )
        self.steps = 0

    def run(self) -> MLP:
        """Carry out the recipe and return the model."""
        before = self._recipe.when == "before"
        self._model.load(self._dense.initial if before else self._dense.layers)
        if self._recipe.schedule == "gradual":
            self._prune_gradually()
            self.score_before = score_of(self._task, self._model)
            if self._recipe.retraining != "none":
                self._retrain(0, 1, before)
            return self._model
        planned = rounds(self._recipe, self._density)
        for k, each in enumerate(planned):
            last = k == len(planned) - 1
            self._pruner.prune(each, k, last)
            if last:
                self.score_before = score_of(self._task, self._model)
            if last or not before:
                self._retrain(k, len(planned), before)
        return self._model

    def _retrain(self, k: int, count: int, before: bool) -> None:
        last = k == count - 1
        fresh = last and self._recipe.control == "reinit"
        start = starting_point(self._recipe, self._dense, k, before, fresh)
        if start is None:
            return
        if start.values is not None:
            self._model.load(start.values)
        epochs = self._training.epochs if before else self._training.epochs_of_round(last)
        self._fit(f"round {k + 1}/{count}", epochs, start, k + 1)

    def _prune_gradually(self) -> None:
        """One training, in whose course the density falls."""
        training = self._training
        steps = training.epochs * -(-len(self._train) // training.batch_size)
        due = gradual_densities(steps, self._density)

        def prune(step: int) -> None:
            if step in due:
                self._pruner.prune(Round(due[step]), step, due[step] == self._density)

        self._fit("gradual", training.epochs, Start(), 0, prune)
        if not self._pruner.finished:  # it stopped early
            self._pruner.prune(Round(self._density), steps, True)

    def _fit(self, stage: str, epochs: int, start: Start, index: int, before_step: Any = None) -> None:
        plan = partial(Plan, self._training, stage, epochs, min(start.epoch, epochs), start.at_lowest_rate)
        orders = generator(self._dense.seed, Stream.RETRAINING, index)
        made = fit(
            self._model,
            self._train,
            self._validation,
            plan(before_step=before_step),
            orders,
            self._progress,
        )
        self.steps += made.steps
