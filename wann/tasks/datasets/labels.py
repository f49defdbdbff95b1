"""Labels of any kind to class numbers: numbers with gaps, negative ones, text."""

from __future__ import annotations

import math
import re

import numpy as np

from wann.errors import DataError

_MOST_CLASSES = 10_000
_WHOLE = re.compile(r"[-+]?\d{1,300}([.,]0*)?")


def classes_of(labels: list[str]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return `(N,)` class numbers and the names of the classes.

    Whole numbers are in their order, however they are written (`1` and `1.0` are one class); else names are
    in the order of their characters.

    Raises:
        DataError: the labels are measured numbers, or there are far too many; says neither where nor of what.
    """
    different = dict.fromkeys(labels)
    if all(_WHOLE.fullmatch(text) for text in different):
        names = {text: str(int(re.split("[.,]", text)[0])) for text in different}
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


def _is_measured(text: str) -> bool:
    return _is_a_number(text) and not _WHOLE.fullmatch(text)


def _is_a_number(text: str) -> bool:
    try:
        return math.isfinite(float(text.replace(",", ".")))
    except ValueError:
        return False
