"""Records with their lines, cut to one width, and the header, where there is one."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

from wann.errors import DataError
from wann.tasks.datasets.table.dialect import Dialect
from wann.tasks.datasets.table.numbers import is_missing, is_number

LABEL_NAMES = ("label", "target", "class", "y")
_LOOK = 100  # records by which a header is told from data

Record = tuple[int, list[str]]


@dataclass
class Rows:
    """The records of a table.

    Attributes:
        names: of the columns; numbers from 1 where the table has no header.
        header: the header's line; 0 where there is none.
        records: (line, fields), as many fields as names; can be gone through once.
        notes: what was found out.
    """

    names: list[str]
    header: int
    records: Iterator[Record]
    notes: list[str] = field(default_factory=list)


def read_rows(path: Path, text: str, dialect: Dialect, label: str | None) -> Rows:
    """Tell the header from the data.

    Args:
        path: for messages.
        text: the table.
        dialect: how it is written.
        label: the column that is known to be there, if any.

    Raises:
        DataError: a quote is not closed; or, while they are gone through, a record has another width.
    """
    notes: list[str] = []
    records = _filled(path, dialect.records(text), notes)
    first = _uncommented(records, dialect)
    look = [*first, *islice(records, _LOOK)]
    if len(look) < 2 and not (look and _has_numbers(look[0][1])):
        what = "a header without rows" if look else "nothing"
        raise DataError(f"{path}: holds {what}; expected a header and rows of numbers")
    if not _is_header(look, label):
        names = [str(k + 1) for k in range(len(look[0][1]))]
        notes.append("has no header: its columns are called 1, 2, ...")
        return Rows(names, 0, _even(path, chain(look, records), len(names), "the first row"), notes)
    (line, names), rest = look[0], look[1:]
    names = [" ".join(name.split()) for name in _without_comment_sign(names, dialect)]
    width, shift = _fit(names, rest)
    if shift:
        notes.append("row names, a first column that the header leaves out, are left out")
    found = _even(path, chain(rest, records), width, "the header")
    cut = ((at, fields[shift : shift + len(names)]) for at, fields in found)
    return Rows(names, line, cut, notes)


def _filled(path: Path, records: Iterator[Record], notes: list[str]) -> Iterator[Record]:
    """Leave records out that have separators and nothing else, as spreadsheets write them."""
    left_out = 0
    try:
        for line, fields in records:
            if any(fields):
                yield line, fields
            elif not (left_out := left_out + 1) > 1:
                notes.append(f"rows without any value are left out, the first in line {line}")
    except csv.Error as error:
        raise DataError(
            f"{path}:{error}: a quote that is not closed, or stands inside a field, begins in this line"
        ) from error


def _uncommented(records: Iterator[Record], dialect: Dialect) -> list[Record]:
    """The first records, after comments that begin with `#`; the last of them may be the header."""
    comment = None
    for record in records:
        if not record[1][0].startswith("#"):
            header = comment and len(_without_comment_sign(comment[1], dialect)) == len(record[1])
            return [comment, record] if comment and header and len(record[1]) > 1 else [record]
        comment = record
    return [comment] if comment else []


def _without_comment_sign(names: list[str], dialect: Dialect) -> list[str]:
    if not names[0].startswith("#"):
        return names
    first = names[0].lstrip("#").strip()
    return [*([first] if first or dialect.separator != " " else []), *names[1:]]


def _has_numbers(fields: list[str]) -> bool:
    return any(map(is_number, fields))


def _is_header(look: list[Record], label: str | None) -> bool:
    """Whether the first record names the columns, rather than being data as the others are."""
    first, others = look[0][1], [fields for _, fields in look[1:]]
    if any(
        name.casefold() in LABEL_NAMES or (label and name == label) for name in first if not is_number(name)
    ):
        return True
    if not _has_numbers(first) or first[0].startswith("#"):
        return True
    if label and first.count(label) == 1 and label not in map(str, range(1, len(first) + 1)):
        return True  # without a header, no column would be called so
    if len(first) > 2 and first == [str(k) for k in range(len(first))]:
        return True  # pandas writes these for columns that have no names
    return any(
        _names_a_column(k, name, [fields[k] for fields in others if k < len(fields)])
        for k, name in enumerate(first)
    )


def _names_a_column(position: int, name: str, values: list[str]) -> bool:
    """Whether a field is other than all that stand below it: text over numbers, or nothing over an index."""
    known = [value for value in values if not is_missing(value)]
    if not name:
        return position == 0 and len(known) == len(values) > 0
    return bool(known) and not is_missing(name) and not is_number(name) and all(map(is_number, known))


def _fit(names: list[str], rest: list[Record]) -> tuple[int, int]:
    """(fields of each record, those of them at its beginning that have no name).

    R's `write.table` gives row names no header; others end every row, but not the header, with a separator.
    """
    if rest and all(len(fields) == len(names) + 1 for _, fields in rest):
        return len(names) + 1, int(any(fields[-1] for _, fields in rest))
    return len(names), 0


def _even(path: Path, records: Iterator[Record], width: int, like: str) -> Iterator[Record]:
    for line, fields in records:
        if len(fields) != width:
            raise DataError(
                f"{path}:{line}: has {len(fields)} fields, expected {width} as {like} has; quote text that "
                "holds the separator"
            )
        yield line, fields
