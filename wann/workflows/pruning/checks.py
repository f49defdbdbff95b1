"""What is wrong with a config of `wann prune`, before anything is trained: what the pruning library knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from wann.config import PruneConfig, RecipeConfig, StageConfig
from wann.errors import PruningError, WannError, did_you_mean
from wann.pruning.learners.training import FINETUNE_RATES, OPTIMIZERS, RATES
from wann.pruning.recipe.controls import CONTROLS
from wann.pruning.recipe.presets import PRESETS
from wann.pruning.recipe.recipe import (
    LINEAR,
    NETWORKS,
    SCOPES,
    SMALL_DENSE,
    SPACINGS,
    UNITS,
    WHEN,
    Recipe,
)
from wann.pruning.recipe.retraining import RETRAININGS
from wann.pruning.recipe.schedules import SCHEDULES
from wann.pruning.table import Table
from wann.records.cells.row import DENSE
from wann.workflows.pruning.plan import KEYS, recipe_of, recipes_of, stage_of, way_to_train

if TYPE_CHECKING:
    from wann.pruning.recipe.chain import Link

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
    key: (kind, entry.name)
    for kind, table in (("schedule", SCHEDULES), ("retraining", RETRAININGS))
    for entry in table.values()
    for key in entry.keys
}
_LONGEST_NAME = 100
_LEAST = 1e-6  # density, where budgets of connections are asked for

Place = tuple[str | int, ...]
Found = tuple[Place, str]  # the path of a fault, and the fault in words


def check(config: PruneConfig) -> Iterator[Found]:
    """Yield what is wrong with a config's names, which the pruning library alone knows."""
    names = {"optimizer": OPTIMIZERS, "schedule": RATES, "finetune_schedule": FINETUNE_RATES}
    for key, known in names.items():
        yield from _unknown(("training", key), getattr(config.training, key), known)
    if config.task.dataset is not None and config.task.output_activation != "linear":
        got = config.task.output_activation
        yield ("task", "output_activation"), f"expected linear, as losses of pruning ask for, got {got}"
    if config.task.batch_size is not None:
        yield ("task", "batch_size"), "is of a search; here it is training.batch_size"
    for k, control in enumerate(config.prune.controls):
        yield from _unknown(("prune", "controls", k), control, CONTROLS)
    sound = True
    for k, section in enumerate(config.prune.recipes):
        for found in _check_recipe(("prune", "recipes", k), section, config):
            sound = False
            yield found
    if sound and not any(_unknown((), control, CONTROLS) for control in config.prune.controls):
        yield from _check_names(config)


def _unknown(path: tuple[str | int, ...], name: str | None, known: Collection[str]) -> list[Found]:
    if name is None or name in known:
        return []
    if ":" in name and isinstance(known, Table):
        try:
            known.find(name)
        except PruningError as error:
            return [(path, str(error))]
        return []
    expected = ", ".join(known)
    return [(path, f"unknown name: got '{name}', expected one of {expected}{did_you_mean(name, known)}")]


def _check_recipe(path: Place, section: RecipeConfig, config: PruneConfig) -> Iterator[Found]:
    from wann.pruning.recipe.chain import links

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
            yield from ((path, f"{recipe.name}: {fault}") for fault in _misfits(link, recipe, config))
        way_to_train(config).check(recipe)
        ends = [stage.until for stage in recipe.stages if stage.until is not None]
        largest = max(config.prune.densities, default=0.0)
        if ends and min(ends) < largest:
            words = f"is below the density {largest:g} of prune.densities; set a larger one"
            yield path, f"until: {min(ends):g} {words}"
    except WannError as error:
        yield path, str(error)


def _misfits(link: Link, recipe: Recipe, config: PruneConfig) -> Iterator[str]:
    """What would only be found when a network is trained."""
    stage = link.recipe
    if link.by_neuron and link.scope == "erk":
        yield "scope: erk gives densities to weights; for neurons take global or layer"
    if link.by_neuron and stage.last_layer is not None:
        yield "last_layer: is of weights; the last layer's neurons are the outputs, which stay"
    if link.by_neuron and recipe.network == LINEAR:
        yield f"a linear model has no hidden neurons for {link.criterion.name}"
    if "loss" in stage.options and link.criterion.looks_at == "weights":
        yield f"options.loss: {link.criterion.name} looks at no loss; leave it out"
    epochs = config.training.epochs
    if stage.retraining == "weight-rewind" and stage.rewind != "best" and int(stage.rewind) > epochs:
        yield f"rewind: expected at most training.epochs, {epochs}, got {stage.rewind}"
    if recipe.network == SMALL_DENSE and (recipe.then or any(_pruning_keys(recipe))):
        yield "small-dense is not pruned, so it takes no other key than name; leave them out"


def _pruning_keys(recipe: Recipe) -> Iterator[bool]:
    usual = PRESETS[SMALL_DENSE]
    return (getattr(recipe, key) != getattr(usual, key) for key in (*KEYS, "options"))


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
        own = ":" in getattr(stage, other)  # which keys it reads is its own affair
        if getattr(section, key) is not None and getattr(stage, other) != needed and not own:
            words = f"and here it is {getattr(stage, other)}; set that, or leave this out"
            yield (*path, key), f"is for {other}: {needed}, {words}"
    goes_on = section.retraining is not None and RETRAININGS.find(section.retraining).goes_on
    if goes_on and stage.when == "before" and not stage.while_training:
        words = "goes on from a training, and this prunes before there is one; use reset, reinit or none"
        yield (*path, "retraining"), f"{section.retraining} {words}"


def _check_names(config: PruneConfig) -> Iterator[Found]:
    counts = Counter(recipe.name for recipe in recipes_of(config))
    for name, count in counts.items():
        if count > 1:
            yield ("prune", "recipes"), f"{count} recipes are called '{name}'; give them a name each"
        if name == DENSE:
            yield ("prune", "recipes"), f"'{DENSE}' is what the dense network is called; choose another name"
        if len(name) > _LONGEST_NAME:
            yield ("prune", "recipes"), f"'{name[:20]}...' is too long for the name of a file; give it a name"
        if ":" in name or "/" in name:
            yield ("prune", "recipes"), f"'{name}' cannot be the name of a file; give the recipe a name"
