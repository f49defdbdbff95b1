"""Tune: give every connection of a network a weight of its own, and keep the weights that do best."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wann.errors import OutputError, RunDamaged
from wann.evaluation.lanes import Candidate, Lanes
from wann.evaluation.players.stepped.hints import gist
from wann.evaluation.pools.backends import make_pool
from wann.evaluation.pools.pools import ChunkedPool, cores, evaluate_in
from wann.judging.spread import Spread
from wann.parallel.worker import leave_if_imported
from wann.records.manifest import begin_session, end_session
from wann.records.network.file import NetworkFile
from wann.records.storage.paths import RunPaths
from wann.records.tuning.files import TuningFiles
from wann.seeding import Purpose, episode_seeds
from wann.tasks.classification import ClassificationTask
from wann.tasks.origin import Origin
from wann.training.state import TuneState
from wann.workflows.interruption import Interruption, interruption
from wann.workflows.origin import changes_beside, origin_of_section
from wann.workflows.search.watcher import Silent, TuneWatcher, say_notes
from wann.workflows.tuning.fixed_topology import DenseRun
from wann.workflows.tuning.job import TuneJob, make_job
from wann.workflows.tuning.running import begin, make_trainer, result_file


@dataclass(frozen=True, eq=False)
class TuneOutcome:
    """How a tuning ended: `file` is what `job.output` holds, None where it was interrupted before its end."""

    job: TuneJob
    state: TuneState
    file: NetworkFile | None

    @property
    def status(self) -> str:
        """`finished` or `interrupted`."""
        return "finished" if self.file else "interrupted"


def held_out_spread(outcome: TuneOutcome, episodes: int) -> Spread:
    """What the tuned weights earn on test episodes, or their accuracy on the test images: regime 4."""
    job, file = outcome.job, outcome.file
    weights = file and file.connection_weights(job.network)
    assert weights is not None
    count = 1 if job.classifies else episodes
    lanes = Lanes.product(1, episode_seeds(0, Purpose.TEST, count))
    with make_pool(job.task) as pool:
        played = evaluate_in(pool, Candidate("tuned", job.network, weights), lanes)
    if isinstance(job.task, ClassificationTask):
        return Spread.of_share(float(played.metrics["accuracy"][0]), len(job.task.data.test))
    return Spread.of(played.returns)


def tune(
    target: str | Path | DenseRun,
    method: str | None = None,
    settings: Mapping[str, Any] | None = None,
    *,
    seed: int | None = None,
    start: str | None = None,
    backend: str | None = None,
    workers: int | None = None,
    output: Path | None = None,
    restart: bool = False,
    watcher: TuneWatcher | None = None,
) -> TuneOutcome:
    """Tune a run's champion or a network file; what an equal call has begun is gone on with.

    Args:
        target: `latest`, a run folder, a network file, or the run of a fixed topology.
        method: `cma`, `reinforce` or `gradient`; None for the one that fits the task.
        settings: of the method, where they are not to be its defaults (`wann.training.settings`).
        seed: of all that is drawn; None for that of a dense topology's config, else 0.
        start: the weights to begin with: the file's own (`weights`), `random` ones, or the tuned `shared`
            one; None for own ones where it has any, random ones for a dense topology, else the shared one.
        backend, workers: who evaluates; `local` and every core by default.
        output: the file to write; None for `tuned.json` in a run, `NAME.tuned.json` beside a file.
        restart: begin anew, whatever is there.
        watcher: is told what happens.

    Raises:
        DataChanged: what an equal call has begun was of other data.
        WannError: there is no such network, it cannot be tuned so, or files cannot be written.
        KeyboardInterrupt: Ctrl-C came; the tuning is saved as it was after the running iteration.
    """
    leave_if_imported()
    watcher = watcher or Silent()
    # from the beginning: what compiles meanwhile would swallow the KeyboardInterrupt of a Ctrl-C
    with ExitStack() as stack:
        interrupted = stack.enter_context(interruption(watcher, "iteration"))
        if isinstance(target, DenseRun):
            target = target.settled(watcher.note)
        job = make_job(target, method, settings or {}, seed, start, output)
        if isinstance(target, DenseRun):
            say_notes(job.task, watcher)
            target.make()
        backend = backend if backend and not job.classifies else "local"  # a gradient is computed here
        origin = origin_of_section(job.file.task, job.task)
        files = stack.enter_context(TuningFiles(job.output, job.identity, origin))
        state = _newest_state(files, restart, watcher)
        said = files.changed if state else changes_beside(job.source, origin)
        for line in said:
            watcher.note(f"{line}; what is computed from now on is computed with it")
        if state and _is_over(job, state) and (recorded := files.recorded(state)):
            watcher.note(f"nothing to do: {job.output} is finished, after {state.iteration} iterations")
            return TuneOutcome(job, state, recorded)
        with (
            make_pool(job.task, backend, workers, watcher.note) as pool,
            _session(job, backend, workers or cores(), interrupted, origin, said) as session,
        ):
            outcome = _carry_on(job, files, state, pool, interrupted, watcher)
            session.append(outcome.status)
            return outcome


@contextmanager
def _session(
    job: TuneJob,
    backend: str,
    workers: int,
    interrupted: Interruption,
    origin: Origin,
    changed: Sequence[str],
) -> Iterator[list[str]]:
    """Note in the manifest of a run that is nothing but a tuning that this process works on it.

    The list takes the status that it ends with.
    """
    status: list[str] = []
    if job.dense_run is None:
        yield status
        return
    paths = RunPaths(job.dense_run)
    begin_session(paths, backend, workers, 0, origin, changed)
    try:
        yield status
    except KeyboardInterrupt:
        status.append("interrupted")
        raise
    finally:
        with interrupted.held(), suppress(OSError):
            end_session(paths, status[0] if status else "failed", 0)


def _newest_state(files: TuningFiles, restart: bool, watcher: TuneWatcher) -> TuneState | None:
    """The state to go on from; None to begin."""
    if restart:
        files.clear()
    try:
        state = files.load()
    except RunDamaged as error:
        watcher.note(f"{error}; beginning anew")
        files.set_aside()
        return None
    if state is None and files.result.exists():
        raise OutputError(
            f"{files.result}: is there already, without the tuning that made it; --restart replaces it, "
            "-o FILE keeps both"
        )
    return state


def _is_over(job: TuneJob, state: TuneState) -> bool:
    return state.over or state.iteration >= job.settings.iterations


def _carry_on(
    job: TuneJob,
    files: TuningFiles,
    state: TuneState | None,
    pool: ChunkedPool,
    interrupted: Interruption,
    watcher: TuneWatcher,
) -> TuneOutcome:
    if state:
        trainer = make_trainer(job, state.start, pool)
    else:
        if job.start == "shared":
            watcher.note("choosing the shared weight to begin with")
        trainer, state = begin(job, pool)
    watcher.begin_tuning(job.title, state.iteration, job.settings.iterations)
    told_failure = False
    try:
        while not interrupted.is_set() and not _is_over(job, state):
            state, info = trainer.step(state)
            files.save_when_due(state)
            watcher.iteration(info)
            if pool.first_error and not told_failure:
                told_failure = True
                watcher.note(f"episodes fail; the first: {gist(pool.first_error)}")
    except BaseException:
        with interrupted.held(), suppress(OutputError):  # what went wrong is on its way already
            files.save(state)
        raise
    with interrupted.held():
        files.save(state)
    if not _is_over(job, state):
        return TuneOutcome(job, state, None)
    final = trainer.finish(state)
    file = result_file(job, final)
    files.write(file)
    return TuneOutcome(job, final, file)
