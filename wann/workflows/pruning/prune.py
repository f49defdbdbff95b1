"""Prune: every recipe at every size with every seed, in parallel, recorded cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from wann.config import PruneConfig, rooted
from wann.errors import OutputError, RunExists
from wann.evaluation.pools.pools import cores
from wann.evaluation.room import find_room
from wann.parallel.jobs import Jobs, make_jobs
from wann.parallel.worker import leave_if_imported
from wann.records.cells.directory import PruneDirectory
from wann.records.cells.row import CellRow
from wann.records.cells.working import WorkingFolder, forget_words, under_way
from wann.records.manifest import PRUNE, begin_session, end_session, kind_of, read_manifest
from wann.records.storage.paths import RunPaths
from wann.tasks.task import AnyTask
from wann.workflows.build import build_task, settled
from wann.workflows.interruption import Interruption, interruption
from wann.workflows.origin import changed_since, origin_of_config
from wann.workflows.pruning.plan import Cell, cells_of, dense_name, recipes_of, training_of
from wann.workflows.pruning.rows import cell_files, dense_files
from wann.workflows.pruning.watcher import PruneWatcher, SilentPruning
from wann.workflows.pruning.work import Failure, Job, work
from wann.workflows.search.watcher import say_notes

if TYPE_CHECKING:
    from wann.pruning.dense import DenseNet
    from wann.records.network.file import NetworkFile


@dataclass(frozen=True)
class PruneOutcome:
    """How a session ended: `finished`, `interrupted`, or `failed` where a cell could not be made.

    Attributes:
        folder: of the run.
        rows: all finished cells, in the run's order, the dense networks first.
        failed: name of a cell -> why it could not be made.
    """

    folder: Path
    status: str
    rows: list[CellRow]
    failed: dict[str, str]


def start(config: PruneConfig, folder: Path, name: str, watcher: PruneWatcher | None = None) -> PruneOutcome:
    """Make a run folder and do all cells; a folder that holds this run already is gone on with.

    Args:
        config: what to prune, and how.
        folder: the run's: new, empty, or that of a run with this config.
        name: the config's, for people.
        watcher: is told what happens.

    Raises:
        WannError: the task, the folder or the backend cannot be had; nothing is left half-made.
        KeyboardInterrupt: Ctrl-C came; the cells that were begun are finished and recorded.
    """
    leave_if_imported()
    config, watcher = rooted(config), watcher or SilentPruning()
    with interruption(watcher, "cell") as interrupted:
        config = config.model_copy(update={"task": settled(config.task, watcher.note)})
        if RunPaths(folder).manifest.exists():
            return _go_on(config, folder, watcher, interrupted)
        task = build_task(config.task)
        say_notes(task, watcher)
        with PruneDirectory.create(folder, name, config, _n_cells(config)) as directory:
            return _Session(directory, config, task, watcher).run(interrupted)


def resume(
    folder: Path,
    backend: str | None = None,
    workers: int | None = None,
    watcher: PruneWatcher | None = None,
) -> PruneOutcome:
    """Go on with a run: cells that are finished are left as they are.

    Args:
        folder: the run.
        backend, workers: who does the work; None as the config says.
        watcher: is told what happens.

    Raises:
        DataChanged: the data are not those that finished cells were made of.
        WannError: the run cannot be opened.
        KeyboardInterrupt: Ctrl-C came; the cells that were begun are finished and recorded.
    """
    leave_if_imported()
    watcher = watcher or SilentPruning()
    with interruption(watcher, "cell") as interrupted, PruneDirectory(folder) as directory:
        settings = {"backend": backend, "workers": workers}
        changed = {key: value for key, value in settings.items() if value is not None}
        config = directory.config
        config = config.model_copy(update={"evaluation": config.evaluation.model_copy(update=changed)})
        return _again(directory, config, watcher, interrupted)


def _go_on(
    config: PruneConfig, folder: Path, watcher: PruneWatcher, interrupted: Interruption
) -> PruneOutcome:
    if kind_of(read_manifest(folder)) == PRUNE:
        with PruneDirectory(folder) as directory:
            recorded = directory.config
            if leads_to_the_same(config, recorded):
                return _again(directory, config, watcher, interrupted)
    raise RunExists(
        f"{folder}: holds another run; choose another --run-dir, or go on with it: wann resume {folder}"
    )


def _again(
    directory: PruneDirectory, config: PruneConfig, watcher: PruneWatcher, interrupted: Interruption
) -> PruneOutcome:
    """Go on where the data are those that finished cells were made of.

    Raises:
        DataChanged: they are not.
    """
    task = build_task(config.task)
    changed = changed_since(directory.paths.folder, directory.manifest, config, task, watcher.note)
    return _Session(directory, config, task, watcher, changed).run(interrupted)


def leads_to_the_same(config: PruneConfig, recorded: PruneConfig) -> bool:
    """Whether two configs make the same cells, whoever does the work, and whatever rates nothing uses."""
    same = {"evaluation": recorded.evaluation}
    if not _finetunes(config):
        keys = ("finetune_rate", "finetune_schedule")
        unused = {key: getattr(recorded.training, key) for key in keys}
        same |= {"training": config.training.model_copy(update=unused)}
    return config.model_copy(update=same) == recorded


def _finetunes(config: PruneConfig) -> bool:
    return any(stage.retraining == "finetune" for recipe in recipes_of(config) for stage in recipe.stages)


def _n_cells(config: PruneConfig) -> int:
    return len(cells_of(config)) + len(config.prune.seeds)


class _Session:
    """One process at work on a run."""

    def __init__(
        self,
        directory: PruneDirectory,
        config: PruneConfig,
        task: AnyTask,
        watcher: PruneWatcher,
        changed: Sequence[str] = (),
    ) -> None:
        self.changed = changed  # since the session before
        self.directory, self.config, self.task, self.watcher = directory, config, task, watcher
        self.finished, problems = directory.finished()
        for problem in problems:
            watcher.note(f"{problem}; it is made again")
        if directory.of_earlier_version and _finetunes(config):
            watcher.note(
                f"begun by an earlier version: finetune goes on as it did then, at the rate "
                f"{config.training.finetune_rate:g}; a new run has training.finetune_rate"
            )
        self.failed: dict[str, str] = {}
        self.dense: dict[int, DenseNet] = {}
        self.running: dict[int, Cell | int] = {}  # job -> its cell, or the seed of a dense network
        cells = cells_of(config)
        self.names = [*(dense_name(seed) for seed in config.prune.seeds), *(cell.name for cell in cells)]
        self.waiting = [cell for cell in cells if cell.name not in self.finished]

    def run(self, interrupted: Interruption) -> PruneOutcome:
        """Do what is not done yet."""
        paths, settings = self.directory.paths, self.config.evaluation
        seeds = self._seeds_to_train()
        if not seeds:
            self.watcher.note(f"nothing to do: all {len(self.names)} cells are finished already")
            return self._outcome("finished")
        wanted = min(settings.workers or cores(), len(seeds) + len(self.waiting))
        workers, told = find_room(self.task, wanted, settings.backend)
        if told:
            self.watcher.note(told)
        origin = origin_of_config(self.config, self.task)
        begin_session(paths, settings.backend, workers, len(self.names), origin, self.changed)
        status = "failed"
        try:
            with make_jobs(self.task, work, settings.backend, workers) as jobs:
                forget_words(paths.working)
                self.watcher.begin(
                    self._title(), len(self._rows()), len(self.names), partial(under_way, paths.working)
                )
                while True:
                    while jobs.busy < jobs.workers and not interrupted.is_set() and self._give(jobs, seeds):
                        pass
                    if not jobs.busy:
                        break
                    self._take(jobs)
            left = len(self.names) - len(self._rows()) - len(self.failed)
            status = "interrupted" if left else "failed" if self.failed else "finished"
        except KeyboardInterrupt:
            status = "interrupted"
            self.watcher.note(f"stopped; go on with: wann resume {paths.folder}")
            raise
        except BaseException as error:
            self.directory.log(f"stopped by {type(error).__name__}: {error}")
            raise
        finally:
            with interrupted.held(), suppress(OSError):  # what went wrong is on its way already
                self.directory.write_table(self._rows())
                end_session(paths, status, len(self._rows()))
        return self._outcome(status)

    def _seeds_to_train(self) -> list[int]:
        """Seeds whose dense network is needed, or is not recorded."""
        needed = {cell.seed for cell in self.waiting}
        return [
            seed
            for seed in self.config.prune.seeds
            if seed in needed or dense_name(seed) not in self.finished
        ]

    def _give(self, jobs: Jobs, seeds: list[int]) -> bool:
        """Begin the next job whose dense network is there, else the next dense network; False: none can."""
        for k, cell in enumerate(self.waiting):
            if cell.seed in self.dense:
                self.running[jobs.give(self._job(cell.seed, cell))] = self.waiting.pop(k)
                return True
        if not seeds:
            return False
        seed = seeds.pop(0)
        self.running[jobs.give(self._job(seed))] = seed
        return True

    def _job(self, seed: int, cell: Cell | None = None) -> Job:
        model = self.config.model
        dense = self.dense[seed] if cell else None
        working = (self.directory.paths.working / (cell.name if cell else dense_name(seed))).absolute()
        return Job(model.hidden, model.activation, training_of(self.config), seed, cell, dense, working)

    def _take(self, jobs: Jobs) -> None:
        """Record the next answer."""
        number, answer = jobs.take()
        subject = self.running.pop(number)
        if isinstance(answer, Failure):
            return self._fail(subject, answer)
        if isinstance(subject, Cell):
            row, network = cell_files(subject, answer, self.directory.config, self.task.facts)
        else:
            self.dense[subject] = answer = self._with_its_seconds(answer)
            row, network = dense_files(answer, self.directory.config, self.task.facts)
        if row.cell not in self.finished:
            self._record(row, network)
        left = {cell.seed for cell in (*self.waiting, *self.running.values()) if isinstance(cell, Cell)}
        for seed in self.dense.keys() - left:  # dense networks are large
            del self.dense[seed]
            WorkingFolder(self.directory.paths.working / dense_name(seed)).remove()
        return None

    def _with_its_seconds(self, dense: DenseNet) -> DenseNet:
        """One that was trained before, and is gone on with here, took what it took then."""
        row = self.finished.get(dense_name(dense.seed))
        return dense if row is None else replace(dense, seconds=row.seconds)

    def _record(self, row: CellRow, network: NetworkFile) -> None:
        try:
            self.directory.record(row, network)
            self.finished[row.cell] = row
            self.directory.write_table(self._rows())
        except OSError as error:
            raise OutputError(
                f"{self.directory.paths.folder}: the run cannot be written ({error.strerror or error}); "
                "`wann resume` goes on when there is room again"
            ) from error
        self.watcher.cell(row, len(self._rows()), len(self.names))

    def _fail(self, subject: Cell | int, failure: Failure) -> None:
        """Note a cell that cannot be made, and with a dense network all that would be made of it."""
        name = subject.name if isinstance(subject, Cell) else dense_name(subject)
        self.failed[name] = failure.line
        if not isinstance(subject, Cell):
            self.failed |= {cell.name: failure.line for cell in self.waiting if cell.seed == subject}
            self.waiting = [cell for cell in self.waiting if cell.seed != subject]
        self.directory.log(f"{name} failed:\n{failure.trace}")
        self.watcher.note(f"{name}: {failure.line}")

    def _rows(self) -> list[CellRow]:
        return [self.finished[name] for name in self.names if name in self.finished]

    def _title(self) -> str:
        model, section = self.config.model, self.config.prune
        shape = "-".join(map(str, (self.task.n_inputs, *model.hidden, self.task.n_outputs)))
        sizes = len(section.densities) + len(section.connections)
        recipes = (len(self.names) - len(section.seeds)) // (sizes * len(section.seeds))
        grid = ((recipes, "recipe"), (sizes, "size"), (len(section.seeds), "seed"))
        factors = " x ".join(f"{count} {name}{'s' * (count > 1)}" for count, name in grid)
        return f"{self.task.name}, {shape} {model.activation}: {factors}"

    def _outcome(self, status: str) -> PruneOutcome:
        return PruneOutcome(self.directory.paths.folder, status, self._rows(), self.failed)
