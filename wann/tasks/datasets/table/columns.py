"""Which column of a table is the label, and which are no inputs."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from wann.errors import DataError, did_you_mean
from wann.tasks.datasets.table.rows import LABEL_NAMES, Rows

_SHOWN = 120  # characters of a list of names
# What pandas calls a column without a name when it reads one.
_UNNAMED = re.compile(r"Unnamed: \d+(\.\d+)*")


def find_label(path: Path, rows: Rows, wanted: str | None) -> int:
    """Return the position of the label: the column that is wanted, else the one that is called as labels are.

    Raises:
        DataError: there is none, or more than one.
    """
    _check_different(path, rows)
    if wanted is not None:
        return _named(path, rows, wanted)
    found = {name.casefold(): k for k, name in enumerate(rows.names) if name.casefold() in LABEL_NAMES}
    surest = [found[name] for name in LABEL_NAMES[:-1] if name in found] or list(found.values())
    if not surest:
        raise DataError(
            f"{path}{_at(rows)}: no column is called {', '.join(LABEL_NAMES[:-1])} or {LABEL_NAMES[-1]}; say "
            f"which one names the classes, such as task.label: {_example(rows.names[-1])} (columns: "
            f"{listed(rows.names)})"
        )
    if len(surest) > 1:
        which = " and ".join(f"'{rows.names[k]}'" for k in surest)
        raise DataError(
            f"{path}{_at(rows)}: {which} may be the label; say which one is, such as task.label: "
            f"{_example(rows.names[surest[0]])}, and leave the other out of the file if it says the same"
        )
    rows.notes.append(f"the label is the column '{rows.names[surest[0]]}' (task.label names another)")
    others = [rows.names[k] for k in found.values() if k not in surest]
    if others:
        rows.notes.append(f"the column '{others[0]}' is an input")
    return surest[0]


def _check_different(path: Path, rows: Rows) -> None:
    for name, times in Counter(rows.names).items():
        if name and times > 1:
            raise DataError(
                f"{path}{_at(rows)}: {times} columns are called '{name}'; expected a name of its own for each"
            )


def _named(path: Path, rows: Rows, wanted: str) -> int:
    if wanted in rows.names:
        return rows.names.index(wanted)
    near = [k for k, name in enumerate(rows.names) if name.casefold() == wanted.casefold()]
    if len(near) == 1:
        return near[0]
    raise DataError(
        f"{path}{_at(rows)}: task.label: no column is called '{wanted}'"
        f"{did_you_mean(wanted, rows.names) or f' (columns: {listed(rows.names)})'}"
    )


def is_index(names: list[str], position: int) -> bool:
    """Whether a column is an index that pandas or R writes without a name.

    A table that was read and written again has one more each time: `,Unnamed: 0,...`.
    """
    return all(map(is_unnamed, names[: position + 1]))


def is_unnamed(name: str) -> bool:
    """Whether a column has no name of its own."""
    return not name or bool(_UNNAMED.fullmatch(name))


def listed(names: list[str]) -> str:
    """Names for a message, cut where there are too many."""
    text = ", ".join(f"'{name}'" for name in names)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}... ({len(names)})"


def _example(name: str) -> str:
    return name if re.fullmatch(r"\w+", name) else f'"{name}"'


def _at(rows: Rows) -> str:
    return f":{rows.header}" if rows.header else ""
