"""What recipes are made of, for `wann prune --list`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from wann.pruning.recipe.controls import CONTROLS
from wann.pruning.recipe.presets import PRESETS
from wann.pruning.recipe.recipe import SCOPES, UNITS, Recipe
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
    from wann.pruning.criteria.catalogue import CRITERIA

    sources = {name: c.source for name, c in CRITERIA.items()}
    found = {
        "presets": [
            Method(name, _line(recipe), _source(recipe, sources), scope=recipe.scope or "")
            for name, recipe in PRESETS.items()
        ],
        **{
            f"criteria for {unit}s": [_criterion(c) for c in CRITERIA.values() if c.unit == unit]
            for unit in UNITS
        },
    }
    found["scopes"] = [Method(name, _SCOPES[name]) for name in SCOPES]
    for table in (SCHEDULES, RETRAININGS, CONTROLS):
        found[f"{table.kind}s"] = [Method(each.name, each.line, each.source) for each in table.values()]
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
        return _NETWORKS[recipe.network]
    schedule = SCHEDULES.find(recipe.schedule)
    parts = [
        recipe.criterion + _BY.get(recipe.scope or "", "") + schedule.phrase.format(rounds=recipe.rounds),
        *(["before training"] if recipe.when == "before" and not schedule.while_training else []),
        recipe.retraining,
        *(f"{key} {value}" for key, value in recipe.options.items()),
    ]
    return ", ".join(parts)


_BY = {"layer": " by layer", "erk": " by erk"}

_NETWORKS = {
    "small-dense": "no pruning: one hidden layer of the right width",
    "linear": "a linear model, pruned by magnitude, finetune",
}
_SCOPES = {
    "global": "all weights compete",
    "layer": "every layer is pruned to the same density",
    "erk": "small layers stay denser (Erdos-Renyi kernel)",
}
