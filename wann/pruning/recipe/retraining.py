"""Retraining: from which weights, and from where in the schedule, a sparse network learns on.

    @retraining("halved", "half of the weights that are left")
    def halved(turn):
        return Start([(weight / 2, bias / 2) for weight, bias in turn.values])

A function gets a `Turn` and returns a `Start`, or None where no training follows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wann.errors import PruningError
from wann.pruning.table import Entry, Table, decorator

if TYPE_CHECKING:
    from wann.pruning.dense import DenseNet
    from wann.pruning.masks.simplify import Layers
    from wann.pruning.recipe.recipe import Recipe

_GRADIENT = ("gradient",)


@dataclass(frozen=True, eq=False)
class Start:
    """Where a training starts: these values (None = as they are), at this epoch of the schedule."""

    values: Layers | None = None
    epoch: int = 0
    finetunes: bool = False


@dataclass(frozen=True, eq=False)
class Turn:
    """What there is when a round of pruning is over.

    Attributes:
        recipe: the stage's.
        dense: the initial weights and checkpoints.
        fresh: draws weights and biases anew, as the learner does.
        values: what stands behind the masks now.
    """

    recipe: Recipe
    dense: DenseNet
    fresh: Callable[[], Layers]
    values: Layers = field(default_factory=list)


@dataclass(frozen=True)
class Retraining(Entry):
    """A retraining.

    Attributes:
        goes_on: whether it goes on from a training, and so cannot follow what prunes before there is one.
        anew: whether it draws weights, which an untrained network gets too; any other is then trained from
            the initial weights.
        trains: whether a training follows at all.
    """

    goes_on: bool = False
    anew: bool = False
    trains: bool = True


RETRAININGS: Table[Retraining] = Table("retraining")
retraining = decorator(RETRAININGS, Retraining)


def starting_point(turn: Turn, before: bool) -> Start | None:
    """Return where the training after a round starts, None where there is none.

    Args:
        turn: what there is.
        before: whether the network is untrained: then it is trained from its initial weights.

    Raises:
        PruningError: there is no checkpoint of that epoch.
    """
    entry = RETRAININGS.find(turn.recipe.retraining)
    if before and not entry.anew:
        return Start() if entry.trains else None
    return entry.function(turn)


@retraining("finetune", "the final weights, at training.finetune_rate", goes_on=True)
def finetune(turn: Turn) -> Start:
    """What is left, at a rate of its own."""
    return Start(finetunes=True)


@retraining("lr-rewind", "the final weights, with the whole schedule again", learners=_GRADIENT, goes_on=True)
def lr_rewind(turn: Turn) -> Start:
    """What is left, at the rates of the first training (Renda 2020)."""
    return Start()


@retraining(
    "weight-rewind",
    "weights and schedule go back to an early epoch",
    keys=("rewind",),
    learners=_GRADIENT,
    goes_on=True,
)
def weight_rewind(turn: Turn) -> Start:
    """Weights and schedule of a checkpoint; from the best one the whole schedule is run (Frankle 2019)."""
    recipe, dense = turn.recipe, turn.dense
    if recipe.rewind == "best":
        return Start(dense.checkpoints[dense.best_epoch])
    epoch = int(recipe.rewind)
    if epoch >= len(dense.checkpoints):
        raise PruningError(
            f"{recipe.name}: rewind: expected at most {len(dense.checkpoints) - 1}, the epochs of the "
            f"dense training, got {epoch}"
        )
    return Start(dense.checkpoints[epoch], epoch)


@retraining("reset", "weights and schedule go back to the beginning")
def reset(turn: Turn) -> Start:
    """The lottery ticket (Frankle & Carbin 2019)."""
    return Start(turn.dense.initial)


@retraining("reinit", "fresh random weights, trained from scratch", anew=True)
def reinit(turn: Turn) -> Start:
    """Weights that the mask was not found for."""
    return Start(turn.fresh())


@retraining("none", "no retraining", trains=False)
def none(turn: Turn) -> None:
    """The weights that are left, as they are."""
