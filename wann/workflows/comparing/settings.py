"""Settings that make a method: which they are, and how methods are named by what differs between them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from wann.config import Config, PruneConfig

# Dotted path -> plain value.
Settings = Mapping[str, Any]

# What makes no other method: who evaluates, which seed, and what ends a run.
_OF_A_RUN = {"run", "evaluation.backend", "evaluation.workers", "search.generations"}
# What is played or looked at, which is the same for all that is compared.
_OF_THE_TASK = {"task.env", "task.dataset", "task.kwargs", "task.max_episode_steps"}
# Which cells there are; what each of them is stands in its recipe's definition.
_OF_CELLS = {"prune", "evaluation"}


def search_settings(config: Config) -> dict[str, Any]:
    """Return what makes a search, or the training of a fixed topology, a method of its own."""
    values = config.model_dump(mode="json")
    topology = values.pop("topology")
    if topology:
        del values["search"]  # which plays no part
    kind = "searched" if topology is None else "fixed"
    return _without(flat({**values, "topology": topology or {}}), _OF_A_RUN | _OF_THE_TASK) | {
        "topology": kind
    }


def prune_settings(config: PruneConfig) -> dict[str, Any]:
    """Return what is pruned and how it is trained: all but the recipe."""
    return _without(flat(config.model_dump(mode="json")), _OF_CELLS | _OF_THE_TASK)


def flat(values: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    """Return nested mappings as one, by dotted paths; an empty mapping leaves nothing."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        below = f"{path}.{key}" if path else str(key)
        if isinstance(value, Mapping):
            found |= flat(value, below)
        else:
            found[below] = value
    return found


def _without(values: Settings, left_out: set[str]) -> dict[str, Any]:
    # a run's scale is settled: where its config names none, there is none
    said = {
        path: "none" if path == "task.scale" and value is None else value for path, value in values.items()
    }
    return {
        path: value
        for path, value in said.items()
        if not any(path == part or path.startswith(f"{part}.") for part in left_out)
    }


def identity(settings: Settings) -> str:
    """Return a text that equal settings share, and no others."""
    return json.dumps(settings, sort_keys=True, default=str)


def varying(settings: Sequence[Settings]) -> list[str]:
    """Return the keys that tell several settings apart: all of which there are two values.

    Keys that some have not (an option, a section) are among them only where nothing else tells two apart.
    """
    paths = list(dict.fromkeys(path for each in settings for path in each))
    keys = [path for path in paths if len({text(each[path]) for each in settings if path in each}) > 1]
    if len({told(each, keys) for each in settings}) < len({identity(each) for each in settings}):
        keys = [path for path in paths if path in keys or any(path not in each for each in settings)]
    return keys


def told(settings: Settings, keys: Sequence[str]) -> str:
    """Return what settings say of keys, such as `add_connection=0.45`, several joined.

    A key is called by its last word, by more of its path where two of the keys have the same.
    """
    names = {key: _shortest(key, keys) for key in keys}
    return " ".join(f"{names[key]}={text(settings[key])}" for key in keys if key in settings)


def _shortest(path: str, paths: Sequence[str]) -> str:
    words = path.split(".")
    ends = [".".join(words[-count:]) for count in range(1, len(words) + 1)]
    others = [f".{other}" for other in paths if other != path]
    return next((end for end in ends if not any(o.endswith(f".{end}") for o in others)), path)


def text(value: Any) -> str:
    """A value as it is written on the command line, without spaces."""
    if isinstance(value, str):
        return value
    return json.dumps(value, separators=(",", ":"), default=str).replace('"', "")
