"""A recipe's stages, one after the other: where each of them starts, ends, and what follows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wann.errors import PruningError
from wann.pruning.criteria.catalogue import find_criterion
from wann.pruning.criteria.registry import Criterion
from wann.pruning.masks.scopes import check_density
from wann.pruning.recipe.recipe import Recipe
from wann.pruning.streams import Stream, number


@dataclass(frozen=True)
class Link:
    """One stage of a recipe.

    Attributes:
        recipe: the stage alone.
        criterion, options: what it scores with.
        density: at which it ends.
        seed: of what it draws.
        trains: whether a training follows its last round: not where the next stage prunes before training.
        last: whether the recipe ends with it.
        label: for reports, empty where there is one stage.
    """

    recipe: Recipe
    criterion: Criterion
    options: Mapping[str, Any]
    density: float
    seed: int
    trains: bool = True
    last: bool = True
    label: str = ""

    @property
    def by_neuron(self) -> bool:
        """Whether neurons go together."""
        return self.criterion.unit_of(self.recipe.unit) == "neuron"

    @property
    def scope(self) -> str:
        """What competes, as the recipe says, else as suits the criterion."""
        return self.recipe.scope or self.criterion.scope_of(self.recipe.unit)


def links(recipe: Recipe, density: float, seed: int) -> list[Link]:
    """Return the stages of a recipe; one that has a single stage draws as its seed says.

    Raises:
        BadDensity, UnknownMethod, CriterionDoesNotFit: of a density, of a criterion or of its options.
        PruningError: a density is given for the end of the last stage.
    """
    stages = recipe.stages
    ends = _densities(recipe, density)
    found = []
    for k, (stage, end) in enumerate(zip(stages, ends, strict=True)):
        criterion = find_criterion(stage.criterion)
        criterion.unit_of(stage.unit)
        last = k == len(stages) - 1
        found.append(
            Link(
                stage,
                criterion,
                criterion.resolve(stage.options),
                end,
                number(seed, Stream.CHAIN, k) if k else seed,
                trains=last or stage.while_training or stages[k + 1].when == "after",
                last=last,
                label=f"stage {k + 1}/{len(stages)}, " if len(stages) > 1 else "",
            )
        )
    return found


def _densities(recipe: Recipe, density: float) -> list[float]:
    """Where each stage ends: as it says, else evenly, in logarithms, between its neighbours.

    No stage ends below the density that is asked for.
    """
    check_density(density)
    if not recipe.then and recipe.until is not None:
        raise PruningError(
            f"{recipe.name}: until: there is no next stage; leave it out, or add one with then"
        )
    ends = (stage.until and max(stage.until, density) for stage in recipe.stages[:-1])
    return _filled([1.0, *ends, density])[1:]


def _filled(wanted: Sequence[float | None]) -> list[float]:
    """Fill what is None with the geometric means between what is given."""
    found: list[float] = []
    for k, value in enumerate(wanted):
        if value is None:
            end = next(at for at in range(k, len(wanted)) if wanted[at] is not None)
            ratio = (wanted[end] or 0.0) / found[-1]
            value = found[-1] * ratio ** (1 / (end - k + 1))
        found.append(value)
    return found
