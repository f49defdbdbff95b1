"""What `wann compare` sets side by side: a search's champion, and the cells of a run of `wann prune`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from wann.errors import RunError
from wann.evaluation.backends import make_pool
from wann.pruning.policy_play import TEST_EPISODES, mean_returns
from wann.records.cell_row import CellRow
from wann.records.history import read_history
from wann.records.manifest import read_manifest
from wann.records.network_file import NetworkFile
from wann.records.paths import RunPaths
from wann.records.prune_directory import read_cells, read_prune_config
from wann.report.pareto import PRUNED, SEARCHED
from wann.seeding import Purpose, episode_seeds
from wann.tasks.classification import ClassificationTask
from wann.tasks.task import Task
from wann.workflows.build import build_task, plan_network
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
        setup: what was pruned, and how it was trained; empty for a search.
        definition: of the recipe; empty for a search.
        env_steps: environment steps that choosing and training took; None for a data set, and where the run
            does not say.
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
    setup: str = ""
    definition: str = ""
    env_steps: int | None = None


def champion_point(folder: Path, episodes: int, seed: int, workers: int | None) -> Point:
    """Return the champion of a search, judged on test episodes."""
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
        env_steps=None if report.judgement.n_images else _steps_of(folder, report, weights),
    )


def _steps_of(folder: Path, report: TestReport, weights: str) -> int | None:
    """What the search took and, where its trained weights count, what `wann tune` took for them."""
    rows = read_history(RunPaths(folder).history)
    steps = rows[-1].env_steps if rows else 0
    if weights == "trained" and report.tuned_file is not None:
        steps += int(NetworkFile.load(report.tuned_file).provenance.get("env_steps", 0))
    return steps or None


def best_figure(report: TestReport) -> tuple[float, str]:
    """Return the better of the tuned shared weight and the trained weights, and which it is."""
    shared, trained = report.judgement.tuned.mean, report.judgement.tuned_weights
    if trained is not None and not trained.mean < shared:
        return trained.mean, "trained"
    return shared, "shared"


def cell_points(folder: Path, episodes: int, seed: int, workers: int | None) -> list[Point]:
    """Return the finished cells of a run of `wann prune`.

    Policies are played anew where other test episodes are wanted than those that cells record.

    Raises:
        RunError: there is none.
    """
    manifest, rows = read_manifest(folder), read_cells(folder)
    if not rows:
        raise RunError(f"{folder}: has no finished cell yet; go on with: wann resume {folder}")
    config = read_prune_config(RunPaths(folder), manifest["config_hash"])
    task = build_task(config.task)
    setup = json.dumps(
        [each.model_dump(mode="json") for each in (config.model, config.training, config.policy)]
    )
    scores = [row.score for row in rows]
    if isinstance(task, Task) and (episodes, seed) != (TEST_EPISODES, 0):
        scores = _played(task, [folder / row.network for row in rows], episodes, seed, workers)
    return [
        Point(
            run=str(folder),
            task=task.name,
            accuracy=isinstance(task, ClassificationTask),
            method=row.recipe,
            family=PRUNED,
            weights="trained",
            label=_label(row),
            seed=row.seed,
            score=score,
            connections=row.effective_connections,
            file=str(folder / row.network),
            setup=setup,
            definition=json.dumps(row.definition, sort_keys=True),
            env_steps=row.env_steps,
        )
        for row, score in zip(rows, scores, strict=True)
    ]


def _played(task: Task, files: list[Path], episodes: int, seed: int, workers: int | None) -> list[float]:
    """Return what networks earn with their own weights on test episodes."""
    seeds, scores = episode_seeds(seed, Purpose.TEST, episodes), []
    with make_pool(task, "local", workers) as pool:
        for path in files:
            file = NetworkFile.load(path)
            network = plan_network(file, task, path)
            weights = file.connection_weights(network)
            if weights is None:
                raise RunError(f"{path}: has no weights; restore the file, or make its cell anew")
            scores.append(float(mean_returns(pool, network, weights, seeds)[0][0]))
    return scores


def _label(row: CellRow) -> str:
    return f"n={row.wanted}" if row.wanted else f"{row.density:g}"
