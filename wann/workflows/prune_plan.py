"""From a config of `wann prune` to what is to be done: recipes, training, cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from wann.config import PruneConfig, RecipeConfig
from wann.errors import WannError, did_you_mean
from wann.pruning.policy_training import PolicyTraining
from wann.pruning.recipe import CONTROLS, PRESETS, RETRAININGS, SCHEDULES, SCOPES, SPACINGS, WHEN, Recipe
from wann.pruning.training import OPTIMIZERS, RATES, Training
from wann.records.cell_row import DENSE

_NAMES = {
    "scope": SCOPES,
    "schedule": SCHEDULES,
    "retraining": RETRAININGS,
    "when": WHEN,
    "control": CONTROLS,
    "spacing": SPACINGS,
}
_KEYS = tuple(field.name for field in fields(Recipe) if field.name not in ("name", "options"))

Found = tuple[tuple[str | int, ...], str]  # the path of a fault, and the fault in words


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
    """Return the recipe that a config describes.

    Raises:
        KeyError: of that name there is no preset.
        PruningError: what it says does not go together.
    """
    given = {key: getattr(section, key) for key in _KEYS if getattr(section, key) is not None}
    if section.preset is None:
        return Recipe(
            section.name or str(section.criterion).rpartition(":")[2], options=section.options, **given
        )
    preset = PRESETS[section.preset]
    parts = [preset.name]
    if section.criterion not in (None, preset.criterion):
        parts.append(str(section.criterion).rpartition(":")[2])
    name = section.name or "+".join([*parts, *filter(None, [section.control])])
    return replace(preset, name=name, options={**preset.options, **section.options}, **given)


def recipes_of(config: PruneConfig) -> list[Recipe]:
    """Return all recipes, each one's controls after it."""
    made = []
    for section in config.prune.recipes:
        recipe = recipe_of(section)
        made.append(recipe)
        if recipe.control is None:
            made += [
                replace(recipe, name=f"{recipe.name}+{control}", control=control)
                for control in config.prune.controls
            ]
    return made


def training_of(config: PruneConfig) -> Training | PolicyTraining:
    """Return how networks are trained, policies by CMA-ES."""
    if config.task.env is not None:
        return PolicyTraining(**config.policy.model_dump())
    return Training(**config.training.model_dump())


def cells_of(config: PruneConfig) -> list[Cell]:
    """Return all cells, in the order in which they are done: seed by seed, size by size."""
    sizes: list[tuple[float | None, int | None]] = [(density, None) for density in config.prune.densities]
    sizes += [(None, count) for count in config.prune.connections]
    recipes = recipes_of(config)
    return [Cell(recipe, *size, seed) for seed in config.prune.seeds for size in sizes for recipe in recipes]


def definition(recipe: Recipe) -> dict[str, Any]:
    """Return a recipe's keys as plain values."""
    return asdict(recipe) | {"options": dict(recipe.options)}


def check(config: PruneConfig) -> Iterator[Found]:
    """Yield what is wrong with a config's names, which the pruning library alone knows."""
    for key, known in (("optimizer", OPTIMIZERS), ("schedule", RATES)):
        yield from _unknown(("training", key), getattr(config.training, key), known)
    for k, control in enumerate(config.prune.controls):
        yield from _unknown(("prune", "controls", k), control, CONTROLS)
    sound = True
    for k, section in enumerate(config.prune.recipes):
        for found in _check_recipe(("prune", "recipes", k), section, config.task.env is not None):
            sound = False
            yield found
    if sound and not any(_unknown((), control, CONTROLS) for control in config.prune.controls):
        yield from _check_names(config)


def _unknown(path: tuple[str | int, ...], name: str | None, known: tuple[str, ...]) -> list[Found]:
    if name is None or name in known:
        return []
    expected = ", ".join(known)
    return [(path, f"unknown name: got '{name}', expected one of {expected}{did_you_mean(name, known)}")]


def _check_recipe(path: tuple[str | int, ...], section: RecipeConfig, policy: bool) -> Iterator[Found]:
    from wann.pruning.criteria.catalogue import find_criterion
    from wann.pruning.policy_checks import check_for_policies

    found = [
        fault
        for key, known in _NAMES.items()
        for fault in _unknown((*path, key), getattr(section, key), known)
    ]
    if section.preset is None and section.criterion is None:
        found.append((path, "has neither a preset nor a criterion; see: wann prune --list"))
    elif section.preset is not None and section.preset not in PRESETS:
        near = did_you_mean(section.preset, PRESETS)
        found.append(((*path, "preset"), f"unknown preset '{section.preset}'{near}; see: wann prune --list"))
    yield from found
    if found:
        return
    try:
        recipe = recipe_of(section)
        criterion = find_criterion(recipe.criterion)
        criterion.resolve(recipe.options)
        if policy:
            check_for_policies(recipe, criterion)
    except WannError as error:
        yield path, str(error)


def _check_names(config: PruneConfig) -> Iterator[Found]:
    counts = Counter(recipe.name for recipe in recipes_of(config))
    for name, count in counts.items():
        if count > 1:
            yield ("prune", "recipes"), f"{count} recipes are called '{name}'; give them a name each"
        if name == DENSE:
            yield ("prune", "recipes"), f"'{DENSE}' is what the dense network is called; choose another name"
        if ":" in name or "/" in name:
            yield ("prune", "recipes"), f"'{name}' cannot be the name of a file; give the recipe a name"
