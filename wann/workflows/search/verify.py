"""Verify: replay a run from what it was made of, and compare it with what it recorded, row by row."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wann.errors import GenomeError, RunDamaged, RunNotFound
from wann.evaluation.pools.backends import make_pool
from wann.evaluation.pools.pools import ChunkedPool
from wann.records.run.reading import RecordedRun, Snapshot
from wann.search.search import init
from wann.search.state import GenerationInfo, SearchState
from wann.tasks.task import AnyTask
from wann.workflows.build import build_task
from wann.workflows.origin import changed_since
from wann.workflows.search.differences import Differs, compare_champion, compare_row
from wann.workflows.search.generation import next_generation
from wann.workflows.search.watcher import Silent, Watcher


@dataclass(frozen=True)
class Verification:
    """What a replay found.

    Attributes:
        first, last: the generations that were replayed and found equal; 0 and 0 where there are none.
        seconds: how long it took.
        fault: the first difference, in one line; None where all is equal.
        generation: the first generation that differs, where a row does.
        columns: column -> (recorded, replayed) of that row, where they differ.
    """

    folder: Path
    first: int
    last: int
    seconds: float
    fault: str | None = None
    generation: int | None = None
    columns: dict[str, tuple[Any, Any]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The object that `wann verify --json` prints."""
        return {
            "run": str(self.folder),
            "equal": self.fault is None,
            "first": self.first,
            "last": self.last,
            "seconds": self.seconds,
            "fault": self.fault,
            "generation": self.generation,
            "columns": {
                name: {"recorded": was, "replayed": now} for name, (was, now) in self.columns.items()
            },
        }


def verify(
    folder: Path,
    last: int | None = None,
    backend: str | None = None,
    workers: int | None = None,
    watcher: Watcher | None = None,
) -> Verification:
    """Replay a run, without a write into it, and stop at the first thing that differs.

    Args:
        folder: the run; another process may be at work on it.
        last: replay the last so many generations, from the newest checkpoint before them; where there is
            none, and by default, replay them all.
        backend, workers: who evaluates; None as the config says.
        watcher: is told what happens.

    Raises:
        DataChanged: the data are not those of the run, so it cannot be replayed.
        WannError: there is no run, or nothing in it yet, or its config was changed, or its task or the
            backend cannot be had.
    """
    started, watcher = time.perf_counter(), watcher or Silent()
    run = RecordedRun(folder)
    run.check_searched()
    task = build_task(run.config.task)
    changed_since(folder, run.manifest, run.config, task, watcher.note)
    begin = end = 0
    found: tuple[Any, ...] = ()
    try:
        recorded = _read(run)
        state = _beginning(run, task, len(recorded.rows) - (last or len(recorded.rows)) + 1, watcher)
        begin = end = state.generation
        workers = workers or run.config.evaluation.workers
        with make_pool(task, backend or run.config.evaluation.backend, workers, watcher.note) as pool:
            watcher.begin(run.config, task, begin, len(recorded.rows))
            for row in recorded.rows[begin:]:
                state = _replay(run, state, row, pool)
                end = row.generation
                watcher.generation(row)
            _compare_newest(run, recorded, state, pool)
    except Differs as difference:
        found = (str(difference), difference.generation, difference.columns)
    first = begin + 1 if end > begin else 0
    return Verification(folder, first, end if first else 0, time.perf_counter() - started, *found)


def _read(run: RecordedRun) -> Snapshot:
    try:
        recorded = run.snapshot()
    except (RunDamaged, GenomeError) as error:
        raise Differs(str(error)) from error
    done = len(recorded.rows)
    if recorded.reached > done:
        raise Differs(
            f"{run.paths.history}: ends after generation {done}, but the run has reached {recorded.reached}: "
            "rows are missing"
        )
    if not done:
        raise RunNotFound(f"{run.paths.folder}: no generation is recorded yet; let the run finish one")
    return recorded


def _beginning(run: RecordedRun, task: AnyTask, first: int, watcher: Watcher) -> SearchState:
    """The newest state before generation `first` that can be read, at the latest the first state of all."""
    for state in run.states_before(first):
        if isinstance(state, SearchState):
            return state
        watcher.note(f"{state}; going back to an older one")
    config = run.config
    return init(config.search, config.run.seed, task.n_inputs, task.n_outputs, task.output_activation)


def _replay(run: RecordedRun, state: SearchState, row: GenerationInfo, pool: ChunkedPool) -> SearchState:
    """Carry on by one generation; compare it with its row, and the champion that it brought with its file."""
    state, info = next_generation(state, pool, run.config)
    compare_row(run, row, info)
    if state.champion and state.champion.generation == state.generation:
        compare_champion(run, run.paths.former_champion(state.generation), state.champion)
    return state


def _compare_newest(run: RecordedRun, recorded: Snapshot, state: SearchState, pool: ChunkedPool) -> None:
    """Compare champion.json; where it is of the generation whose row is yet to come, replay that too."""
    generation = recorded.champion.provenance.get("generation") if recorded.champion else None
    if generation == state.generation + 1:
        state, _ = next_generation(state, pool, run.config)
    compare_champion(run, run.paths.champion, state.champion, recorded.champion)
