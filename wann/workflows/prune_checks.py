"""What is wrong with a config of `wann prune`, before anything is trained: what the pruning library knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from wann.config import PruneConfig, RecipeConfig, StageConfig
from wann.errors import WannError, did_you_mean
from wann.pruning.presets import PRESETS
from wann.pruning.recipe import CONTROLS, NETWORKS, RETRAININGS, SCHEDULES, SCOPES, SPACINGS, UNITS, WHEN
from wann.pruning.training import OPTIMIZERS, RATES
from wann.records.cell_row import DENSE
from wann.workflows.prune_plan import recipe_of, recipes_of, stage_of

_NAMES = {
    "scope": SCOPES,
    "schedule": SCHEDULES,
    "retraining": RETRAININGS,
    "when": WHEN,
    "control": CONTROLS,
    "spacing": SPACINGS,
    "unit": UNITS,
}
# key -> the key and the value without which it does nothing
_ONLY_WITH = {
    "rounds": ("schedule", "iterative"),
    "spacing": ("schedule", "iterative"),
    "level": ("schedule", "levels"),
    "last_layer": ("schedule", "levels"),
    "rewind": ("retraining", "weight-rewind"),
}
_LEAST = 1e-6  # density, where budgets of connections are asked for

Place = tuple[str | int, ...]
Found = tuple[Place, str]  # the path of a fault, and the fault in words


def check(config: PruneConfig) -> Iterator[Found]:
    """Yield what is wrong with a config's names, which the pruning library alone knows."""
    for key, known in (("optimizer", OPTIMIZERS), ("schedule", RATES)):
        yield from _unknown(("training", key), getattr(config.training, key), known)
    for k, control in enumerate(config.prune.controls):
        yield from _unknown(("prune", "controls", k), control, CONTROLS)
    sound = True
    for k, section in enumerate(config.prune.recipes):
        for found in _check_recipe(("prune", "recipes", k), section, config):
            sound = False
            yield found
    if sound and not any(_unknown((), control, CONTROLS) for control in config.prune.controls):
        yield from _check_names(config)


def _unknown(path: tuple[str | int, ...], name: str | None, known: tuple[str, ...]) -> list[Found]:
    if name is None or name in known:
        return []
    expected = ", ".join(known)
    return [(path, f"unknown name: got '{name}', expected one of {expected}{did_you_mean(name, known)}")]


def _check_recipe(path: Place, section: RecipeConfig, config: PruneConfig) -> Iterator[Found]:
    from wann.pruning.chain import links
    from wann.pruning.policy_checks import check_for_policies

    places = [(path, section), *(((*path, "then", k), stage) for k, stage in enumerate(section.then))]
    found = [fault for place, stage in places for fault in _check_keys(place, stage)]
    found += _unknown((*path, "network"), section.network, NETWORKS)
    yield from found
    if found:
        return
    try:
        recipe = recipe_of(section)
        least = min(config.prune.densities, default=_LEAST)
        for link in links(recipe, least, 0):
            link.criterion.check_activation(config.model.activation)
        if config.task.env is not None:
            check_for_policies(recipe)
        ends = [stage.until for stage in recipe.stages if stage.until is not None]
        largest = max(config.prune.densities, default=0.0)
        if ends and min(ends) < largest:
            words = f"is below the density {largest:g} of prune.densities; set a larger one"
            yield path, f"until: {min(ends):g} {words}"
    except WannError as error:
        yield path, str(error)


def _check_keys(path: Place, section: StageConfig) -> Iterator[Found]:
    """Names that are not known, and keys that would do nothing."""
    unknown = [
        fault
        for key, known in _NAMES.items()
        for fault in _unknown((*path, key), getattr(section, key), known)
    ]
    if section.preset is None and section.criterion is None:
        unknown.append((path, "has neither a preset nor a criterion; see: wann prune --list"))
    elif section.preset is not None and section.preset not in PRESETS:
        near = did_you_mean(section.preset, PRESETS)
        words = f"unknown preset '{section.preset}', wann prune --list shows them all{near}"
        unknown.append(((*path, "preset"), words))
    yield from unknown
    if unknown:
        return
    stage = stage_of(section)
    for key, (other, needed) in _ONLY_WITH.items():
        if getattr(section, key) is not None and getattr(stage, other) != needed:
            words = f"and here it is {getattr(stage, other)}; set that, or leave this out"
            yield (*path, key), f"is for {other}: {needed}, {words}"


def _check_names(config: PruneConfig) -> Iterator[Found]:
    counts = Counter(recipe.name for recipe in recipes_of(config))
    for name, count in counts.items():
        if count > 1:
            yield ("prune", "recipes"), f"{count} recipes are called '{name}'; give them a name each"
        if name == DENSE:
            yield ("prune", "recipes"), f"'{DENSE}' is what the dense network is called; choose another name"
        if ":" in name or "/" in name:
            yield ("prune", "recipes"), f"'{name}' cannot be the name of a file; give the recipe a name"
