"""Which recipes make sense for a policy, which has neither labels nor a gradient training."""

from __future__ import annotations

from wann.errors import CriterionDoesNotFit, PruningError
from wann.pruning.criteria.catalogue import find_criterion
from wann.pruning.recipe.recipe import Recipe

_OF_GRADIENTS = ("lr-rewind", "weight-rewind")


def check_for_policies(recipe: Recipe) -> None:
    """See that a recipe can prune a policy.

    Raises:
        PruningError: its schedule or its retraining belongs to training by gradient.
        CriterionDoesNotFit: its criterion needs labels.
    """
    for stage in recipe.stages:
        _check_stage(recipe.name, stage)


def _check_stage(name: str, stage: Recipe) -> None:
    if stage.schedule == "gradual":
        raise PruningError(
            f"{name}: schedule: gradual prunes in the course of training by gradient, and policies are "
            f"trained by CMA-ES; use oneshot, iterative or levels"
        )
    if stage.retraining in _OF_GRADIENTS:
        raise PruningError(
            f"{name}: retraining: {stage.retraining} goes back in training by gradient, and policies are "
            f"trained by CMA-ES; use finetune, reset, reinit or none"
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
