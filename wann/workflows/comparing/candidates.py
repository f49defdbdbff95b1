"""What may be compared, read from disk before anything is played: searches, network files, cells."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wann.errors import RunError
from wann.records.cells.directory import read_cells, read_prune_config
from wann.records.cells.row import CellRow
from wann.records.manifest import PRUNE, kind_of, read_manifest
from wann.records.network.file import NetworkFile
from wann.records.run.history import read_history
from wann.records.run.reading import load_unchanged
from wann.records.storage.paths import RunPaths
from wann.records.target import find_network, find_run, find_tuned, in_zoo, resolve
from wann.report.pareto import PRUNED, SEARCHED
from wann.tasks.classification import ClassificationTask
from wann.tasks.task import AnyTask
from wann.workflows.build import build_task
from wann.workflows.comparing.settings import Settings, flat, prune_settings, search_settings

# A search that came to its end before its last generation.
_AT_AN_END = ("solved", "out of time", "out of environment steps")


@dataclass(frozen=True)
class Candidate:
    """One network that may be compared.

    Attributes:
        target: what `wann test` calls it.
        run: the folder, or the file, that it is in.
        base: what it is called before settings tell methods apart: a config, a recipe, a file.
        family: `searched` or `pruned`.
        seed: of the run or the cell, None where a file does not say.
        task: its task.
        file, path: its network.
        setup: settings around the search or the recipe.
        definition: settings of the search or the recipe.
        tuning: settings of the tuning that left trained weights beside it, empty without one.
        env_steps: that choosing it took; None where nothing says so.
        tuning_steps: that training its weights took.
        status: as in the manifest, empty for a file.
        generations: rows of its history, and how many were asked for.
        cell: the row, of a cell.
        named: whether it was named itself, as a network file or a champion of the zoo.
    """

    target: str | Path
    run: str
    base: str
    family: str
    seed: int | None
    task: AnyTask
    file: NetworkFile
    path: Path
    setup: Settings
    definition: Settings
    tuning: Settings = field(default_factory=dict)
    env_steps: int | None = None
    tuning_steps: int = 0
    status: str = ""
    generations: tuple[int, int] | None = None
    cell: CellRow | None = None
    named: bool = False

    @property
    def stopped_early(self) -> bool:
        """Whether it is of a search that has neither solved its task nor come to one of its limits."""
        short = self.generations is not None and self.generations[0] < self.generations[1]
        return short and self.status not in _AT_AN_END

    @property
    def content(self) -> tuple[Any, ...]:
        """What two equal networks share."""
        tuned = find_tuned(self.target) if self.cell is None else None
        file = tuned[0] if tuned else self.file
        weights = None if file.weights is None else file.weights.tobytes()
        return self.file.genome.digest, weights


def read_candidates(targets: Sequence[str | Path]) -> tuple[list[Candidate], list[str]]:
    """Read all that targets name, each once however it is named, and what a reader must know of it.

    Raises:
        WannError: one cannot be read, has nothing to compare, or they are of several tasks.
    """
    found: dict[object, list[Candidate]] = {}
    notes: list[str] = []
    for target in resolve(targets):
        where = str(target) if in_zoo(target) else Path(target).resolve()
        if where in found:
            continue
        if in_zoo(target) or Path(target).is_file():
            found[where] = [_file(target)]
        elif kind_of(read_manifest(find_run(target))) == PRUNE:
            found[where] = list(_cells(Path(target)))
            asked = read_manifest(Path(target))["generations"]
            if len(found[where]) < asked:
                notes.append(f"{target}: {len(found[where])} of {asked} cells are finished")
        else:
            found[where] = [_search(Path(target))]
    candidates = [each for group in found.values() for each in group]
    _check_tasks(candidates)
    return candidates, notes


def _file(target: str | Path) -> Candidate:
    file, path = find_network(target)
    base = str(target) if in_zoo(target) else path.name
    seed = file.provenance.get("seed")
    tuned = find_tuned(target)
    return Candidate(
        target=target,
        run=str(target),
        base=base,
        family=SEARCHED if "recipe" not in file.provenance else PRUNED,
        seed=seed if type(seed) is int else None,
        task=build_task(file.task),
        file=file,
        path=path,
        setup=flat(file.task.model_dump(mode="json", exclude_none=True), "task"),
        definition={"file": str(target)},
        tuning=_tuning(tuned and tuned[0]),
        env_steps=_steps(file),
        tuning_steps=(_steps(tuned[0]) if tuned else None) or 0,
        named=True,
    )


def _search(folder: Path) -> Candidate:
    file, path = find_network(folder)
    manifest, paths = read_manifest(folder), RunPaths(folder)
    config = load_unchanged(paths, manifest["config_hash"])
    settings, rows = search_settings(config), read_history(paths.history)
    tuned = find_tuned(folder)
    return Candidate(
        target=folder,
        run=str(folder),
        base=manifest["name"],
        family=SEARCHED,
        seed=manifest["seed"],
        task=build_task(config.task),
        file=file,
        path=path,
        setup={key: value for key, value in settings.items() if not key.startswith("search.")},
        definition={key: value for key, value in settings.items() if key.startswith("search.")},
        tuning=_tuning(tuned and tuned[0]),
        env_steps=rows[-1].env_steps if rows else None,
        tuning_steps=(_steps(tuned[0]) if tuned else None) or 0,
        status=manifest["status"],
        generations=None if config.topology else (len(rows), manifest["generations"]),
    )


def _cells(folder: Path) -> Iterator[Candidate]:
    manifest, rows = read_manifest(folder), read_cells(folder)
    if not rows:
        raise RunError(f"{folder}: has no finished cell yet; go on with: wann resume {folder}")
    config = read_prune_config(RunPaths(folder), manifest["config_hash"])
    task, setup = build_task(config.task), prune_settings(config)
    for row in rows:
        path = folder / row.network
        definition = {key: value for key, value in row.definition.items() if key != "name"}
        yield Candidate(
            target=path,
            run=str(folder),
            base=row.recipe,
            family=PRUNED,
            seed=row.seed,
            task=task,
            file=NetworkFile.load(path),
            path=path,
            setup=setup,
            definition=flat(definition),
            env_steps=row.env_steps,
            status=manifest["status"],
            cell=row,
        )


def _tuning(tuned: NetworkFile | None) -> dict[str, Any]:
    """How weights were trained by `wann tune`, as its file says: all but the seed, which is as a search's."""
    if tuned is None:
        return {"tuning": "none"}
    said = tuned.provenance
    settings = said.get("settings")
    own = settings if isinstance(settings, dict) else {}
    parts = {key: said.get(key) for key in ("method", "start", "iterations")} | own
    return {"tuning": "own"} | flat(parts, "tuning")


def _steps(file: NetworkFile) -> int | None:
    steps = file.provenance.get("env_steps")
    return steps if type(steps) is int else None


def _check_tasks(candidates: Sequence[Candidate]) -> None:
    """See that all are of one task: before anything is played, which may take long.

    Raises:
        RunError: they are of several.
    """
    tasks = {_task_key(each.task): each for each in reversed(candidates)}
    if len(tasks) > 1:
        first = list(reversed(tasks.values()))
        names = list(dict.fromkeys(each.task.name for each in first))
        if len(names) < len(first):  # what is equal in name differs in something else
            names = [f"{_task_told(each.task)} in {each.run}" for each in first]
        raise RunError(f"the runs are of several tasks: {', '.join(names)}; compare those of one at a time")


def _task_key(task: AnyTask) -> object:
    """What equal tasks share: the environment and how long an episode may be, or all images."""
    if isinstance(task, ClassificationTask):
        test = task.data.test
        return task.name, test.images.shape, test.images.tobytes(), test.labels.tobytes()
    return task.env, json.dumps(dict(task.kwargs), sort_keys=True, default=str), task.max_steps


def _task_told(task: AnyTask) -> str:
    if isinstance(task, ClassificationTask):
        return f"{task.name} ({len(task.data.test)} test images)"
    kwargs = "".join(f", {key}={value}" for key, value in task.kwargs.items())
    return f"{task.name} (at most {task.max_steps} steps{kwargs})"
