"""What recipes are made of, for `wann prune --list`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from wann.pruning.recipe.presets import PRESETS
from wann.pruning.recipe.recipe import CONTROLS, SCOPES, Recipe
from wann.pruning.recipe.retraining import RETRAININGS
from wann.pruning.recipe.schedules import SCHEDULES

if TYPE_CHECKING:
    from wann.pruning.criteria.registry import Criterion

# Presets that are more than their criterion, and where they were described.
_SOURCES = {
    "han": "Han 2015",
    "lottery": "Frankle & Carbin 2019",
    "weight-rewind": "Frankle 2019",
    "lr-rewind": "Renda 2020",
    "gradual": "Zhu & Gupta 2017",
    "set": "Mocanu 2018",
    "rigl": "Evci 2020",
}


@dataclass(frozen=True)
class Method:
    """One line of the list.

    Attributes:
        source: where it was described; may be empty.
        options: of a criterion, with their defaults.
        scope: of a preset, and of a criterion where a recipe names none; else empty.
    """

    name: str
    line: str
    source: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    scope: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)


def methods() -> dict[str, list[Method]]:
    """Return kind -> its members; criteria of the user's own are listed once their module is imported."""
    from wann.pruning.criteria.catalogue import CRITERIA, NEURON_CRITERIA

    sources = {name: c.source for name, c in (CRITERIA | NEURON_CRITERIA).items()}
    found = {
        "presets": [
            Method(name, _line(recipe), _source(recipe, sources), scope=recipe.scope or "")
            for name, recipe in PRESETS.items()
        ],
        "criteria for weights": list(map(_criterion, CRITERIA.values())),
        "criteria for neurons": list(map(_criterion, NEURON_CRITERIA.values())),
    }
    for kind, names in (
        ("scopes", SCOPES),
        ("schedules", SCHEDULES),
        ("retrainings", RETRAININGS),
        ("controls", CONTROLS),
    ):
        found[kind] = [Method(name, _MEANINGS.get(name, "")) for name in names]
    return found


def _criterion(criterion: Criterion) -> Method:
    options = criterion.resolve({})
    if criterion.looks_at == "weights":
        del options["loss"]
    return Method(criterion.name, criterion.line, criterion.source, options, criterion.scope_of(None))


def _source(recipe: Recipe, sources: Mapping[str, str]) -> str:
    known = "" if recipe.network is not None else sources.get(recipe.criterion, "")
    return _SOURCES.get(recipe.name, known)


def _line(recipe: Recipe) -> str:
    """What a preset says beside the defaults: global, oneshot, after training."""
    if recipe.network is not None:
        return _MEANINGS[recipe.network]
    schedule = {"iterative": f" in {recipe.rounds} rounds", "oneshot": ""}.get(
        recipe.schedule, f", {recipe.schedule}"
    )
    parts = [
        recipe.criterion + _BY.get(recipe.scope or "", "") + schedule,
        *(["before training"] if recipe.when == "before" and recipe.schedule != "gradual" else []),
        recipe.retraining,
        *(f"{key} {value}" for key, value in recipe.options.items()),
    ]
    return ", ".join(parts)


_BY = {"layer": " by layer", "erk": " by erk"}

_MEANINGS = {
    "small-dense": "no pruning: one hidden layer of the right width",
    "linear": "a linear model, pruned by magnitude, finetune",
    "global": "all weights compete",
    "layer": "every layer is pruned to the same density",
    "erk": "small layers stay denser (Erdos-Renyi kernel)",
    "oneshot": "at once",
    "iterative": "in rounds, with retraining after each",
    "levels": "a share of the rest at a time, with retraining after each",
    "gradual": "while one training runs",
    "finetune": "the final weights, at training.finetune_rate",
    "lr-rewind": "the final weights, with the whole schedule again",
    "weight-rewind": "weights and schedule go back to an early epoch",
    "reset": "weights and schedule go back to the beginning",
    "reinit": "fresh random weights, trained from scratch",
    "none": "no retraining",
    "shuffle-layerwise": "the mask is shuffled inside each layer",
    "shuffle-global": "the mask is shuffled over all layers",
    "invert": "what would be kept longest is removed first",
}
