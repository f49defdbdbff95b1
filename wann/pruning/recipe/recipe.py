"""Recipe: one pruned baseline as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from wann.errors import PruningError
from wann.pruning.recipe.controls import CONTROLS, acting
from wann.pruning.recipe.retraining import RETRAININGS
from wann.pruning.recipe.schedules import SCHEDULES
from wann.pruning.table import require_known

SCOPES = ("global", "layer", "erk")
WHEN = ("before", "after")
UNITS = ("weight", "neuron")
SMALL_DENSE, LINEAR = NETWORKS = ("small-dense", "linear")
SPACINGS = ("exponential", "linear")


@dataclass(frozen=True)
class Recipe:
    """How a dense network becomes a sparse one: criterion x scope x schedule x retraining.

    Attributes:
        name: for people, files and tables.
        criterion: a name of `wann prune --list`, or `module:name` for one of the user's own.
        scope: what competes: all weights (`global`), those of one layer, every layer at the same density
            (`layer`), or at one by its size (`erk`); None = as the criterion says (`Criterion.scope_of`).
        schedule: `oneshot`; `iterative`, so many `rounds`; `levels`, each of which removes a share `level` of
            what is left; `gradual`, while one training runs (the only one; `retraining` comes after it).
        retraining: what follows each round. Before training it is a whole training of the initial weights,
            of fresh ones (`reinit`) or `none`.
        when: whether the criterion sees the initial weights (`before`) or the trained ones (`after`).
        rounds: of `iterative`.
        level: share of the rest that a level removes.
        rewind: where `weight-rewind` goes back to: an epoch, or `best`, the one that was best on the
            validation images, from where the whole schedule is run again.
        keep_at_least: weights (neurons, where those are pruned) that every layer keeps at least.
        control: what is done to the method to see what of it matters (Frankle 2021).
        options: of the criterion.
        spacing: of the rounds' densities.
        last_layer: share of the rest that a level removes from the last layer, where that differs.
        unit: what goes together: `neuron` lets a weight criterion prune neurons; None = what it scores.
        until: the density at which this recipe ends and the next of `then` begins; None = evenly on the way
            to the density that is asked for, as rounds are.
        then: recipes that go on with what this one leaves; the last one ends at the density.
        network: a rival that is small by itself, and so begins with a dense network of its own: `small-dense`
            has one hidden layer that is as narrow as the density says, `linear` has none. None = the dense
            network that all recipes share.

    Raises:
        UnknownMethod, PruningError: a name or a number is wrong.
    """

    name: str
    criterion: str
    scope: str | None = None
    schedule: str = "oneshot"
    retraining: str = "finetune"
    when: str = "after"
    rounds: int = 5
    level: float = 0.2
    rewind: int | str = 1
    keep_at_least: int = 0
    control: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    spacing: str = "exponential"
    last_layer: float | None = None
    unit: str | None = None
    until: float | None = None
    then: tuple[Recipe, ...] = ()
    network: str | None = None

    @property
    def while_training(self) -> bool:
        """Whether it prunes in the course of a training."""
        return SCHEDULES.find(self.schedule).while_training

    @property
    def stages(self) -> list[Recipe]:
        """This recipe alone, and those that follow it."""
        return [replace(self, then=()), *self.then] if self.then else [self]

    def with_control(self, control: str) -> Recipe:
        """Return the recipe with a control, of a chain's end (one that acts on scores: of all its stages)."""
        if not self.then:
            return replace(self, control=control)
        if acting(control, "scores"):
            then = tuple(replace(each, control=control) for each in self.then)
            return replace(self, control=control, then=then)
        return replace(self, then=(*self.then[:-1], replace(self.then[-1], control=control)))

    def __post_init__(self) -> None:
        for key, table in (("schedule", SCHEDULES), ("retraining", RETRAININGS)):
            table.find(getattr(self, key), f"{self.name}: {key}")
        for key, known in (("when", WHEN), ("spacing", SPACINGS)):
            require_known(f"{self.name}: {key}", getattr(self, key), known)
        if self.control is not None:
            CONTROLS.find(self.control, f"{self.name}: control")
        may_be_none = (("scope", SCOPES), ("unit", UNITS), ("network", NETWORKS))
        for key, known in may_be_none:
            if getattr(self, key) is not None:
                require_known(f"{self.name}: {key}", getattr(self, key), known)
        self._check_numbers()
        if self.then:
            self._check_chain()

    def _check_numbers(self) -> None:
        if self.rounds < 1:
            raise PruningError(f"{self.name}: rounds: expected at least 1, got {self.rounds}")
        if self.keep_at_least < 0:
            raise PruningError(f"{self.name}: keep_at_least: expected 0 or more, got {self.keep_at_least}")
        for key in ("level", "last_layer", "until"):
            value = getattr(self, key)
            if value is not None and not 0 < value < 1:
                raise PruningError(f"{self.name}: {key}: expected a share between 0 and 1, got {value}")
        epoch = self.rewind
        if epoch != "best" and (not isinstance(epoch, int) or epoch < 0):
            raise PruningError(f"{self.name}: rewind: expected an epoch or 'best', got {epoch!r}")

    def _check_chain(self) -> None:
        trained, least = False, 1.0
        for k, stage in enumerate(self.stages):
            if stage.then:
                raise PruningError(f"{self.name}: then: stage {k + 1} has a chain of its own; write one list")
            if k and stage.network is not None:
                raise PruningError(
                    f"{self.name}: then: stage {k + 1} has the network {stage.network}, and a stage goes on "
                    f"with what there is; leave it out"
                )
            if stage.when == "before" and trained:
                raise PruningError(
                    f"{self.name}: then: stage {k + 1} ({stage.name}) prunes before training, and one in "
                    f"front of it trains; put it first, or set its when: after"
                )
            if stage.until is not None and stage.until > least:
                raise PruningError(
                    f"{self.name}: until: expected densities that fall, got {stage.until:g} after {least:g}"
                )
            least = least if stage.until is None else stage.until
            trained |= stage.when == "after" or stage.while_training
        if self.then[-1].until is not None:
            raise PruningError(
                f"{self.name}: until: the last stage ends at the density that is asked for, so it has none; "
                f"got {self.then[-1].until:g}"
            )
