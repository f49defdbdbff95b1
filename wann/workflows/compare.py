"""Compare: searches and pruned networks on one task, by the same figures."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from wann.errors import OutputError, RunError
from wann.records.cell_row import DENSE
from wann.records.files import write_atomically
from wann.records.find import find_run, resolve
from wann.records.manifest import PRUNE, kind_of, read_manifest
from wann.report.pareto import PRUNED, SEARCHED, Comparison, Entry
from wann.workflows.compare_points import Point, cell_points, champion_point

__all__ = ["Point", "compare", "write_points"]


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
    folders = {folder.resolve(): folder for folder in map(find_run, resolve(runs))}
    for folder in folders.values():  # each once, however it is named
        if kind_of(read_manifest(folder)) == PRUNE:
            points += cell_points(folder, episodes, seed, workers)
        else:
            points.append(champion_point(folder, episodes, seed, workers))
    tasks = list(dict.fromkeys(point.task for point in points))
    if len(tasks) > 1:
        raise RunError(f"the runs are of several tasks: {', '.join(tasks)}; compare those of one at a time")
    return _comparison(points, episodes), points


def _comparison(points: list[Point], episodes: int) -> Comparison:
    groups: dict[tuple[str, ...], list[Point]] = {}
    for point in _told_apart(points):
        groups.setdefault(
            (point.family, point.method, point.label, point.setup, point.definition), []
        ).append(point)
    entries = sorted(map(_entry, groups.values()), key=lambda e: (e.family != SEARCHED, e.size))
    dense = max(filter(_is_dense, entries), key=lambda entry: entry.size, default=None)
    others = tuple(entry for entry in entries if entry is not dense)
    return Comparison(points[0].task, points[0].accuracy, others, dense, _notes(points, episodes))


def _is_dense(entry: Entry) -> bool:
    return entry.family == PRUNED and entry.method.split(" ")[0] == DENSE


def _told_apart(points: list[Point]) -> list[Point]:
    """Points with the runs' names, where networks, trainings, or recipes of one name differ.

    What two runs have made alike, with one seed, is one network and counts once.
    """
    pruned = [point for point in points if point.family == PRUNED]
    several = len({point.setup for point in pruned}) > 1
    kinds = Counter(method for method, _ in {(point.method, point.definition) for point in pruned})
    names: dict[tuple[str, str], str] = {}
    found: dict[tuple[str | int, ...], Point] = {}
    for point in points:
        kind = (point.setup, point.definition)
        key = (point.family, point.method, point.label, point.seed, *(kind if point.setup else (point.run,)))
        run, method = names.setdefault(kind, Path(point.run).name), point.method
        if point.family == PRUNED and (several or kinds[method] > 1):
            method = f"{method} ({run})"
        found.setdefault(key, replace(point, method=method))
    return list(found.values())


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
        env_steps=tuple(point.env_steps for point in points if point.env_steps is not None),
    )


def _notes(points: list[Point], episodes: int) -> tuple[str, ...]:
    control = f"return over {episodes} held-out episodes of {points[0].task}"
    notes = ["accuracy on the test images" if points[0].accuracy else control]
    if any(point.family == SEARCHED for point in points):
        notes.append("searched: the champion at the better of a tuned shared weight and trained weights")
    if not points[0].accuracy:
        notes.append("steps: of the environment, in searching, pruning and training; -: not recorded")
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
