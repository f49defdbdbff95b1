"""wann list."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from wann.cli.options import JsonOption, RunsArgument
from wann.cli.output import say

_COLUMNS = ("begun", "status", "seed", "generation", "time", "champion", "connections")
_UNITS = {"return": "return", "minus cross-entropy": "nats"}


def list_runs(runs: RunsArgument = Path("runs"), as_json: JsonOption = False) -> None:
    """List the runs below a folder, oldest first: the champion by its `select` episodes.

    A data set's score is minus the cross-entropy, in nats.

    Example: wann list runs/cartpole
    """
    from wann.errors import RunNotFound
    from wann.records.target import find_runs
    from wann.workflows.listing import describe_run

    if not runs.is_dir():
        raise RunNotFound(f"{runs}: no such folder; runs are made by: wann evolve configs/cartpole.yaml")
    rows = [describe_run(folder) for folder in find_runs(runs)]
    if as_json:
        say(json.dumps(rows, indent=1))
        return
    if not rows:
        say(f"no runs below {runs}/; start one with: wann evolve configs/cartpole.yaml")
        return
    for line in _lines(rows, shutil.get_terminal_size().columns):
        say(line.rstrip())


def _lines(rows: Sequence[Mapping[str, Any]], width: int) -> Iterator[str]:
    """The table, its runs at the right; or, where that is too wide, each run's name above its figures."""
    table = [_COLUMNS, *map(_cells, rows)]
    widths = [max(len(cells[k]) for cells in table) for k in range(len(_COLUMNS))]
    names = ["run", *(str(row["run"]) for row in rows)]
    fits = sum(widths) + 2 * len(widths) + max(map(len, names)) <= width
    for k, (name, cells) in enumerate(zip(names, table, strict=True)):
        left = [cell.ljust(w) for cell, w in zip(cells[:2], widths[:2], strict=True)]
        figures = "  ".join([*left, *(c.rjust(w) for c, w in zip(cells[2:], widths[2:], strict=True))])
        if fits:
            yield f"{figures}  {name}"
        else:
            yield from [name, figures] if k else [figures]


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    score, generation = row["select_mean"], row["generation"]
    return (
        _date(row["created"]),
        str(row["status"]),
        _text(row["seed"]),
        "-" if generation is None else f"{generation}/{row['generations']}",
        "-" if row["seconds"] is None else time_text(row["seconds"]),
        "-" if score is None else f"{score:.{1 if abs(score) >= 10 else 3}f} {_UNITS[row['measure']]}",
        _text(row["connections"]),
    )


def _text(value: object) -> str:
    return "-" if value is None else str(value)


def _date(created: object) -> str:
    """The moment in this machine's time, to the minute."""
    try:
        return datetime.fromisoformat(str(created)).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return "-"


def time_text(seconds: float) -> str:
    """A duration as people say it."""
    for unit, size in (("d", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.{1 if seconds < 10 else 0}f} s"
