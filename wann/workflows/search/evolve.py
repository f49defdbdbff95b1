"""Evolve and resume: a search from a config or a checkpoint to its stop rule, recorded in a run folder."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

from wann.config import Config, rooted
from wann.errors import ConfigError, OutputError
from wann.evaluation.players.stepped.hints import gist
from wann.evaluation.pools.backends import make_pool
from wann.evaluation.pools.pools import ChunkedPool, cores
from wann.parallel.worker import leave_if_imported
from wann.records.manifest import begin_session, end_session, note_session
from wann.records.run.curves import check_tensorboard
from wann.records.run.directory import RunDirectory
from wann.records.run.reading import RecordedRun
from wann.records.target import name_of
from wann.search.search import check_search, init
from wann.search.state import GenerationInfo, SearchState
from wann.tasks.classification import ClassificationTask
from wann.tasks.task import AnyTask
from wann.workflows.build import build_task, settled
from wann.workflows.interruption import Interruption, interruption
from wann.workflows.origin import changed_since, origin_of_config
from wann.workflows.search.generation import AllFailed, next_generation, prepare
from wann.workflows.search.stopping import StopRules, changed_rules, recorded_rules
from wann.workflows.search.watcher import Silent, Watcher, say_notes

# The status of a search that came to its end, where that means little.
MOSTLY_FAILED = "most episodes failed"


@dataclass(frozen=True)
class Outcome:
    """How a session ended: `solved`, `finished`, `interrupted`, ..., of which task and by which rules.

    Attributes:
        failure: the first failed episode of this session in one line, or None.
    """

    folder: Path
    state: SearchState
    status: str
    task: AnyTask
    rules: StopRules
    failure: str | None = None

    @property
    def compiled(self) -> bool:
        """Whether episodes run in compiled dynamics."""
        return self.task.compiled

    @property
    def classifies(self) -> bool:
        """Whether the task is a data set's."""
        return isinstance(self.task, ClassificationTask)

    @property
    def mostly_failed(self) -> bool:
        """Whether more than half of all episodes failed."""
        return mostly_failed(self.state)


def mostly_failed(state: SearchState) -> bool:
    """Whether more than half of a search's episodes failed."""
    return 2 * state.failed > state.evaluations


def new_folder(runs: Path, name: str, seed: int) -> Path:
    """A folder for a new run: `runs/<name>/<timestamp>-s<seed>-<hash4>`."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    salt = hashlib.sha256(f"{time.time_ns()}".encode()).hexdigest()[:4]
    return runs / name / f"{stamp}-s{seed}-{salt}"


def start(
    config: Config,
    folder: Path,
    name: str,
    watcher: Watcher | None = None,
    pool: ChunkedPool | None = None,
    tensorboard: bool = False,
) -> Outcome:
    """Make a run folder and search until a stop rule holds.

    Args:
        config: what to search for, and how.
        folder: the run's, which must be new or empty.
        name: the config's, for people.
        watcher: is told what happens.
        pool: who evaluates, made for the config's task; it is left open. None makes one as the config says.
        tensorboard: write the history as curves for TensorBoard too.

    Raises:
        WannError: the task, the folder or the backend cannot be had; nothing is left half-made.
        KeyboardInterrupt: Ctrl-C came; the run is saved as it was after the running generation.
    """
    leave_if_imported()
    config, watcher = rooted(config), watcher or Silent()
    if config.topology:
        raise ConfigError([f"topology: {name} has a fixed one, which is trained: wann tune CONFIG"])
    if tensorboard:
        check_tensorboard()
    check_search(config.search)
    # from the beginning: what compiles meanwhile would swallow the KeyboardInterrupt of a Ctrl-C
    with interruption(watcher) as interrupted:
        if pool is None:
            config = config.model_copy(update={"task": settled(config.task, watcher.note)})
        task = pool.task if pool else build_task(config.task)
        if pool is None:
            say_notes(task, watcher)
        with RunDirectory.create(folder, name, config, task.facts) as directory:
            if tensorboard:
                directory.draw_curves()
            return _search(directory, task, None, StopRules.of(config), watcher, interrupted, pool=pool)


def resume(
    folder: Path,
    generations: int | None = None,
    backend: str | None = None,
    workers: int | None = None,
    watcher: Watcher | None = None,
    tensorboard: bool = False,
    overrides: Sequence[str] = (),
) -> Outcome:
    """Go on with a run from its newest checkpoint; the result equals not having stopped.

    Args:
        folder: the run.
        generations: a new total; None keeps the recorded one.
        backend, workers: who evaluates; None as the config says.
        watcher: is told what happens.
        tensorboard: write curves for TensorBoard from now on; a run that has some goes on with them anyway.
        overrides: as `--set`, of the keys in `wann.workflows.search.stopping.CHANGEABLE`; none changes
            what is computed, only when it stops. They hold for later sessions too.

    Raises:
        ConfigError: an override is wrong, or of what cannot change.
        DataChanged: the data are not those that the run began with.
        WannError: the run cannot be opened, or what is replayed does not match what is recorded.
        KeyboardInterrupt: Ctrl-C came; the run is saved as it was after the running generation.
    """
    leave_if_imported()
    watcher = watcher or Silent()
    if tensorboard:
        check_tensorboard()
    RecordedRun(folder).check_searched()
    with interruption(watcher) as interrupted, RunDirectory(folder) as directory:
        if tensorboard or directory.paths.tensorboard.is_dir():
            _go_on_with_curves(directory, watcher)
        state, problems = directory.newest_state()
        for problem in problems:
            watcher.note(f"{problem}; going back to an older one")
        so_far = recorded_rules(directory.config, directory.manifest, str(directory.paths.manifest))
        rules = changed_rules(so_far, overrides, generations)
        if state and state.champion:
            directory.record_champion(state.champion)  # in case its file was lost
        task = build_task(directory.config.task)
        changed = changed_since(
            directory.paths.folder, directory.manifest, directory.config, task, watcher.note
        )
        if state and (status := _ending(state, directory, rules)):
            watcher.note(
                f"nothing to do: the run is {status} already, after {state.generation} generations; "
                f"to search on: wann resume {name_of(folder)} {' '.join(rules.further(state))}"
            )
            return Outcome(folder, state, status, task, rules)
        return _search(directory, task, state, rules, watcher, interrupted, backend, workers, changed=changed)


def _go_on_with_curves(directory: RunDirectory, watcher: Watcher) -> None:
    try:
        directory.draw_curves()
    except (OutputError, OSError) as error:  # they catch up with the history when the package is there again
        watcher.note(f"the curves in {directory.paths.tensorboard} do not go on: {error}")


def _search(
    directory: RunDirectory,
    task: AnyTask,
    state: SearchState | None,
    rules: StopRules,
    watcher: Watcher,
    interrupted: Interruption,
    backend: str | None = None,
    workers: int | None = None,
    pool: ChunkedPool | None = None,
    changed: Sequence[str] = (),
) -> Outcome:
    config = directory.config
    backend = backend or config.evaluation.backend
    workers = workers or config.evaluation.workers or cores()
    origin = origin_of_config(config, task)
    own = rules.to_json()
    begin_session(directory.paths, backend, workers, rules.generations, origin, changed, own)
    if state is None:
        state = init(config.search, config.run.seed, task.n_inputs, task.n_outputs, task.output_activation)
    status, told_failure = "failed", False
    try:
        with nullcontext(pool) if pool else make_pool(task, backend, workers, watcher.note) as pool:
            watcher.begin(config, task, state.generation, rules.generations)
            pool.first_error = None  # one pool may serve several runs
            _note_environments(directory, pool, watcher)
            prepare(pool, config)
            while not interrupted.is_set() and not rules.reason(state, len(directory.history.rows)):
                following, info = next_generation(state, pool, config)
                _record(directory, info, following)
                state = following  # only now: no checkpoint ahead of the rows, or of a replay that differs
                watcher.generation(info)
                if pool.first_error and not told_failure:
                    told_failure = True
                    directory.log(f"the first episode that failed:\n{pool.first_error}")
                    watcher.note(
                        f"episodes fail; the first: {gist(pool.first_error)}; its traceback is in "
                        f"{directory.paths.log}"
                    )
        status = _ending(state, directory, rules) or "interrupted"
    except KeyboardInterrupt:
        status = "interrupted"
        watcher.note(f"stopped; go on with: wann resume {directory.paths.folder}")
        raise
    except AllFailed as error:
        directory.log(error.first or "")
        first = f"; the first: {gist(error.first)}" if error.first else ""
        error.args = (f"{error}{first}; the first traceback is in {directory.paths.log}",)
        raise
    except BaseException as error:
        directory.log(f"stopped by {type(error).__name__}: {error}")
        raise
    finally:
        with interrupted.held():
            with suppress(OSError):  # what went wrong is on its way already
                directory.checkpoint(state)
            with suppress(OSError):
                facts = {"episodes": state.evaluations, "failed_episodes": state.failed}
                end_session(directory.paths, status, state.generation, **facts)
    failure = gist(pool.first_error) if pool.first_error else None
    return Outcome(directory.paths.folder, state, status, task, rules, failure)


def _note_environments(directory: RunDirectory, pool: ChunkedPool, watcher: Watcher) -> None:
    """Say whether environments are used again."""
    if pool.verdict is None:
        return
    note_session(directory.paths, environments=str(pool.verdict))
    directory.log(f"environments: {pool.verdict}")
    if not pool.verdict.reuse:
        watcher.note(f"environments are {pool.verdict}")


def _record(directory: RunDirectory, info: GenerationInfo, state: SearchState) -> None:
    try:
        directory.record(info, state)
    except OSError as error:
        raise OutputError(
            f"{directory.paths.folder}: the run cannot be written ({error.strerror or error}); it is stopped "
            "after its last whole generation, and `wann resume` goes on when there is room again"
        ) from error


def _ending(state: SearchState, directory: RunDirectory, rules: StopRules) -> str | None:
    """The status with which a search is over, None where it goes on."""
    reason = rules.reason(state, len(directory.history.rows))
    return MOSTLY_FAILED if reason not in (None, "solved") and mostly_failed(state) else reason
