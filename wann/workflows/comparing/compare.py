"""Compare: searches, pruned networks and network files on one task, by the same figure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from wann.errors import RunError
from wann.records.cells.row import DENSE
from wann.report.pareto import PRUNED, SEARCHED, Comparison, Entry
from wann.workflows.comparing.candidates import Candidate, read_candidates
from wann.workflows.comparing.figures import Figure
from wann.workflows.comparing.methods import each_once, methods_of, notes_on_runs
from wann.workflows.comparing.points import Point, points_of, write_points
from wann.workflows.origin import changes_of

__all__ = ["Figure", "Point", "compare", "write_points"]


def compare(
    runs: Sequence[str | Path],
    episodes: int = 100,
    seed: int = 0,
    workers: int | None = None,
    figure: Figure | str = Figure.BEST,
    say: Callable[[Sequence[str]], None] = lambda lines: None,
) -> tuple[Comparison, list[Point]]:
    """Set runs and networks side by side.

    A search counts with its champion, a run of `wann prune` with all of its cells that are finished, a
    network file or a champion of the zoo with itself. Settings that differ are methods that differ; seeds
    of one setting are seeds of one method.

    Args:
        runs: run folders, `latest`, network files, or `zoo:NAME`.
        episodes: test episodes of control tasks.
        seed: of the test episodes.
        workers: threads or processes that judge networks.
        figure: by which all of them count. By `best`, a search counts with the better of a tuned shared
            weight and trained weights, a network file with its trained weights or else its shared weight, and
            a cell with its trained weights.
        say: is given what has changed since the runs were made, before anything is played.

    Raises:
        RunError: they are of several tasks, or there is nothing to compare in one, or none has the figure.
    """
    figure = Figure(figure)
    read, notes = read_candidates(runs)
    candidates, twice = each_once(read)
    say(_changes(candidates))
    methods = methods_of(candidates, figure)
    notes += [*twice, *notes_on_runs(candidates, methods)]
    found = list(points_of(candidates, methods, figure, episodes, seed, workers))
    without = [each for each, point in zip(candidates, found, strict=True) if point is None]
    points = [point for point in found if point is not None]
    if not points:
        raise RunError(f"--figure {figure}: none of them has trained weights; wann tune trains them")
    if without:
        names = ", ".join(str(each.target) for each in without)
        notes.append(f"left out, no trained weights: {names}")
    return _comparison(points, figure, episodes, notes), points


def _changes(candidates: Sequence[Candidate]) -> list[str]:
    """What is not as it was when the runs were made; cells of one run share their task."""
    runs = {each.run: each for each in candidates}
    return [line for each in runs.values() for line in changes_of(each.path, each.file.task, each.task)]


def _comparison(points: list[Point], figure: Figure, episodes: int, notes: list[str]) -> Comparison:
    groups: dict[tuple[str, ...], list[Point]] = {}
    for point in points:
        groups.setdefault((point.family, point.method, point.label), []).append(point)
    entries = sorted(map(_entry, groups.values()), key=lambda e: (e.family != SEARCHED, e.size))
    dense = max(filter(_is_dense, entries), key=lambda entry: entry.size, default=None)
    others = tuple(entry for entry in entries if entry is not dense)
    first = points[0]
    what = f"return over {episodes} held-out episodes of {first.task}"
    said = ["accuracy on the test images" if first.accuracy else what, f"figure {figure}: {figure.told}"]
    if not first.accuracy:
        said.append("steps: of the environment, in searching, pruning and training; -: not recorded")
    return Comparison(first.task, first.accuracy, others, dense, (*said, *notes), figure.value, figure.told)


def _is_dense(entry: Entry) -> bool:
    return entry.family == PRUNED and entry.method.split(" ")[0] == DENSE


def _entry(points: list[Point]) -> Entry:
    first, weights = points[0], {point.weights for point in points}
    without = [point.score_without_zero for point in points if point.score_without_zero is not None]
    return Entry(
        method=first.method,
        family=first.family,
        scores=tuple(point.score for point in points),
        connections=tuple(point.connections for point in points),
        seeds=tuple(point.seed for point in points),
        weights=weights.pop() if len(weights) == 1 else "mixed",
        label=first.label,
        env_steps=tuple(point.env_steps for point in points if point.env_steps is not None),
        scores_without_zero=tuple(without),
    )
