"""Retraining: from which weights, and from where in the schedule, a sparse network learns on."""

from __future__ import annotations

from dataclasses import dataclass

from wann.errors import PruningError
from wann.pruning.dense import DenseNet
from wann.pruning.model.mlp import Layers, initial_layers
from wann.pruning.recipe.recipe import Recipe
from wann.pruning.streams import Stream, generator


@dataclass(frozen=True, eq=False)
class Start:
    """Where a training starts: these values (None = as they are), at this epoch of the schedule."""

    values: Layers | None = None
    epoch: int = 0
    finetunes: bool = False


def starting_point(
    recipe: Recipe, dense: DenseNet, draw: tuple[int, int], before: bool, fresh: bool
) -> Start | None:
    """Return where the training after a round starts, None where there is none.

    Args:
        recipe: its retraining.
        dense: the initial weights and checkpoints.
        draw: the seed and the round, for fresh weights of its own.
        before: whether the network is untrained: then it is trained from its initial weights.
        fresh: whether the weights are drawn anew and trained, whatever the recipe says (a control).

    Raises:
        PruningError: there is no checkpoint of that epoch.
    """
    mode = recipe.retraining
    if mode == "none" and not fresh:
        return None
    if fresh or mode == "reinit":
        return Start(initial_layers(dense.sizes, generator(draw[0], Stream.REINIT, draw[1])))
    if before:
        return Start()
    if mode == "finetune":
        return Start(finetunes=True)
    if mode == "lr-rewind":
        return Start()
    if mode == "reset":
        return Start(dense.initial)
    return _rewound(recipe, dense)


def _rewound(recipe: Recipe, dense: DenseNet) -> Start:
    """Weights and schedule of a checkpoint; from the best one the whole schedule is run."""
    if recipe.rewind == "best":
        return Start(dense.checkpoints[dense.best_epoch])
    epoch = int(recipe.rewind)
    if epoch >= len(dense.checkpoints):
        raise PruningError(
            f"{recipe.name}: rewind: expected at most {len(dense.checkpoints) - 1}, the epochs of the "
            f"dense training, got {epoch}"
        )
    return Start(dense.checkpoints[epoch], epoch)
