"""Checks of values that bounds alone do not express."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic_core import PydanticCustomError

from wann.activations import NAMES

_MAX_DEPTH = 20
_MAX_INTEGER = 2**63
# Arguments of gymnasium.make that have a key of their own.
_OWN_KEYS = {"id": "task.env", "max_episode_steps": "task.max_episode_steps"}

Items = TypeVar("Items", bound=Sequence[Any])


def fault(text: str, *inner: str | int) -> PydanticCustomError:
    """Return a fault in words; `inner` is the path from the checked value down to the faulty part."""
    return PydanticCustomError("wann", "{text}", {"text": text, "inner": inner})


def known_activation(name: str) -> str:
    """Return the name of an activation."""
    if name not in NAMES:
        raise PydanticCustomError("unknown_name", "unknown name")
    return name


def distinct(items: Items) -> Items:
    """Return items that all differ."""
    again = [item for item, times in Counter(items).items() if times > 1]
    if again:
        raise fault(f"listed more than once: {', '.join(map(str, again))}")
    return items


def keyword_arguments(arguments: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of keyword arguments, with sorted keys: their order must not change a config's hash."""
    for name, key in _OWN_KEYS.items():
        if name in arguments:
            raise fault(f"not allowed here; set {key} instead", name)
    return _plain(arguments)


def _plain(value: Any, *path: str | int) -> Any:
    if len(path) > _MAX_DEPTH:
        raise fault(f"more than {_MAX_DEPTH} levels inside each other", *path)
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {key: _plain(value[key], *path, key) for key in sorted(value)}
    if isinstance(value, list | tuple):
        return [_plain(item, *path, index) for index, item in enumerate(value)]
    if isinstance(value, float) and not math.isfinite(value):
        raise fault(f"got {value}, expected a finite number", *path)
    if isinstance(value, int) and abs(value) > _MAX_INTEGER:
        raise fault("a whole number beyond +-2**63", *path)
    if value is not None and not isinstance(value, bool | int | float | str):
        raise fault(f"got a {type(value).__name__}, expected a plain YAML value", *path)
    return value


def null_as_empty(value: Any) -> Any:
    """Return `{}` for None: that is what YAML makes of a section whose lines are all commented out."""
    return {} if value is None else value


def number_as_name(value: Any) -> Any:
    """Return a whole number as text: columns without names go by their numbers, written without quotes."""
    return str(value) if type(value) is int else value
