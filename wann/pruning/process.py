"""How a recipe is carried out on a network that is trained by gradient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from wann.pruning.course import Course
from wann.pruning.dense import DenseNet, Score, score_of
from wann.pruning.learners.fit import Plan, Report, density_of, fit, tensors
from wann.pruning.learners.training import Training
from wann.pruning.masks.pruner import Pruner
from wann.pruning.model.mlp import MLP
from wann.pruning.recipe.chain import Link
from wann.pruning.recipe.retraining import Start, starting_point
from wann.pruning.recipe.schedules import Round, gradual_densities
from wann.pruning.saved import Saved
from wann.pruning.streams import Stream, generator
from wann.tasks.classification import ClassificationTask


class Process(Course):
    """One run of a recipe on an MLP for images."""

    def __init__(
        self,
        task: ClassificationTask,
        chain: Sequence[Link],
        training: Training,
        dense: DenseNet,
        progress: Report | None,
        saved: Saved,
    ) -> None:
        super().__init__(MLP(dense.sizes, dense.activation), chain, dense)
        self._task, self._training, self._progress, self._saved = task, training, progress, saved
        self._train, self._validation = tensors(task.data.train), tensors(task.data.validation)

    def carry_out(self, link: Link) -> None:
        """As every course, or while one training runs."""
        if link.recipe.schedule != "gradual":
            return super().carry_out(link)
        self._prune_gradually(link)
        if link.last:
            self.score_before = self.score()
        if link.recipe.retraining != "none" or link.recipe.control == "reinit":
            self.retrain(replace(link, recipe=replace(link.recipe, when="after")), 0, 1)
        return None

    def pruner(self, link: Link) -> Pruner:
        """As the course says."""
        return Pruner(self.model, link, self._train, self._validation)

    def score(self) -> Score:
        """As the course says."""
        return score_of(self._task, self.model)

    def retrain(self, link: Link, k: int, count: int) -> None:
        """As the course says."""
        last, before = k == count - 1, link.recipe.when == "before"
        fresh = last and link.recipe.control == "reinit"
        start = starting_point(link.recipe, self.dense, (link.seed, k), before, fresh)
        if start is None:
            return
        if start.values is not None:
            self.model.load(start.values)
        if link.trains:
            epochs = self._training.epochs if before else self._training.epochs_of_round(last)
            self._fit(link, f"round {k + 1}/{count}", epochs, start, k + 1)

    def _prune_gradually(self, link: Link) -> None:
        """One training, in whose course the density falls."""
        pruner, training = self.pruner(link), self._training
        steps = training.epochs * -(-len(self._train) // training.batch_size)
        due = gradual_densities(steps, link.density, density_of(self.model))

        def prune(step: int) -> None:
            if step in due:
                pruner.prune(Round(due[step]), step, due[step] == link.density)

        # No epoch before the density has come down is worth going back to.
        pruned = -(-max(due) * training.epochs // steps)
        self._fit(link, "gradual", training.epochs, Start(), 0, prune, pruned)
        if not self._is_pruned_to(link.density):  # a training of a step or two
            pruner.prune(Round(link.density), steps, True)

    def _is_pruned_to(self, density: float) -> bool:
        masks = self.model.weight_masks()
        return sum(int(mask.sum()) for mask in masks) <= round(density * sum(mask.numel() for mask in masks))

    def _fit(
        self,
        link: Link,
        stage: str,
        epochs: int,
        start: Start,
        index: int,
        before_step: Any = None,
        patient_from: int = 0,
    ) -> None:
        # What is trained from the beginning is what comes after it rewinds to.
        gradual = link.recipe.schedule == "gradual"
        history = link.recipe.when == "before" and (gradual or not link.last)
        plan = partial(
            Plan, self._training, link.label + stage, epochs, min(start.epoch, epochs), start.finetunes
        )
        made = fit(
            self.model,
            self._train,
            self._validation,
            plan(keep_checkpoints=history, before_step=before_step, patient_from=patient_from),
            generator(link.seed, Stream.RETRAINING, index),
            self._progress,
            self._saved.next(),
        )
        self.steps += made.steps
        if history:
            self.dense = replace(self.dense, checkpoints=made.checkpoints, best_epoch=made.best_epoch)
