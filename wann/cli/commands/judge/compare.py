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
    from wann.workflows.comparing.compare import Point

_WIDTH = 80
FIGURES = (
    *("best", "search", "random", "random-shared", "tuned-shared", "signed-shared"),
    *("tuned-signed-shared", "trained"),
)


def compare(
    runs: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN|GENOME...",
            help="Runs of wann evolve and wann prune, network files, or zoo:NAME, of one task.",
        ),
    ],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="A .png, .svg or .pdf file: the picture.")
    ] = None,
    table: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="A row for each network.")
    ] = None,
    figure: Annotated[
        str,
        typer.Option(
            metavar="|".join(FIGURES),
            help="By which they count; best: the better of tuned-shared and trained.",
        ),
    ] = "best",
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
    from wann.cli.views.changes import say_changes
    from wann.errors import OutputError, did_you_mean
    from wann.report.comparison import check_picture, draw
    from wann.workflows.comparing.compare import compare as set_side_by_side
    from wann.workflows.comparing.compare import write_points

    if output is not None:
        check_picture(output)
    if figure not in FIGURES:
        raise OutputError(
            f"--figure {figure}: expected one of {', '.join(FIGURES)}{did_you_mean(figure, FIGURES)}"
        )
    comparison, points = set_side_by_side(runs, episodes, seed, workers, figure, say_changes)
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
    from wann.records.storage.files import finite
    from wann.report.pareto import front

    best = front(comparison.entries)
    dense = comparison.dense and {**asdict(comparison.dense), **_means(comparison.dense)}
    rows = [
        {**asdict(e), **_means(e), "std": e.std, "size": e.size, "front": e in best}
        for e in comparison.entries
    ]
    return finite(
        {
            "task": comparison.task,
            "figure": "accuracy" if comparison.accuracy else "return",
            "of": comparison.figure,
            "notes": comparison.notes,
            "entries": rows,
            "dense": dense,
            "networks": [asdict(point) for point in points],
        }
    )


def _means(entry: Entry) -> dict[str, float | None]:
    without = entry.scores_without_zero
    return {"mean": entry.score, "mean_without_zero": mean(without) if without else None}


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
    chosen = comparison.figure != "best"  # then all rows are of the same weights
    if not chosen:
        table.add_column("weights")
    for name in _numbers(comparison):
        table.add_column(name, justify="right", no_wrap=True)
    rows = [*([comparison.dense] if comparison.dense else []), *comparison.entries]
    for entry in rows:
        table.add_row("*" if entry in best else "", *_cells(entry, comparison))
    shown = console()
    shown.print(table, width=min(shown.width, _WIDTH))
    say("\n* no other has a better mean with as few connections; mean ± std over seeds")
    for note in comparison.notes:
        say(note)


def _has_sizes(comparison: Comparison) -> bool:
    """Whether a network is of a size that was asked for."""
    return comparison.dense is not None or any(entry.label for entry in comparison.entries)


def _numbers(comparison: Comparison) -> list[str]:
    return [
        *(["density"] if _has_sizes(comparison) else []),
        "connections",
        "accuracy %" if comparison.accuracy else "return",
        *(["without 0"] if comparison.entries and comparison.entries[0].scores_without_zero else []),
        *([] if comparison.accuracy else ["steps"]),
        "seeds",
    ]


def _cells(entry: Entry, comparison: Comparison) -> list[str]:
    from wann.cli.views.progress.search import human

    scale = 100.0 if comparison.accuracy else 1.0
    spread = "" if math.isnan(entry.std) else f" ± {scale * entry.std:.1f}"
    without = entry.scores_without_zero
    return [
        entry.method,
        *([entry.weights] if comparison.figure == "best" else []),
        *([entry.label or "-"] if _has_sizes(comparison) else []),
        f"{entry.size:.0f}",
        f"{scale * entry.score:.1f}{spread}",
        *([f"{scale * mean(without):.1f}"] if without else []),
        *([] if comparison.accuracy else [human(mean(entry.env_steps)) if entry.env_steps else "-"]),
        str(len(entry.scores)),
    ]
