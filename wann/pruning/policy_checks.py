"""Which recipes make sense for a policy, which has neither labels nor a gradient training."""

from __future__ import annotations

from wann.errors import CriterionDoesNotFit, PruningError
from wann.pruning.criteria.registry import Criterion
from wann.pruning.recipe import Recipe

_OF_GRADIENTS = ("lr-rewind", "weight-rewind")


def check_for_policies(recipe: Recipe, criterion: Criterion) -> None:
    """See that a recipe can prune a policy.

    Raises:
        PruningError: its schedule or its retraining belongs to training by gradient.
        CriterionDoesNotFit: its criterion needs labels.
    """
    name = recipe.name
    if recipe.schedule == "gradual":
        raise PruningError(
            f"{name}: schedule: gradual prunes in the course of training by gradient, and policies are "
            f"trained by CMA-ES; use oneshot, iterative or levels"
        )
    if recipe.retraining in _OF_GRADIENTS:
        raise PruningError(
            f"{name}: retraining: {recipe.retraining} goes back in training by gradient, and policies are "
            f"trained by CMA-ES; use finetune, reset, reinit or none"
        )
    if recipe.when == "before" and criterion.needs_labels:
        raise CriterionDoesNotFit(
            f"{name}: the criterion {criterion.name} needs labels before training, and a control task has "
            f"none; use synflow or random, or prune after training: magnitude, obd, connection-effect"
        )
    if recipe.options.get("loss") == "cross-entropy":
        raise CriterionDoesNotFit(
            f"{name}: options.loss: cross-entropy is for classes, and a policy is held against its own "
            f"outputs; use squared"
        )
