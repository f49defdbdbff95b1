"""From a table's file to a data set."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np

from wann.errors import DataError
from wann.tasks.datasets.dataset import Dataset, without_test_set
from wann.tasks.datasets.labels import classes_of
from wann.tasks.datasets.table.body import Body, read_body, settle
from wann.tasks.datasets.table.columns import find_label, is_index, is_unnamed, listed
from wann.tasks.datasets.table.dialect import find_dialect
from wann.tasks.datasets.table.numbers import is_missing
from wann.tasks.datasets.table.rows import read_rows
from wann.tasks.datasets.table.text import read_text

ENDINGS = (".csv", ".tsv", ".tab", ".txt", ".data")
_TEST_SHARE = 0.2
_LEAST_ROWS = 7


def read_table(path: Path, label: str | None = None) -> Dataset:
    """Read a table of text: a row for each example, one column for its class, all others numbers.

    Args:
        path: the file, gzipped or not.
        label: the name of the column that names the classes; None for one called label, target, class or y.

    Raises:
        DataError: it cannot be read, or holds what cannot be used.
    """
    text, notes = read_text(path)
    dialect = find_dialect(text)
    rows = read_rows(path, text, dialect, label)
    at = find_label(path, rows, label)
    body = read_body(path, rows, at)
    if len(body.lines) < _LEAST_ROWS:
        raise DataError(f"{path}: has {len(body.lines)} rows; expected at least {_LEAST_ROWS}")
    kept, left_out = _inputs(body, at)
    notes += dialect.notes + rows.notes + left_out
    numbers, classes = _labels(body, at)
    notes += settle(body, kept, dialect.separator)
    inputs = body.values[:, kept]
    names = [body.names[k] for k in kept]
    notes += _oddities(inputs, names, numbers, classes)
    notes = [f"{path}: {note}" for note in notes]
    return without_test_set(
        str(path), inputs, numbers, _TEST_SHARE, inputs=tuple(names), classes=classes, notes=tuple(notes)
    )


def _inputs(body: Body, label: int) -> tuple[list[int], list[str]]:
    """Positions of the inputs, and what is said of the columns that are none."""
    kept, notes = [], []
    for k, name in enumerate(body.names):
        if k == label:
            continue
        if is_unnamed(name) and _is_empty(body, k):
            notes.append(f"column {k + 1} has neither a name nor values, and is left out")
        elif is_index(body.names, k):
            which = f"column {k + 1}" if k else "the first column"
            notes.append(f"{which} has no name: it is taken for an index and left out")
        elif not name:
            raise DataError(
                f"{body.path}: column {k + 1} has no name; give it one, or leave it out of the file"
            )
        else:
            kept.append(k)
    if not kept:
        raise DataError(f"{body.path}: has no column beside the label '{body.names[label]}'; expected inputs")
    return kept, notes


def _is_empty(body: Body, column: int) -> bool:
    odd = body.odd.get(column, ())
    return len(odd) == len(body.lines) and not any(text for _, text in odd)


def _labels(body: Body, label: int) -> tuple[np.ndarray, tuple[str, ...]]:
    name = body.names[label]
    missing = [row for row, text in enumerate(body.labels) if is_missing(text)]
    if missing:
        text = body.labels[missing[0]]
        raise DataError(
            f"{body.path}:{body.lines[missing[0]]}: column '{name}': the label is missing"
            f"{f' ({text}; a class of that name needs another)' if text else ''}, as in {len(missing)} of "
            f"{len(body.labels)} rows; fill them in, or leave these rows out"
        )
    try:
        numbers, classes = classes_of(body.labels)
    except DataError as error:
        raise DataError(f"{body.path}: the label '{name}' {error}") from error
    if len(classes) == 1:
        raise DataError(
            f"{body.path}: the label '{name}' is '{classes[0]}' in every row; expected at least 2 classes"
        )
    if len(classes) == len(body.labels):
        raise DataError(
            f"{body.path}: the label '{name}' is another one in every row, so it names no classes; "
            "say which column "
            "does: task.label"
        )
    return numbers, classes


def _oddities(
    inputs: np.ndarray, names: list[str], labels: np.ndarray, classes: tuple[str, ...]
) -> list[str]:
    """What is no fault, but hardly meant."""
    notes = []
    constant = [name for name, same in zip(names, (inputs == inputs[0]).all(axis=0), strict=True) if same]
    if constant:
        notes.append(f"the same in every row, so of no use: {listed(constant)}")
    rare = [classes[k] for k, times in sorted(Counter(labels.tolist()).items()) if times == 1]
    if rare:
        notes.append(f"classes with one row, which cannot be both learned and tested: {listed(rare)}")
    alike = [name for name, times in Counter(map(str.casefold, classes)).items() if times > 1]
    if alike:
        notes.append(f"classes that differ in their case alone are classes of their own: {listed(alike)}")
    return notes
