"""The body of a table: a matrix of numbers, and a label for each row."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from wann.errors import DataError
from wann.tasks.datasets.table.columns import listed
from wann.tasks.datasets.table.numbers import (
    boolean,
    has_decimal_comma,
    is_missing,
    may_be_thousands,
    number,
)
from wann.tasks.datasets.table.rows import Rows

_LARGEST = float(np.finfo(np.float32).max)

Odd = tuple[int, str]  # row, what stands there


@dataclass
class Body:
    """What a table holds below its header.

    Attributes:
        path: for messages.
        names: of the columns.
        values: `(N, columns)` float64; NaN where a field is no plain number.
        lines: `(N,)` line of each row.
        labels: of each row, as text.
        odd: column -> the fields in it that are no plain numbers, in order.
        points: whether some number has a decimal point.
    """

    path: Path
    names: list[str]
    values: np.ndarray
    lines: array[int]
    labels: list[str]
    odd: dict[int, list[Odd]] = field(default_factory=dict)
    points: bool = False


def read_body(path: Path, rows: Rows, label: int) -> Body:
    """Go through a table once, keeping numbers as such and every other field as text."""
    flat, lines, labels = array("d"), array("q"), []
    odd: dict[int, list[Odd]] = {}
    points, same = False, {}
    for line, fields in rows.records:
        text = fields[label]
        labels.append(same.setdefault(text, text))
        fields[label] = "0"
        try:
            numbers = [number(value) for value in fields]
        except ValueError:
            numbers = [_number_or_odd(value, k, len(lines), odd) for k, value in enumerate(fields)]
        points = points or any("." in value for value in fields if value not in ("", "."))
        flat.extend(numbers)
        lines.append(line)
    values = (
        np.frombuffer(flat, np.float64).reshape(len(lines), len(rows.names)) if lines else np.zeros((0, 0))
    )
    return Body(path, rows.names, values.copy(), lines, labels, odd, points)


def _number_or_odd(text: str, column: int, row: int, odd: dict[int, list[Odd]]) -> float:
    try:
        return number(text)
    except ValueError:
        odd.setdefault(column, []).append((row, text))
        return float("nan")


def settle(body: Body, kept: list[int], separator: str) -> list[str]:
    """Turn what is no plain number into one: true and false, decimal commas. Return what was found.

    Args:
        body: is completed.
        kept: the columns that are inputs.
        separator: the table's.

    Raises:
        DataError: a field is missing, is text, or is too large.
    """
    notes: list[str] = []
    comma = _commas_are_decimal(body, kept, separator)
    texts: dict[int, Odd] = {}
    for column in kept:
        for row, text in body.odd.get(column, ()):
            value = boolean(text)
            if value is None and comma and has_decimal_comma(text):
                value = float(text.replace(",", "."))
            if value is not None:
                body.values[row, column] = value
            elif not is_missing(text, number=True):
                texts.setdefault(column, (row, text))
    if texts:
        raise _text_error(body, texts)
    _check_there(body, kept)
    if comma:
        notes.append("numbers have decimal commas")
    return notes


def _commas_are_decimal(body: Body, kept: list[int], separator: str) -> bool:
    found = [text for column in kept for _, text in body.odd.get(column, ()) if has_decimal_comma(text)]
    if not found or body.points:
        return False
    return separator == ";" or not all(map(may_be_thousands, found))


def _text_error(body: Body, texts: dict[int, Odd]) -> DataError:
    column, (row, text) = min(texts.items(), key=lambda item: item[1][0])
    name = body.names[column]
    shown = text if len(text) <= 40 else f"{text[:40]}..."
    where = f"{body.path}:{body.lines[row]}: column '{name}': '{shown}' is no number"
    if has_decimal_comma(text):
        point, none = text.replace(",", "."), text.replace(",", "")
        cure = f"{point} or {none}" if may_be_thousands(text) else point
        return DataError(f"{where}, as its comma may mean this or that; write {cure}")
    others = listed([body.names[k] for k in texts if k != column])
    also = f"; so have {others}" if len(texts) > 1 else ""
    return DataError(
        f"{where}, and inputs are numbers{also}; write a number for each name, or a column of 0 and "
        "1 for each, or leave "
        f"the column out (were it the label: task.label: {name})"
    )


def _check_there(body: Body, kept: list[int]) -> None:
    wrong = ~np.isfinite(body.values[:, kept]) | (np.abs(body.values[:, kept]) > _LARGEST)
    if not wrong.any():
        return
    row = int(np.flatnonzero(wrong.any(axis=1))[0])
    column = kept[int(np.flatnonzero(wrong[row])[0])]
    value, name = body.values[row, column], body.names[column]
    where = f"{body.path}:{body.lines[row]}: column '{name}'"
    if not np.isnan(value):
        raise DataError(f"{where}: {value:g} is no number of at most {_LARGEST:.1e}, which inputs are")
    text = next((text for at, text in body.odd.get(column, ()) if at == row), "nan")
    counts = wrong.sum(axis=0)
    lacking = {body.names[k]: int(n) for k, n in zip(kept, counts, strict=True) if n}
    if lacking[name] == len(body.lines):
        raise DataError(f"{where}: has no value in any row; leave the column out of the file")
    rows = int(wrong.any(axis=1).sum())
    raise DataError(
        f"{where}: the value is missing{f' ({text})' if text else ''}, as in {rows} of "
        f"{len(body.lines)} rows "
        f"(columns {listed(list(lacking))}); fill the gaps in, or leave these rows or columns out"
    )
