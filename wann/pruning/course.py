"""Course: how a recipe goes, stage by stage, in rounds of looking, scoring, masking and retraining."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from wann.pruning.dense import DenseNet, Score
from wann.pruning.learners.fit import density_of
from wann.pruning.masks.pruner import Pruner
from wann.pruning.model.mlp import MLP
from wann.pruning.recipe.chain import Link
from wann.pruning.recipe.schedules import rounds


class Course(ABC):
    """One run of a recipe on one model.

    Attributes:
        model: it.
        dense: the dense network that the recipe begins with; its checkpoints are those that `weight-rewind`
            and `reset` go back to.
        steps: of the optimiser, so far.
        score_before: after the last round of pruning, before what follows it.
    """

    score_before: Score

    def __init__(self, model: MLP, chain: Sequence[Link], dense: DenseNet) -> None:
        self.model, self.chain, self.dense = model, chain, dense
        self.steps = 0

    def run(self) -> MLP:
        """Carry out the recipe and return the model."""
        before = self.chain[0].recipe.when == "before"
        self.model.load(self.dense.initial if before else self.dense.layers)
        for link in self.chain:
            self.carry_out(link)
        return self.model

    def carry_out(self, link: Link) -> None:
        """Go through one stage."""
        pruner = self.pruner(link)
        planned = rounds(link.recipe, link.density, density_of(self.model), self._density_of_last_layer())
        for k, each in enumerate(planned):
            last = k == len(planned) - 1
            self.look(link, pruner, k)
            pruner.prune(each, k, last)
            if last and link.last:
                self.score_before = self.score()
            if last or link.recipe.when == "after":
                self.retrain(link, k, len(planned))

    def look(self, link: Link, pruner: Pruner, k: int) -> None:  # noqa: B027 - most have nothing to show
        """Show the criterion what it looks at in round `k`, where that changes from round to round."""

    @abstractmethod
    def pruner(self, link: Link) -> Pruner:
        """Return what prunes in a stage."""

    @abstractmethod
    def score(self) -> Score:
        """Return the model's score."""

    @abstractmethod
    def retrain(self, link: Link, k: int, count: int) -> None:
        """Do what follows round `k` of `count`; where the link does not train, take its weights alone."""

    def _density_of_last_layer(self) -> float:
        mask = self.model.weight_masks()[-1]
        return float(mask.double().mean())
