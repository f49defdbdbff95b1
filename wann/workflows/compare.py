"""Compare: searches and pruned networks on one task, by the same figures."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wann.errors import OutputError, RunError
from wann.records.cell_row import DENSE, CellRow
from wann.records.files import write_atomically
from wann.records.find import find_run
from wann.records.manifest import PRUNE, kind_of, read_manifest
from wann.records.paths import RunPaths
from wann.records.prune_directory import read_cells, read_prune_config
from wann.report.pareto import PRUNED, SEARCHED, Comparison, Entry
from wann.tasks.classification import ClassificationTask
from wann.workflows.build import build_task
from wann.workflows.judge import TestReport, test


@dataclass(frozen=True)
class Point:
    """One network.

    Attributes:
        run: the folder that it is in.
        task: its task's name.
        accuracy: whether the score is an accuracy, else a return.
        method, family, weights, label: as in `Entry`.
        seed: of the run or the cell.
        score: on the test images or episodes.
        connections: effective ones.
        file: the network's.
    """

    run: str
    task: str
    accuracy: bool
    method: str
    family: str
    weights: str
    label: str
    seed: int
    score: float
    connections: int
    file: str


def compare(
    runs: Sequence[str | Path], episodes: int = 100, seed: int = 0, workers: int | None = None
) -> tuple[Comparison, list[Point]]:
    """Set runs side by side.

    A search counts with its champion, at its best of a tuned shared weight and, where there are any, trained
    weights. A run of `wann prune` counts with all of its cells that are finished.

    Args:
        runs: folders, or `latest`.
        episodes: test episodes of control tasks.
        seed: of the test episodes.
        workers: threads or processes that judge champions.

    Raises:
        RunError: the runs are of several tasks, or there is nothing to compare in one.
    """
    points: list[Point] = []
    for run in runs:
        folder = find_run(run)
        if kind_of(read_manifest(folder)) == PRUNE:
            points += _cells(folder)
        else:
            points.append(_champion(folder, episodes, seed, workers))
    tasks = list(dict.fromkeys(point.task for point in points))
    if len(tasks) > 1:
        raise RunError(f"the runs are of several tasks: {', '.join(tasks)}; compare those of one at a time")
    return _comparison(points, episodes), points


def _champion(folder: Path, episodes: int, seed: int, workers: int | None) -> Point:
    report, manifest = test(folder, episodes=episodes, seed=seed, workers=workers), read_manifest(folder)
    score, weights = best_figure(report)
    return Point(
        run=str(folder),
        task=report.task.name,
        accuracy=isinstance(report.task, ClassificationTask),
        method=manifest["name"],
        family=SEARCHED,
        weights=weights,
        label="",
        seed=manifest["seed"],
        score=score,
        connections=report.network.n_connections,
        file=str(report.tuned_file or RunPaths(folder).champion),
    )


def best_figure(report: TestReport) -> tuple[float, str]:
    """Return the better of the tuned shared weight and the trained weights, and which it is."""
    shared, trained = report.judgement.tuned.mean, report.judgement.tuned_weights
    if trained is not None and not trained.mean < shared:
        return trained.mean, "trained"
    return shared, "shared"


def _cells(folder: Path) -> list[Point]:
    manifest, rows = read_manifest(folder), read_cells(folder)
    if not rows:
        raise RunError(f"{folder}: has no finished cell yet; go on with: wann resume {folder}")
    task = build_task(read_prune_config(RunPaths(folder), manifest["config_hash"]).task)
    return [
        Point(
            run=str(folder),
            task=task.name,
            accuracy=True,
            method=row.recipe,
            family=PRUNED,
            weights="trained",
            label=_label(row),
            seed=row.seed,
            score=row.score,
            connections=row.effective_connections,
            file=str(folder / row.network),
        )
        for row in rows
    ]


def _label(row: CellRow) -> str:
    return f"n={row.wanted}" if row.wanted else f"{row.density:g}"


def _comparison(points: list[Point], episodes: int) -> Comparison:
    groups: dict[tuple[str, str, str], list[Point]] = {}
    for point in points:
        groups.setdefault((point.family, point.method, point.label), []).append(point)
    entries = sorted(map(_entry, groups.values()), key=lambda e: (e.family != SEARCHED, e.size))
    dense = next((entry for entry in entries if _is_dense(entry)), None)
    others = tuple(entry for entry in entries if not _is_dense(entry))
    return Comparison(points[0].task, points[0].accuracy, others, dense, _notes(points, episodes))


def _is_dense(entry: Entry) -> bool:
    return entry.family == PRUNED and entry.method == DENSE


def _entry(points: list[Point]) -> Entry:
    first, weights = points[0], {point.weights for point in points}
    return Entry(
        method=first.method,
        family=first.family,
        scores=tuple(point.score for point in points),
        connections=tuple(point.connections for point in points),
        seeds=tuple(point.seed for point in points),
        weights=weights.pop() if len(weights) == 1 else "mixed",
        label=first.label,
    )


def _notes(points: list[Point], episodes: int) -> tuple[str, ...]:
    control = f"return over {episodes} held-out episodes"
    notes = ["accuracy on the test images" if points[0].accuracy else control]
    if any(point.family == SEARCHED for point in points):
        notes.append("searched: the champion at the better of a tuned shared weight and trained weights")
    return tuple(notes)


def write_points(path: Path, points: Sequence[Point]) -> None:
    """Write a row for each network as CSV, atomically.

    Raises:
        OutputError: the file cannot be written.
    """
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    columns: tuple[str, ...] = tuple(Point.__dataclass_fields__)
    table.writerow(columns)
    for point in points:
        row: list[Any] = [getattr(point, name) for name in columns]
        table.writerow(row)
    try:
        write_atomically(path, lambda file: file.write(text.getvalue().encode()))
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror or error})") from error
