"""Checks of values that bounds alone do not express."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic_core import PydanticCustomError

from wann.activations import NAMES

_MAX_DEPTH = 20
_MAX_INTEGER = 2**63
# Stands for a number that JSON has none for.
_FLOAT = "$float"
_WRAPPER = re.compile(r"[\w./-]+:\w+(\.\w+)*|.+\.py:\w+(\.\w+)*")
_CHOICE = re.compile(r"[a-z][a-z0-9-]*")
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


def any_activation(name: str) -> str:
    """Return the name of an activation, or one of the user's own."""
    return name if _WRAPPER.fullmatch(name) else known_activation(name)


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


def wrappings(items: Sequence[Any]) -> tuple[Any, ...]:
    """Return wrappers in one form each: `module:name`, or a mapping of that to arguments where it has any."""
    return tuple(_wrapping(item, index) for index, item in enumerate(items))


def _wrapping(item: Any, index: int) -> Any:
    name, arguments = item, {}
    if isinstance(item, dict) and len(item) == 1:
        ((name, arguments),) = item.items()
    if not isinstance(name, str) or not _WRAPPER.fullmatch(name):
        cure = f"; write {name.rpartition('.')[0]}:{name.rpartition('.')[2]}" if _is_dotted(name) else ""
        raise fault(
            f"got {name!r:.60}, expected module:name, file.py:name, or {{module:name: {{arguments}}}}{cure}",
            index,
        )
    if arguments is not None and not isinstance(arguments, dict):
        raise fault(f"got {arguments!r:.60}, expected a mapping of keyword arguments", index, name)
    plain = _plain(arguments or {}, index, name)
    return {name: plain} if plain else name


def own_name(key: str) -> str:
    """Return a key that names something of the user's own."""
    if not _WRAPPER.fullmatch(key):
        raise PydanticCustomError("extra_forbidden", "unknown key")
    return key


def chosen(item: Any) -> Any:
    """Return a choice in one form: a name, or a mapping of it to its options where it has any."""
    name, options = item, {}
    if isinstance(item, dict) and len(item) == 1:
        ((name, options),) = item.items()
    if not isinstance(name, str) or not (_CHOICE.fullmatch(name) or _WRAPPER.fullmatch(name)):
        raise fault(f"got {item!r:.60}, expected a name, module:name, file.py:name, or {{name: {{options}}}}")
    if options is not None and not isinstance(options, dict):
        raise fault(f"got {options!r:.60}, expected a mapping of options", name)
    plain = _plain(options or {}, name)
    return {name: plain} if plain else name


def _is_dotted(name: Any) -> bool:
    return isinstance(name, str) and re.fullmatch(r"\w+(\.\w+)+", name) is not None


def in_json(value: Any) -> Any:
    """Return plain values as strict JSON can hold them: an infinite number becomes {"$float": "inf"}."""
    if isinstance(value, float) and math.isinf(value):
        return {_FLOAT: repr(value)}
    if isinstance(value, dict):
        return {key: in_json(item) for key, item in value.items()}
    return [in_json(item) for item in value] if isinstance(value, list | tuple) else value


def _plain(value: Any, *path: str | int) -> Any:
    if len(path) > _MAX_DEPTH:
        raise fault(f"more than {_MAX_DEPTH} levels inside each other", *path)
    if isinstance(value, dict) and value.keys() == {_FLOAT} and value[_FLOAT] in ("inf", "-inf"):
        return float(value[_FLOAT])
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {key: _plain(value[key], *path, key) for key in sorted(value)}
    if isinstance(value, list | tuple):
        return [_plain(item, *path, index) for index, item in enumerate(value)]
    if isinstance(value, float) and math.isnan(value):
        raise fault("got nan, expected a number; .inf and -.inf are some", *path)
    if isinstance(value, int) and abs(value) > _MAX_INTEGER:
        raise fault("a whole number beyond +-2**63", *path)
    if value is not None and not isinstance(value, bool | int | float | str):
        raise fault(f"got a {type(value).__name__}, expected a plain YAML value", *path)
    return value


def null_as_nothing(value: Any) -> Any:
    """Return `()` for None: a list whose lines are all commented out."""
    return () if value is None else value


def null_as_empty(value: Any) -> Any:
    """Return `{}` for None: that is what YAML makes of a section whose lines are all commented out."""
    return {} if value is None else value


def number_as_name(value: Any) -> Any:
    """Return a whole number as text: columns without names go by their numbers, written without quotes."""
    return str(value) if type(value) is int else value
