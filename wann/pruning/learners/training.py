"""Training: how a network's weights are learnt, as plain data, with its learning rate over time."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from wann.errors import PruningError
from wann.pruning.table import require_known

if TYPE_CHECKING:
    from wann.pruning.learners.gradient import GradientLearner
    from wann.pruning.recipe.recipe import Recipe

OPTIMIZERS = ("adam", "sgd")
RATES = ("constant", "cosine", "steps")
FINETUNE_RATES = ("cosine", "constant")
# Of the learning rate at which finetune starts, to that of training (docs/pruning.md has the measurement).
_FINETUNE_SHARE = 2.0


@dataclass(frozen=True)
class Training:
    """How weights are trained, dense and sparse alike.

    Attributes:
        epochs: of the dense training, and of every training before which a mask was found.
        batch_size: images of a step.
        learning_rate: at the start of the schedule.
        optimizer: `adam` or `sgd`.
        momentum: of `sgd`.
        weight_decay: L2 penalty on weights and biases.
        schedule: of the learning rate: `constant`; `cosine`, from `learning_rate` to its lowest; `steps`, a
            tenth of it after half of the training and a hundredth after three quarters.
        lowest: the lowest learning rate of `cosine`, as a share of the first.
        finetune_rate: the learning rate at the start of `finetune`, None = twice `learning_rate`.
        finetune_schedule: `cosine`, from there to 0; `constant`.
        patience: a training stops when so many epochs brought no better validation accuracy, and the best
            weights are taken; None = never.
        retrain_epochs: after the last round, None = `epochs`.
        round_epochs: after every other round, None = `retrain_epochs`.
    """

    epochs: int = 20
    batch_size: int = 100
    learning_rate: float = 2e-3
    optimizer: str = "adam"
    momentum: float = 0.9
    weight_decay: float = 0.0
    schedule: str = "cosine"
    lowest: float = 0.25
    finetune_rate: float | None = None
    finetune_schedule: str = "cosine"
    patience: int | None = None
    retrain_epochs: int | None = None
    round_epochs: int | None = None

    def __post_init__(self) -> None:
        require_known("training.optimizer", self.optimizer, OPTIMIZERS)
        require_known("training.schedule", self.schedule, RATES)
        require_known("training.finetune_schedule", self.finetune_schedule, FINETUNE_RATES)
        for key, least in (("epochs", 0), ("batch_size", 1), ("patience", 1)):
            value = getattr(self, key)
            if value is not None and value < least:
                raise PruningError(f"training.{key}: expected at least {least}, got {value}")
        if not 0 < self.learning_rate < math.inf:
            raise PruningError(
                f"training.learning_rate: expected a positive number, got {self.learning_rate}"
            )
        if self.finetune_rate is not None and not 0 <= self.finetune_rate < math.inf:
            raise PruningError(f"training.finetune_rate: expected 0 or more, got {self.finetune_rate}")

    def rate(self, share: float) -> float:
        """Return the learning rate when this share of the training, 0 to 1, is over."""
        if self.schedule == "constant":
            return self.learning_rate
        if self.schedule == "steps":
            return self.learning_rate * (1.0 if share < 0.5 else 0.1 if share < 0.75 else 0.01)
        return self.learning_rate * (self.lowest + (1.0 - self.lowest) * _falling(share))

    def finetuning_rate(self, share: float) -> float:
        """Return the learning rate of `finetune` when this share of the retraining, 0 to 1, is over."""
        first = _FINETUNE_SHARE * self.learning_rate if self.finetune_rate is None else self.finetune_rate
        return first if self.finetune_schedule == "constant" else first * _falling(share)

    def rate_at(self, share: float, finetunes: bool) -> float:
        """Return the learning rate when this share of a training, or of a `finetune`, is over."""
        return self.finetuning_rate(share) if finetunes else self.rate(share)

    def epochs_of_round(self, last: bool) -> int:
        """Return the epochs that follow a round of pruning."""
        final = self.epochs if self.retrain_epochs is None else self.retrain_epochs
        return final if last or self.round_epochs is None else self.round_epochs

    def quick(self) -> Training:
        """Return the shortest training that leads to much the same masks."""
        return replace(self, epochs=1, retrain_epochs=None, round_epochs=None, patience=None)

    @staticmethod
    def check(recipe: Recipe) -> None:
        """Accept it: whatever there is was made for gradients."""

    def learner(self, task: Any, sizes: tuple[int, ...], activation: str) -> GradientLearner:
        """Return what trains so; `task` is a data set."""
        from wann.pruning.learners.gradient import GradientLearner

        return GradientLearner(task, self, sizes, activation)


def _falling(share: float) -> float:
    """Half a cosine, from 1 to 0."""
    return 0.5 * (1.0 + math.cos(math.pi * share))
