"""From a config of `wann prune` to what is to be done: recipes, training, cells."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from wann.config import PruneConfig, RecipeConfig, StageConfig
from wann.errors import PruningError
from wann.pruning.learners.evolving import PolicyTraining
from wann.pruning.learners.training import Training
from wann.pruning.recipe.presets import PRESETS
from wann.pruning.recipe.recipe import Recipe
from wann.pruning.table import own_name
from wann.records.cells.row import DENSE

_OWN = ("name", "options", "then", "network")
KEYS = tuple(field.name for field in fields(Recipe) if field.name not in _OWN)


@dataclass(frozen=True)
class Cell:
    """A recipe with one seed, at a density or, where `wanted` is given, at so many effective connections."""

    recipe: Recipe
    density: float | None
    wanted: int | None
    seed: int

    @property
    def name(self) -> str:
        """Its name, unique in a run, and that of its files."""
        size = f"n{self.wanted}" if self.wanted else f"d{self.density!r}"
        return f"{self.recipe.name}-{size}-s{self.seed}"


def dense_name(seed: int) -> str:
    """The name of the cell that holds a seed's dense network."""
    return f"{DENSE}-s{seed}"


def recipe_of(section: RecipeConfig) -> Recipe:
    """Return the recipe that a config describes, its stages after it.

    Raises:
        KeyError: of that name there is no preset.
        PruningError: what it says does not go together.
    """
    first, then = stage_of(section), []
    for each in section.then:
        stage = stage_of(each)
        trained = any(s.when == "after" or s.while_training for s in (first, *then))
        # While a training runs is neither before nor after it.
        gradual = stage.while_training and each.when is None
        then.append(replace(stage, when="after") if gradual and trained else stage)
    name = section.name or "+".join(stage.name for stage in (first, *then))
    return replace(first, name=name, then=tuple(then), network=section.network or first.network)


def stage_of(section: StageConfig) -> Recipe:
    """Return one stage of a recipe; for errors see `recipe_of`."""
    given = {key: getattr(section, key) for key in KEYS if getattr(section, key) is not None}
    own = str(section.criterion).rpartition(":")[2]
    if section.preset is None:
        return Recipe(own, options=section.options, **{**_usual(section.criterion, section.unit), **given})
    preset = PRESETS[section.preset]
    if own not in ("None", preset.criterion):
        preset = replace(preset, options={})
        given = {"scope": _usual(section.criterion, section.unit).get("scope")} | given
    elif section.unit not in (None, preset.unit):
        given = {"scope": _usual(preset.criterion, section.unit).get("scope")} | given
    changed = own if section.criterion not in (None, preset.criterion) else None
    named = [preset.name, changed, own_name(section.control or "")]
    options = {**preset.options, **section.options}
    return replace(preset, name="+".join(filter(None, named)), options=options, **given)


def _usual(criterion: str | None, unit: str | None) -> dict[str, Any]:
    """What a criterion's recipe has that no preset says it of; nothing where it is not known."""
    from wann.pruning.criteria.catalogue import find_criterion

    try:
        found = find_criterion(str(criterion))
    except PruningError:  # it is said elsewhere
        return {}
    before = {"when": "before", "retraining": "reset"} if found.when == "before" else {}
    return {"scope": found.scope_of(unit), **before}


def recipes_of(config: PruneConfig) -> list[Recipe]:
    """Return all recipes, each one's controls after it."""
    made = []
    for section in config.prune.recipes:
        recipe = recipe_of(section)
        made.append(recipe)
        if recipe.network is None and not any(stage.control for stage in recipe.stages):
            made += [
                replace(recipe.with_control(control), name=f"{recipe.name}+{own_name(control)}")
                for control in config.prune.controls
            ]
    return made


def training_of(config: PruneConfig) -> Training | PolicyTraining:
    """Return how networks are trained, policies by CMA-ES."""
    section = config.training if config.task.env is None else config.policy
    return way_to_train(config)(**section.model_dump())


def way_to_train(config: PruneConfig) -> type[Training] | type[PolicyTraining]:
    """Return the kind of training that a config's task has."""
    return Training if config.task.env is None else PolicyTraining


def cells_of(config: PruneConfig) -> list[Cell]:
    """Return all cells, in the order in which they are done: seed by seed, size by size."""
    sizes: list[tuple[float | None, int | None]] = [(density, None) for density in config.prune.densities]
    sizes += [(None, count) for count in config.prune.connections]
    recipes = recipes_of(config)
    return [Cell(recipe, *size, seed) for seed in config.prune.seeds for size in sizes for recipe in recipes]


def definition(recipe: Recipe) -> dict[str, Any]:
    """Return a recipe's keys as plain values."""
    return asdict(recipe) | {
        "options": dict(recipe.options),
        "then": [definition(stage) for stage in recipe.then],
    }
