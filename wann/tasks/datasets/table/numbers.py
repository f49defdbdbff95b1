"""Fields as numbers, and what stands for a missing one."""

from __future__ import annotations

import math
import re

_MISSING = frozenset({"", "?", "na", "n/a", "nan", "-nan", "null", "#n/a", "#na", "<na>", "nil", "missing"})
# Only among numbers: as classes these may be meant.
_MISSING_NUMBERS = frozenset({"none", "-", "--", ".", "*"})
_BOOLEANS = {"true": 1.0, "false": 0.0}
_COMMA = re.compile(r"[-+]?(\d+,\d*|,\d+)([eE][-+]?\d+)?")
_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}(,\d{3})+")


def is_missing(text: str, number: bool = False) -> bool:
    """Whether a field says that there is no value; `number`: where a number is expected."""
    word = text.casefold()
    return word in _MISSING or (number and word in _MISSING_NUMBERS)


def number(text: str) -> float:
    """Return a number with a decimal point; Python's underscores are no part of one.

    Raises:
        ValueError: it is none.
    """
    if "_" in text:
        raise ValueError(text)
    return float(text)


def is_number(text: str) -> bool:
    """Whether a field is a number, with a decimal point or a decimal comma."""
    try:
        return math.isfinite(number(text))
    except ValueError:
        return bool(_COMMA.fullmatch(text))


def boolean(text: str) -> float | None:
    """1 for true and 0 for false, in any case; None for anything else."""
    return _BOOLEANS.get(text.casefold())


def has_decimal_comma(text: str) -> bool:
    """Whether it is a number with a decimal comma; `1,234` is one too."""
    return bool(_COMMA.fullmatch(text))


def may_be_thousands(text: str) -> bool:
    """Whether a comma in a number may as well part thousands."""
    return bool(_THOUSANDS.fullmatch(text))
