"""How many worker processes have room for an environment: of some, this machine holds only one at a time.

`task.instances` speaks of a process, which is all that one who drives a simulator can promise. A fixed port,
a licence or a locked file is held by one process of all. So where that key is set, every worker opens an
environment in turn, while those before it hold theirs, before any episode is played: who comes first in a
search cannot decide which episodes fail.
"""

from __future__ import annotations

import time
from contextlib import closing

from wann.evaluation.players.stepped.episode import FAILURES, Episode
from wann.evaluation.players.stepped.stock import discard, keep, take
from wann.parallel.crew import Crew
from wann.parallel.on_ray.cluster import import_ray
from wann.parallel.worker import Worker
from wann.tasks.task import AnyTask, Task

_LEAST_PATIENCE = 30.0  # seconds; five times what the first one took, where that is more


def find_room(task: AnyTask, workers: int, backend: str = "local") -> tuple[int, str | None]:
    """Return how many of so many workers may work side by side, and why where that is fewer.

    Only a task with `instances` is tried, in processes that are gone when this returns.

    Args:
        task: whose environment.
        workers: how many there shall be.
        backend: whose they are; of a Ray cluster that was joined, nothing can be said here.
    """
    if not isinstance(task, Task) or task.compiled or task.instances is None or workers < 2:
        return workers, None
    if backend == "ray" and import_ray().is_initialized():
        return workers, None
    with closing(Crew(task, _hold, "opening an environment")) as crew:
        _start(crew, workers)
        patience: float | None = None
        for held, worker in enumerate(list(crew.workers)):
            started = time.monotonic()
            said = _try(worker, patience)
            patience = patience or max(_LEAST_PATIENCE, 5 * (time.monotonic() - started))
            if said is None:
                continue
            if held == 0:  # it opens nowhere: what is played will tell
                return workers, None
            return held, _told(task, held, said)
    return workers, None


def _told(task: Task, held: int, said: str) -> str:
    ones, workers = ("one is", "1 worker plays") if held == 1 else (f"{held} are", f"{held} workers play")
    return (
        f"{task.name}: while {ones} open in another process, no further one can be opened ({said}); "
        f"{workers}, which changes no result"
    )


def _start(crew: Crew, workers: int) -> None:
    """Wait until so many are there."""
    crew.fill(workers)
    while not all(worker.ready for worker in crew.workers):
        for worker in crew.heard():
            try:
                worker.take()
            except (EOFError, OSError):
                crew.bury(worker)
                crew.fill(workers)


def _try(worker: Worker, patience: float | None) -> str | None:
    """Let a worker open an environment and hold it; return what went wrong, or None.

    After so many seconds, if they are given, it is taken to wait for the one that is held.
    """
    worker.give(0, ())
    if not worker.line.poll(patience):
        return f"it waits; given up after {patience:.0f} s"
    try:
        answer = worker.take()
    except (EOFError, OSError):
        return "its process ended"
    return answer[1][0] if answer else None


def _hold(task: Task) -> tuple[str | None]:
    environment = None
    try:
        environment = take(task)
        Episode(task, environment, 0)
    except FAILURES as error:
        discard(environment)
        cause = error.__cause__ or error  # what the environment raised, without our words around it
        return (" ".join(f"{type(cause).__name__}: {cause}".split())[:200],)
    keep(task, environment)
    return (None,)
