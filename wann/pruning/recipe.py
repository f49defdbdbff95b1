"""Recipe: one pruned baseline as plain data, and those that are known by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from wann.errors import PruningError, UnknownMethod, did_you_mean

SCOPES = ("global", "layer", "erk")
SCHEDULES = ("oneshot", "iterative", "levels", "gradual")
RETRAININGS = ("finetune", "lr-rewind", "weight-rewind", "reset", "reinit", "none")
CONTROLS = ("shuffle-layerwise", "shuffle-global", "reinit", "invert")
WHEN = ("before", "after")
SPACINGS = ("exponential", "linear")


@dataclass(frozen=True)
class Recipe:
    """How a dense network becomes a sparse one: criterion x scope x schedule x retraining.

    Attributes:
        name: for people, files and tables.
        criterion: a name of `wann prune --list`, or `module:name` for one of the user's own.
        scope: what competes: all weights (`global`), those of one layer, every layer at the same density
            (`layer`), or at one by its size (`erk`).
        schedule: `oneshot`; `iterative`, so many `rounds`; `levels`, each of which removes a share `level` of
            what is left; `gradual`, while one training runs (the only one; `retraining` comes after it).
        retraining: what follows each round. Before training it is a whole training of the initial weights,
            of fresh ones (`reinit`) or `none`.
        when: whether the criterion sees the initial weights (`before`) or the trained ones (`after`).
        rounds: of `iterative`.
        level: share of the rest that a level removes.
        rewind_epoch: where `weight-rewind` goes back to: an epoch, or `best`, the one that was best on the
            validation images, from where the whole schedule is run again.
        keep_at_least: weights (neurons, where those are pruned) that every layer keeps at least.
        control: what is done to the method to see what of it matters (Frankle 2021).
        options: of the criterion, and `unit: neuron`, which lets a weight criterion prune neurons.
        spacing: of the rounds' densities.
        last_layer: share of the rest that a level removes from the last layer, where that differs.

    Raises:
        UnknownMethod, PruningError: a name or a number is wrong.
    """

    name: str
    criterion: str
    scope: str = "global"
    schedule: str = "oneshot"
    retraining: str = "finetune"
    when: str = "after"
    rounds: int = 5
    level: float = 0.2
    rewind_epoch: int | str = 1
    keep_at_least: int = 0
    control: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    spacing: str = "exponential"
    last_layer: float | None = None

    def __post_init__(self) -> None:
        for key, known in (
            ("scope", SCOPES),
            ("schedule", SCHEDULES),
            ("retraining", RETRAININGS),
            ("when", WHEN),
            ("spacing", SPACINGS),
        ):
            require_known(f"{self.name}: {key}", getattr(self, key), known)
        if self.control is not None:
            require_known(f"{self.name}: control", self.control, CONTROLS)
        self._check_numbers()

    def _check_numbers(self) -> None:
        if self.rounds < 1:
            raise PruningError(f"{self.name}: rounds: expected at least 1, got {self.rounds}")
        if self.keep_at_least < 0:
            raise PruningError(f"{self.name}: keep_at_least: expected 0 or more, got {self.keep_at_least}")
        for key in ("level", "last_layer"):
            value = getattr(self, key)
            if value is not None and not 0 < value < 1:
                raise PruningError(f"{self.name}: {key}: expected a share between 0 and 1, got {value}")
        epoch = self.rewind_epoch
        if epoch != "best" and (not isinstance(epoch, int) or epoch < 0):
            raise PruningError(f"{self.name}: rewind_epoch: expected an epoch or 'best', got {epoch!r}")


def require_known(where: str, name: str, known: Iterable[str]) -> None:
    """Raise UnknownMethod, with the nearest known name, unless `name` is one of them."""
    known = tuple(known)
    if name not in known:
        raise UnknownMethod(
            f"{where}: unknown '{name}'{did_you_mean(name, known)}; known are {', '.join(known)}"
        )


def _before(name: str, **keys: Any) -> Recipe:
    return Recipe(name, name, retraining="reset", when="before", **keys)


def _neurons(name: str, **keys: Any) -> Recipe:
    # Scores of neurons seldom compare between layers, so each layer loses the same share.
    return Recipe(name, name, scope="layer", **keys)


# name -> the recipe behind it; sources are those of the criteria, and of the schedules and retrainings.
PRESETS: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        _before("snip"),
        _before("grasp"),
        _before("synflow", schedule="iterative", rounds=100),
        _before("random"),
        _before("gradient"),
        Recipe("magnitude", "magnitude"),
        Recipe("han", "magnitude", schedule="iterative"),
        Recipe("obd", "obd", schedule="iterative"),
        Recipe("obs", "obs", schedule="iterative"),
        Recipe("connection-effect", "connection-effect"),
        Recipe("lottery", "magnitude", schedule="levels", retraining="reset"),
        Recipe("weight-rewind", "magnitude", schedule="levels", retraining="weight-rewind"),
        Recipe("lr-rewind", "magnitude", schedule="levels", retraining="lr-rewind"),
        Recipe("gradual", "magnitude", schedule="gradual", retraining="none", when="before"),
        _neurons("l1"),
        _neurons("l2"),
        _neurons("l0", options={"magnitude_density": 0.1}),
        _neurons("taylor1"),
        _neurons("taylor2"),
        _neurons("activation"),
        _neurons("apoz"),
        _neurons("correlation"),
        _neurons("cosine"),
        _neurons("entropy"),
        _neurons("lda"),
    )
}
