"""Learner: one way to train and score networks of one shape; nothing else of pruning knows a kind of task."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, Self

from wann.pruning.recipe.recipe import Recipe
from wann.pruning.saved import Place

if TYPE_CHECKING:
    from wann.pruning.criteria.case import Data
    from wann.pruning.model.mlp import MLP, Layers
    from wann.pruning.recipe.chain import Link


@dataclass(frozen=True)
class Score:
    """Accuracy on the validation and on the test images; only the first may choose anything.

    Of a policy: mean return over the `select` and over the `test` episodes.
    """

    validation: float
    test: float


@dataclass(frozen=True)
class Progress:
    """What a training reports after each epoch.

    Attributes:
        stage: `dense`, or the round: `round 2/5`.
        epoch, epochs: from 1; iterations of CMA-ES, of a policy.
        loss: mean over the epoch's images; None of a policy.
        accuracy: on the validation images; of a policy what the best earns so far.
        density: share of weights that are kept.
    """

    stage: str
    epoch: int
    epochs: int
    loss: float | None
    accuracy: float
    density: float


Report = Callable[[Progress], None]


@dataclass
class Fitted:
    """What a training leaves behind.

    Attributes:
        steps: of the optimiser; iterations of CMA-ES.
        best_epoch: the first one with the best validation accuracy, 0 = before the first.
        checkpoints: values after every epoch, the first one before any, only where asked for; of a learner
            that goes back to no epoch, those before the first alone.
    """

    steps: int = 0
    best_epoch: int = 0
    checkpoints: list[Layers] = field(default_factory=list)


@dataclass(frozen=True)
class Plan:
    """One training of a model.

    Attributes:
        stage: for reports.
        epochs: of the whole schedule.
        draw: the seed of all that is random in it.
        first_epoch: where in the schedule it starts; the learning rate goes on from there.
        finetunes: whether the learning rate is that of `finetune`.
        keep_checkpoints: whether every epoch's values are kept.
        before_step: called with the number of the step, before it is made.
        patient_from: the first epoch whose accuracy counts for stopping early.
    """

    stage: str
    epochs: int
    draw: int
    first_epoch: int = 0
    finetunes: bool = False
    keep_checkpoints: bool = False
    before_step: Callable[[int], None] | None = None
    patient_from: int = 0


class Learner(Protocol):
    """Trains and scores networks; open while it is used (`with`)."""

    @property
    def env_steps(self) -> int | None:
        """Environment steps that choosing and training took so far, None for a data set."""
        ...

    @property
    def steps_of_epoch(self) -> int:
        """Of the optimiser."""
        ...

    @property
    def data(self) -> tuple[Data, Data]:
        """Training and validation images that a criterion looks at, where `look` shows no other."""
        ...

    @property
    def loss(self) -> str | None:
        """That criteria take whatever their options say; None = theirs."""
        ...

    def model(self) -> MLP:
        """Return a network without masks, in the precision that is trained in."""
        ...

    def initial(self, draw: int) -> Layers:
        """Draw initial weights and biases."""
        ...

    def fit(self, model: MLP, plan: Plan, report: Report | None, place: Place) -> Fitted:
        """Train a model in place; what was kept at this place of the same training is gone on with."""
        ...

    def score(self, model: MLP) -> Score:
        """Return a model's score, masks applied, in float64."""
        ...

    def look(self, model: MLP, link: Link, draw: int) -> dict[str, Any]:
        """Return what a criterion is shown of the model as it is: fields of `Case` by name."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc: object) -> None: ...


class Settings(Protocol):
    """How networks are trained, as plain data that can be compared and sent."""

    @property
    def epochs(self) -> int:
        """Of the dense training, and of every training before which a mask was found."""
        ...

    def epochs_of_round(self, last: bool) -> int:
        """Return the epochs that follow a round of pruning."""
        ...

    def quick(self) -> Self:
        """Return the shortest training that leads to much the same masks."""
        ...

    @staticmethod
    def check(recipe: Recipe) -> None:
        """Raise PruningError where a recipe cannot be carried out with such a training."""
        ...

    def learner(self, task: Any, sizes: tuple[int, ...], activation: str) -> Learner:
        """Return what trains networks so."""
        ...
