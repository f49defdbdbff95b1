"""Course: how a recipe goes, stage by stage, in rounds of looking, scoring, masking and retraining."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from wann.pruning.dense import DenseNet
from wann.pruning.learners.learner import Learner, Plan, Report, Score, Settings
from wann.pruning.masks.pruner import Pruner
from wann.pruning.model.mlp import MLP, density_of
from wann.pruning.recipe.chain import Link
from wann.pruning.recipe.controls import acting
from wann.pruning.recipe.retraining import RETRAININGS, Start, Turn, starting_point
from wann.pruning.recipe.schedules import SCHEDULES, Round, rounds
from wann.pruning.saved import Saved
from wann.pruning.streams import Stream, number


class Course:
    """One run of a recipe on one model.

    Attributes:
        model: it.
        dense: the dense network that the recipe begins with; its checkpoints are those that `weight-rewind`
            and `reset` go back to.
        steps: of the optimiser, so far.
        score_before: after the last round of pruning, before what follows it.
    """

    score_before: Score

    def __init__(
        self,
        learner: Learner,
        chain: Sequence[Link],
        training: Settings,
        dense: DenseNet,
        progress: Report | None,
        saved: Saved,
    ) -> None:
        self.model, self.chain, self.dense, self.steps = learner.model(), chain, dense, 0
        self._learner, self._training, self._progress, self._saved = learner, training, progress, saved

    def run(self) -> MLP:
        """Carry out the recipe and return the model."""
        before = self.chain[0].recipe.when == "before"
        self.model.load(self.dense.initial if before else self.dense.layers)
        for link in self.chain:
            if link.recipe.while_training:
                self._prune_while_training(link)
            else:
                self._prune_in_rounds(link)
        return self.model

    def _prune_in_rounds(self, link: Link) -> None:
        pruner = Pruner(self.model, link, self._learner)
        last_layer = float(self.model.weight_masks()[-1].double().mean())
        planned = rounds(link.recipe, link.density, density_of(self.model), last_layer)
        for k, each in enumerate(planned):
            last = k == len(planned) - 1
            pruner.look_at(**self._learner.look(self.model, link, number(link.seed, Stream.CRITERION, k)))
            pruner.prune(each, k, last)
            if last and link.last:
                self.score_before = self._learner.score(self.model)
            if last or link.recipe.when == "after":
                self._retrain(link, k, len(planned))

    def _retrain(self, link: Link, k: int, count: int) -> None:
        """Do what follows round `k` of `count`; where the link does not train, take its weights alone."""
        last, before = k == count - 1, link.recipe.when == "before"
        control = acting(link.recipe.control, "start") if last else None

        def fresh():
            return self._learner.initial(number(link.seed, Stream.REINIT, k))

        turn = Turn(link.recipe, self.dense, fresh, self.model.values())
        start = control.function(turn) if control else starting_point(turn, before)
        if start is None:
            return
        if start.values is not None:
            self.model.load(start.values)
        if link.trains:
            epochs = self._training.epochs if before else self._training.epochs_of_round(last)
            self._fit(link, f"round {k + 1}/{count}", epochs, start, k + 1)

    def _prune_while_training(self, link: Link) -> None:
        """One training, in whose course the density falls, and what the retraining says after it."""
        pruner, epochs = Pruner(self.model, link, self._learner), self._training.epochs
        steps = epochs * self._learner.steps_of_epoch
        densities = SCHEDULES.find(link.recipe.schedule).function
        due = densities(steps, link.density, density_of(self.model))

        def prune(step: int) -> None:
            if step in due:
                pruner.prune(Round(due[step]), step, due[step] == link.density)

        # No epoch before the density has come down is worth going back to.
        pruned = -(-max(due) * epochs // steps)
        self._fit(link, link.recipe.schedule, epochs, Start(), 0, prune, pruned)
        masks = self.model.weight_masks()
        wanted = round(link.density * sum(mask.numel() for mask in masks))
        if sum(int(mask.sum()) for mask in masks) > wanted:  # a training of a step or two
            pruner.prune(Round(link.density), steps, True)
        if link.last:
            self.score_before = self._learner.score(self.model)
        control = acting(link.recipe.control, "start")
        if control or RETRAININGS.find(link.recipe.retraining).trains:
            self._retrain(replace(link, recipe=replace(link.recipe, when="after")), 0, 1)

    def _fit(
        self,
        link: Link,
        stage: str,
        epochs: int,
        start: Start,
        index: int,
        before_step: Callable[[int], None] | None = None,
        patient_from: int = 0,
    ) -> None:
        # What is trained from the beginning is what comes after it rewinds to.
        history = link.recipe.when == "before" and (link.recipe.while_training or not link.last)
        plan = Plan(
            link.label + stage,
            epochs,
            number(link.seed, Stream.RETRAINING, index),
            min(start.epoch, epochs),
            start.finetunes,
            history,
            before_step,
            patient_from,
        )
        made = self._learner.fit(self.model, plan, self._progress, self._saved.next())
        self.steps += made.steps
        if history:
            self.dense = replace(self.dense, checkpoints=made.checkpoints, best_epoch=made.best_epoch)
