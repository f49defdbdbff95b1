"""What `wann prune` ends with: a row for each recipe at each size, over all seeds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from statistics import mean, stdev

from rich.table import Table

from wann.cli.output import console, say
from wann.cli.views.progress.search import human
from wann.records.cells.row import DENSE, CellRow
from wann.records.storage.files import finite
from wann.records.target import name_of
from wann.workflows.pruning.prune import PruneOutcome

_WIDTH = 80


def show_pruned(outcome: PruneOutcome, as_json: bool) -> None:
    """Print the table, where it all is, and what to do next."""
    if as_json:
        value = {
            "run": str(outcome.folder),
            "status": outcome.status,
            "failed": outcome.failed,
            "cells": [asdict(row) for row in outcome.rows],
        }
        say(json.dumps(finite(value), indent=1))
        return
    if outcome.rows:
        shown = console()
        shown.print()
        shown.print(_table(outcome.rows), width=min(shown.width, _WIDTH))
        say(f"\n{_what(outcome.rows[0])}, mean ± std over seeds; before: pruned, not yet retrained")
        if not outcome.rows[0].accuracy:
            say("steps: of the environment, the dense training included where a recipe begins with it")
    if outcome.failed:
        count = len(outcome.failed)
        say(f"{count} cell{'s' * (count > 1)} failed; why: {outcome.folder / 'log.txt'}")
    _show_next(outcome)


def _table(rows: Sequence[CellRow]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    accuracy = rows[0].accuracy
    scale = 100.0 if accuracy else 1.0
    table.add_column("recipe", overflow="fold")
    figures = ("accuracy", "seeds") if accuracy else ("return", "steps", "seeds")
    for name in ("density", "connections", "before", *figures):
        table.add_column(name, justify="right", no_wrap=True)
    for group in groups(rows):
        table.add_row(
            group[0].recipe,
            f"{mean(row.density for row in group):.3g}",
            f"{mean(row.effective_connections for row in group):.0f}",
            _mean([scale * row.score_before for row in group if row.score_before is not None], spread=False),
            _mean([scale * row.score for row in group]),
            *([] if accuracy else [human(mean(row.env_steps or 0 for row in group))]),
            str(len(group)),
        )
    return table


def groups(rows: Sequence[CellRow]) -> list[list[CellRow]]:
    """Return the rows of each recipe and size, all seeds together: by recipe, from large to small."""
    found: dict[tuple[str, object], list[CellRow]] = {}
    for row in rows:
        size = f"n{row.wanted}" if row.wanted else row.density
        found.setdefault((row.recipe, size), []).append(row)
    order = list(dict.fromkeys(recipe for recipe, _ in found))
    return sorted(
        found.values(),
        key=lambda group: (
            group[0].recipe != DENSE,
            order.index(group[0].recipe),
            -mean(row.effective_connections for row in group),
        ),
    )


def _what(row: CellRow) -> str:
    return "accuracy on the test images in %" if row.accuracy else "return over 100 held-out episodes"


def _mean(values: Sequence[float], spread: bool = True) -> str:
    if not values:
        return "-"
    text = f"{mean(values):.1f}"
    return f"{text} ± {stdev(values):.1f}" if spread and len(values) > 1 else text


def _show_next(outcome: PruneOutcome) -> None:
    run = name_of(outcome.folder)
    say(f"\nIn {outcome.folder}")
    say(
        "  results.csv     a row for each cell\n"
        "  networks/       the network of each, for wann test and export"
    )
    commands = [(f"wann compare {run} -o picture.png", "a picture; searches may be named too")]
    if outcome.status != "finished":
        commands = [(f"wann resume {run}", "go on; what is finished stays"), *commands]
    say("Next:")
    for command, what in commands:
        say(f"  {command:<36} {what}")
