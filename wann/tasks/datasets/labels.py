"""Labels of any kind to class numbers: numbers with gaps, negative ones, text."""

from __future__ import annotations

import math
import re

import numpy as np

from wann.errors import DataError

_MOST_CLASSES = 10_000
_EXACT = 2**53  # below it a float that is whole is that number
_WHOLE = re.compile(r"[-+]?\d{1,300}([.,]0*)?")


def classes_of(labels: list[str]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return `(N,)` class numbers and the names of the classes.

    Whole numbers are in their order, however they are written (`1` and `1.0` are one class); else names are
    in the order of their characters.

    Raises:
        DataError: the labels are measured numbers, or there are far too many; says neither where nor of what.
    """
    different = dict.fromkeys(labels)
    whole = {text: _whole(text) for text in different}
    if all(number is not None for number in whole.values()):
        names = {text: str(number) for text, number in whole.items()}
        order = sorted(set(names.values()), key=int)
    else:
        measured = next((text for text in different if _is_measured(text)), None)
        if measured and all(map(_is_a_number, different)):
            raise DataError(
                f"is measured ({measured}), not a class; expected whole numbers or names, such "
                "as one for each range"
            )
        names = {text: " ".join(text.split()) for text in different}
        order = sorted(set(names.values()))
    if len(order) > _MOST_CLASSES:
        raise DataError(f"has {len(order)} different values; expected at most {_MOST_CLASSES} classes")
    number = {name: k for k, name in enumerate(order)}
    of_text = {text: number[name] for text, name in names.items()}
    return np.array([of_text[text] for text in labels], np.int64), tuple(order)


def _whole(text: str) -> int | None:
    """The whole number that a text is, be it written as `1`, `1.0` or `1.000e+00`, else None."""
    if _WHOLE.fullmatch(text):
        return int(re.split("[.,]", text)[0])
    if not _is_a_number(text):
        return None
    number = float(text.replace(",", "."))
    return int(number) if number.is_integer() and abs(number) < _EXACT else None


def _is_measured(text: str) -> bool:
    return _is_a_number(text) and _whole(text) is None


def _is_a_number(text: str) -> bool:
    try:
        return math.isfinite(float(text.replace(",", ".")))
    except ValueError:
        return False
