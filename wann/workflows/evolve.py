"""Evolve and resume: a search from a config or a checkpoint to its stop rule, recorded in a run folder."""

from __future__ import annotations

import hashlib
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from wann.config import Config
from wann.evaluation.pools import cores, make_pool
from wann.records.manifest import begin_session, end_session
from wann.records.run_directory import RunDirectory
from wann.search.search import init
from wann.search.state import GenerationInfo, SearchState
from wann.tasks.task import Task
from wann.workflows.build import build_task
from wann.workflows.generation import AllFailed, next_generation


class Watcher(Protocol):
    """Is told what happens; printing is its business alone."""

    def note(self, text: str) -> None:
        """Something that a person should know, in one line."""

    def begin(self, directory: RunDirectory, task: Task, total: int) -> None:
        """The search begins, or goes on, towards generation `total`."""

    def generation(self, info: GenerationInfo) -> None:
        """A generation is done."""


class Silent:
    """A watcher that says nothing."""

    def note(self, text: str) -> None:
        """Say nothing."""

    def begin(self, directory: RunDirectory, task: Task, total: int) -> None:
        """Say nothing."""

    def generation(self, info: GenerationInfo) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class Outcome:
    """How a session ended: `solved`, `finished`, `interrupted`, ...; `compiled` as the task is."""

    folder: Path
    state: SearchState
    status: str
    compiled: bool


def new_folder(runs: Path, name: str, config: Config) -> Path:
    """A folder for a new run: `runs/<name>/<timestamp>-s<seed>-<hash4>`."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    salt = hashlib.sha256(f"{time.time_ns()}".encode()).hexdigest()[:4]
    return runs / name / f"{stamp}-s{config.run.seed}-{salt}"


def start(config: Config, folder: Path, name: str, watcher: Watcher | None = None) -> Outcome:
    """Make a run folder and search until a stop rule holds.

    Raises:
        WannError: the task, the folder or the backend cannot be had; nothing is left half-made.
    """
    task = build_task(config.task)
    with RunDirectory.create(folder, name, config) as directory:
        return _search(directory, task, None, config.search.generations, watcher or Silent())


def resume(
    folder: Path,
    generations: int | None = None,
    backend: str | None = None,
    workers: int | None = None,
    watcher: Watcher | None = None,
) -> Outcome:
    """Go on with a run from its newest checkpoint; the result equals not having stopped.

    Args:
        folder: the run.
        generations: a new total; None keeps the recorded one.
        backend, workers: who evaluates; None as the config says.
        watcher: is told what happens.

    Raises:
        WannError: the run cannot be opened, or what is replayed does not match what is recorded.
    """
    watcher = watcher or Silent()
    with RunDirectory(folder) as directory:
        state, problems = directory.newest_state()
        for problem in problems:
            watcher.note(f"{problem}; going back to an older one")
        total = generations or directory.manifest["generations"]
        task = build_task(directory.config.task)
        if state and (status := _stop_reason(state, directory, total)):
            watcher.note(f"nothing to do: the run is {status} already, after {state.generation} generations")
            return Outcome(folder, state, status, task.compiled)
        return _search(directory, task, state, total, watcher, backend, workers)


def _search(
    directory: RunDirectory,
    task: Task,
    state: SearchState | None,
    total: int,
    watcher: Watcher,
    backend: str | None = None,
    workers: int | None = None,
) -> Outcome:
    config = directory.config
    backend = backend or config.evaluation.backend
    workers = workers or config.evaluation.workers or cores()
    begin_session(directory.paths, backend, workers, total)
    if state is None:
        state = init(config.search, config.run.seed, task.n_inputs, task.n_outputs, task.output_activation)
    status = "failed"
    try:
        with make_pool(task, backend, workers) as pool, _interruption(watcher) as interrupted:
            watcher.begin(directory, task, total)
            while not interrupted.is_set() and not _stop_reason(state, directory, total):
                told, info = next_generation(state, pool, config)
                directory.record(info, told)
                state = told  # only now: a replay that does not match must leave no checkpoint
                watcher.generation(info)
        status = _stop_reason(state, directory, total) or "interrupted"
    except AllFailed as error:
        directory.log(error.first or "")
        error.args = (f"{error}; the first traceback is in {directory.paths.log}",)
        raise
    except BaseException as error:
        directory.log(f"stopped by {type(error).__name__}: {error}")
        raise
    finally:
        directory.checkpoint(state)
        end_session(directory.paths, status, state.generation)
    return Outcome(directory.paths.folder, state, status, task.compiled)


def _stop_reason(state: SearchState, directory: RunDirectory, total: int) -> str | None:
    rules = directory.config.run
    if rules.solved_score is not None and state.champion and state.champion.score >= rules.solved_score:
        return "solved"
    if state.generation >= total:
        return "finished"
    if rules.max_env_steps is not None and state.env_steps >= rules.max_env_steps:
        return "out of environment steps"
    if rules.max_seconds is not None and state.seconds >= rules.max_seconds:
        # generations that are recorded are replayed, however long that takes now
        return "out of time" if state.generation >= len(directory.history.rows) else None
    return None


@contextmanager
def _interruption(watcher: Watcher) -> Iterator[threading.Event]:
    """Turn the first Ctrl-C or SIGTERM into a flag that the search sees after the running generation.

    A second one interrupts at once.
    """
    interrupted = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield interrupted
        return

    def note(signum: int, frame: object) -> None:
        if interrupted.is_set():
            raise KeyboardInterrupt
        interrupted.set()
        watcher.note("stopping after this generation; once more stops at once")

    previous = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield interrupted
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
