"""One network of a comparison, with its score under the figure that was chosen."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wann.errors import OutputError, RunError
from wann.evaluation.pools.backends import make_pool
from wann.judging.names import TRAINED
from wann.pruning.learners.play import TEST_EPISODES, mean_returns
from wann.records.cells.row import CellRow
from wann.records.storage.files import write_atomically
from wann.records.target import find_tuned
from wann.seeding import Purpose, episode_seeds
from wann.tasks.classification import ClassificationTask
from wann.tasks.task import Task
from wann.workflows.build import plan_network
from wann.workflows.comparing.candidates import Candidate
from wann.workflows.comparing.figures import Figure, Score, score_of
from wann.workflows.judge import test


@dataclass(frozen=True)
class Point:
    """One network.

    Attributes:
        run: the folder that it is in, or its own name where it was named itself.
        task: its task's name.
        accuracy: whether the score is an accuracy, else a return.
        figure: by which it counts (`Figure`).
        method, family, weights, label: as in `Entry`.
        seed: of the run or the cell; None where a file does not say.
        score: on the test images or episodes.
        score_without_zero: the same without the weight 0, of a figure over a grid that holds it.
        connections: effective ones.
        file: the network's, or that of its trained weights where they count.
        setup: what is around the search or the recipe, as JSON: the network, its training, its evaluation.
        definition: of the search or the recipe, as JSON.
        env_steps: environment steps that choosing and training took; None for a data set, and where the run
            does not say.
        status: of the run; empty for a network file.
        generations, of_generations: that a search went through, and that it was asked for.
    """

    run: str
    task: str
    accuracy: bool
    figure: str
    method: str
    family: str
    weights: str
    label: str
    seed: int | None
    score: float
    score_without_zero: float | None
    connections: int
    file: str
    setup: str = ""
    definition: str = ""
    env_steps: int | None = None
    status: str = ""
    generations: int | None = None
    of_generations: int | None = None


def points_of(
    candidates: Sequence[Candidate],
    methods: Sequence[str],
    figure: Figure,
    episodes: int,
    seed: int,
    workers: int | None,
) -> Iterator[Point | None]:
    """Yield each candidate's point, None where it has no such figure."""
    for candidate, method in zip(candidates, methods, strict=True):
        if candidate.cell is not None and figure in (Figure.BEST, Figure.TRAINED):
            score = Score(_cell_score(candidate, candidate.cell, episodes, seed, workers), "trained")
            connections, file = candidate.cell.effective_connections, candidate.path
        else:
            score, connections, file = _judged(candidate, figure, episodes, seed, workers)
        yield score and _point(candidate, method, figure, score, connections, file)


def _judged(
    candidate: Candidate, figure: Figure, episodes: int, seed: int, workers: int | None
) -> tuple[Score | None, int, Path]:
    regimes = _regimes(candidate, figure)
    if not regimes:
        return None, 0, candidate.path
    own = candidate.file.shared_weight if candidate.named and figure is Figure.BEST else None
    report = test(
        candidate.target,
        episodes=episodes,
        seed=seed,
        workers=workers,
        own_weights=[] if own is None else [own],
        regimes=regimes,
    )
    score = score_of(report.judgement, figure)
    if candidate.named and figure is Figure.BEST:  # a file counts with what it holds
        if report.judgement.tuned_weights is not None:
            score = Score(report.judgement.tuned_weights.mean, "trained")
        elif report.judgement.own is not None:
            score = Score(report.judgement.own.mean, "shared")
    trained = score is not None and score.weights in ("trained", "signed")
    file = report.tuned_file if trained and report.tuned_file else candidate.path
    return score, report.network.n_connections, file


def _regimes(candidate: Candidate, figure: Figure) -> list[str]:
    """What has to be played for a figure; nothing where that needs trained weights and there are none."""
    asked = ["tuned-shared", "trained"] if figure is Figure.BEST else [figure.value]
    trained = candidate.file.weights is not None or find_tuned(candidate.target) is not None
    return asked if trained else [name for name in asked if name not in TRAINED]


def _cell_score(candidate: Candidate, row: CellRow, episodes: int, seed: int, workers: int | None) -> float:
    """What the cell recorded; a policy is played anew where other episodes are wanted than it recorded."""
    task = candidate.task
    if not isinstance(task, Task) or (episodes, seed) == (TEST_EPISODES, 0):
        return row.score
    network = plan_network(candidate.file, task, candidate.path)
    weights = candidate.file.connection_weights(network)
    if weights is None:
        raise RunError(f"{candidate.path}: has no weights; restore the file, or make its cell anew")
    with make_pool(task, "local", workers) as pool:
        return float(mean_returns(pool, network, weights, episode_seeds(seed, Purpose.TEST, episodes))[0][0])


def _point(
    candidate: Candidate, method: str, figure: Figure, score: Score, connections: int, file: Path
) -> Point:
    accuracy, row = isinstance(candidate.task, ClassificationTask), candidate.cell
    steps = candidate.env_steps
    if steps is not None and score.weights in ("trained", "signed"):
        steps += candidate.tuning_steps
    generations, asked = candidate.generations or (None, None)
    return Point(
        run=candidate.run,
        task=candidate.task.name,
        accuracy=accuracy,
        figure=figure.value,
        method=method,
        family=candidate.family,
        weights=score.weights,
        label=(f"n={row.wanted}" if row.wanted else f"{row.density:g}") if row else "",
        seed=candidate.seed,
        score=score.mean,
        score_without_zero=score.without_zero,
        connections=connections,
        file=str(file),
        setup=json.dumps(candidate.setup, sort_keys=True, default=str),
        definition=json.dumps(candidate.definition, sort_keys=True, default=str),
        env_steps=None if accuracy else steps or None,
        status=candidate.status,
        generations=generations,
        of_generations=asked,
    )


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
