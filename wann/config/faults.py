"""Faults of a config: where each is, and how it is told."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

from wann.errors import ConfigError

Path = tuple[str | int, ...]

_LONGEST = 60


class Place(NamedTuple):
    """Where something was written: a spot in a file, or a `--set` (its line and column are 0)."""

    where: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.where}:{self.line}:{self.column}" if self.line else self.where


class Fault(NamedTuple):
    """One fault; `path` is empty where it concerns no key."""

    place: Place
    path: Path
    text: str

    def __str__(self) -> str:
        parts = (str(self.place), dotted(self.path), self.text)
        return printable(": ".join(filter(None, parts)))


def config_error(faults: Iterable[Fault]) -> ConfigError:
    """Return the error that tells all faults, those of the file first, from its top down."""
    ordered = sorted(faults, key=lambda fault: (fault.place.line == 0, fault.place.line, fault.place.column))
    return ConfigError(list(dict.fromkeys(map(str, ordered))))


def dotted(path: Path) -> str:
    """Return a path as people write it: `evaluation.shared_weights[2]`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{shortened(part)}" for part in path)
    return text.removeprefix(".")


def shortened(text: str) -> str:
    """Return `text`, its end cut off where it is long."""
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "..."


def printable(text: str) -> str:
    """Return `text` as one line: whatever is not printable becomes an escape."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def shown(value: Any) -> str:
    """Return a value as YAML writes it, or what kind of value it is where that is long."""
    if isinstance(value, dict):
        return "a mapping" if value else "{}"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}" if value else "[]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, float) and not math.isfinite(value):
        return f"{value}".replace("inf", ".inf").replace("nan", ".nan")
    return f"'{shortened(value)}'" if isinstance(value, str) else shortened(str(value))
