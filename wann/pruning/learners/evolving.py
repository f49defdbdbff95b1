"""PolicyTraining: how the weights of a policy are learnt, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from wann.errors import CriterionDoesNotFit, PruningError
from wann.pruning.recipe.recipe import Recipe
from wann.pruning.recipe.retraining import RETRAININGS
from wann.pruning.recipe.schedules import SCHEDULES

if TYPE_CHECKING:
    from wann.pruning.learners.evolution import EvolutionLearner


@dataclass(frozen=True)
class PolicyTraining:
    """CMA-ES: in each iteration `population` candidates play `episodes` fresh episodes.

    Attributes:
        iterations: of the dense training, and of every training before which a mask was found.
        retrain_iterations: after the last round, None = `iterations`.
        round_iterations: after every other round, None = `retrain_iterations`.
        population, episodes: see above.
        sigma: the first standard deviation of every weight, whatever it starts from.
    """

    iterations: int = 200
    retrain_iterations: int | None = None
    round_iterations: int | None = None
    population: int = 64
    episodes: int = 16
    sigma: float = 0.1

    def __post_init__(self) -> None:
        for key, least in (("iterations", 1), ("population", 4), ("episodes", 1)):
            if getattr(self, key) < least:
                raise PruningError(f"policy.{key}: expected at least {least}, got {getattr(self, key)}")
        if not self.sigma > 0:
            raise PruningError(f"policy.sigma: expected a positive number, got {self.sigma}")

    @property
    def epochs(self) -> int:
        """Iterations, where any training is meant."""
        return self.iterations

    def epochs_of_round(self, last: bool) -> int:
        """Return the iterations that follow a round of pruning."""
        final = self.iterations if self.retrain_iterations is None else self.retrain_iterations
        return final if last or self.round_iterations is None else self.round_iterations

    def quick(self) -> PolicyTraining:
        """Return the shortest training that leads to much the same masks."""
        return replace(self, iterations=1, retrain_iterations=None, round_iterations=None)

    @staticmethod
    def check(recipe: Recipe) -> None:
        """See that a recipe can prune a policy.

        Raises:
            PruningError: its schedule or its retraining belongs to training by gradient.
            CriterionDoesNotFit: its criterion needs labels.
        """
        for stage in recipe.stages:
            _check_stage(recipe.name, stage)

    def learner(self, task: Any, sizes: tuple[int, ...], activation: str) -> EvolutionLearner:
        """Return what trains so; `task` has episodes."""
        from wann.pruning.learners.evolution import EvolutionLearner

        return EvolutionLearner(task, self, sizes, activation)


def _check_stage(name: str, stage: Recipe) -> None:
    from wann.pruning.criteria.catalogue import find_criterion

    for key, table in (("schedule", SCHEDULES), ("retraining", RETRAININGS)):
        fitting = [each.name for each in table.values() if "evolution" in each.learners]
        if "evolution" not in table.find(value := getattr(stage, key)).learners:
            raise PruningError(
                f"{name}: {key}: {value} is for training by gradient, and policies are trained by CMA-ES; "
                f"use {', '.join(fitting[:-1])} or {fitting[-1]}"
            )
    if find_criterion(stage.criterion).needs_labels:
        raise CriterionDoesNotFit(
            f"{name}: the criterion {stage.criterion} goes by the slope of a loss: an untrained policy has "
            f"no labels, and a trained one, held against its own outputs, no slope; use synflow or random "
            f"before training, magnitude, obd or connection-effect after it"
        )
    if stage.options.get("loss") == "cross-entropy":
        raise CriterionDoesNotFit(
            f"{name}: options.loss: cross-entropy is for classes, and a policy is held against its own "
            f"outputs; use squared"
        )
