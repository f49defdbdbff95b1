"""What a criterion's options may be: a default, and a check that is made before anything is trained."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from wann.errors import PruningError


@dataclass(frozen=True)
class Option:
    """One option: its default, what is expected in words, and whether a value is that."""

    default: Any
    expected: str
    accepts: Callable[[Any], bool]

    def check(self, where: str, value: Any) -> None:
        """Raise PruningError unless the value is what is expected, or None where that is the default."""
        if not (value is None and self.default is None) and not self.accepts(value):
            raise PruningError(f"{where}: expected {self.expected}, got {value!r}")


def whole(default: int, least: int = 1) -> Option:
    """A whole number, `least` or more."""
    return Option(default, f"a whole number, {least} or more", lambda v: type(v) is int and v >= least)


def positive(default: float) -> Option:
    """A number above 0."""
    return Option(default, "a number above 0", lambda v: _is_number(v) and v > 0)


def not_negative(default: float) -> Option:
    """A number, 0 or more."""
    return Option(default, "a number, 0 or more", lambda v: _is_number(v) and v >= 0)


def share(default: float | None) -> Option:
    """A number above 0, at most 1."""
    return Option(default, "a number in (0, 1]", lambda v: _is_number(v) and 0 < v <= 1)


def one_of(*names: str) -> Option:
    """One of these names, the first unless said otherwise."""
    return Option(names[0], f"one of {', '.join(names)}", lambda v: v in names)


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value)
