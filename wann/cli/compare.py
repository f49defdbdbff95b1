"""wann compare."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING, Annotated

import typer

from wann.cli.options import JsonOption, WorkersOption
from wann.cli.output import console, say

if TYPE_CHECKING:
    from wann.report.pareto import Comparison, Entry
    from wann.workflows.compare import Point

_WIDTH = 80


def compare(
    runs: Annotated[
        list[str],
        typer.Argument(metavar="RUN...", help="Runs of wann evolve and wann prune, of one task."),
    ],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="A .png, .svg or .pdf file: the picture.")
    ] = None,
    table: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="A row for each network.")
    ] = None,
    episodes: Annotated[
        int, typer.Option(min=1, max=1_000_000, help="Test episodes, of tasks that have episodes.")
    ] = 100,
    seed: Annotated[int, typer.Option(min=0, help="Of the test episodes.")] = 0,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Set searches and pruned networks side by side: score against effective connections.

    Example: wann compare runs/mnist16/* runs/prune16 -o picture.png
    """
    from wann.report.comparison import check_picture, draw
    from wann.workflows.compare import compare as set_side_by_side
    from wann.workflows.compare import write_points

    if output is not None:
        check_picture(output)
    comparison, points = set_side_by_side(runs, episodes, seed, workers)
    if table is not None:
        write_points(table, points)
    if output is not None:
        draw(comparison, output)
    if as_json:
        say(json.dumps(_to_json(comparison, points), indent=1))
        return
    _show(comparison)
    for path in filter(None, (table, output)):
        say(f"{path}: written")


def _to_json(comparison: Comparison, points: list[Point]) -> object:
    from wann.records.files import finite
    from wann.report.pareto import front

    best = front(comparison.entries)
    dense = comparison.dense and {**asdict(comparison.dense), "mean": comparison.dense.score}
    rows = [
        {**asdict(e), "mean": e.score, "std": e.std, "size": e.size, "front": e in best}
        for e in comparison.entries
    ]
    return finite(
        {
            "task": comparison.task,
            "figure": "accuracy" if comparison.accuracy else "return",
            "entries": rows,
            "dense": dense,
            "networks": [asdict(point) for point in points],
        }
    )


def _show(comparison: Comparison) -> None:
    from rich.table import Table

    from wann.report.pareto import front

    best = front(comparison.entries)
    # a column more than for accuracies has to fit
    padding = (0, 1) if comparison.accuracy else (0, 1, 0, 0)
    table = Table(box=None, pad_edge=False, header_style="bold", padding=padding)
    table.add_column("")
    # the ids of environments are too long for a column
    table.add_column(comparison.task if comparison.accuracy else "method", overflow="fold")
    table.add_column("weights")
    figures = ("accuracy %",) if comparison.accuracy else ("return", "steps")
    for name in ("density", "connections", *figures, "seeds"):
        table.add_column(name, justify="right", no_wrap=True)
    rows = [*([comparison.dense] if comparison.dense else []), *comparison.entries]
    for entry in rows:
        table.add_row("*" if entry in best else "", *_cells(entry, comparison))
    shown = console()
    shown.print(table, width=min(shown.width, _WIDTH))
    say("\n* no other has a better mean with as few connections; mean ± std over seeds")
    for note in comparison.notes:
        say(note)


def _cells(entry: Entry, comparison: Comparison) -> list[str]:
    from wann.cli.progress import human

    scale = 100.0 if comparison.accuracy else 1.0
    spread = "" if math.isnan(entry.std) else f" ± {scale * entry.std:.1f}"
    return [
        entry.method,
        entry.weights,
        entry.label or "-",
        f"{entry.size:.0f}",
        f"{scale * entry.score:.1f}{spread}",
        *([] if comparison.accuracy else [human(mean(entry.env_steps)) if entry.env_steps else "-"]),
        str(len(entry.scores)),
    ]
