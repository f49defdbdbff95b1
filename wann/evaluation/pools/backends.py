"""Which pool does the work: threads or processes of this machine, or Ray."""

from __future__ import annotations

from collections.abc import Callable

from wann.evaluation.pools.pools import ChunkedPool, ThreadPool, cores, in_threads
from wann.evaluation.room import find_room
from wann.parallel.worker import leave_if_imported
from wann.tasks.task import AnyTask, Task


def make_pool(
    task: AnyTask,
    backend: str = "local",
    workers: int | None = None,
    say: Callable[[str], None] | None = None,
) -> ChunkedPool:
    """Start a pool: `local` (threads for what is compiled, else processes) or `ray`; all cores by default.

    Kernels are compiled, or found in the cache, before the first worker starts.

    Args:
        task: what is played.
        backend: `local` or `ray`.
        workers: how many; there are fewer where the machine has no room for so many environments.
        say: is told that, in one line.
    """
    leave_if_imported()
    workers, told = find_room(task, workers or cores(), backend)
    if told and say:
        say(told)
    pool = _started(task, backend, workers)
    try:
        pool.settle()
    except BaseException:
        pool.close()
        raise
    return pool


def _started(task: AnyTask, backend: str, workers: int) -> ChunkedPool:
    if backend == "ray":
        from wann.evaluation.pools.on_ray import RayPool

        return RayPool(task, workers)
    if in_threads(task):
        return ThreadPool(task, workers)
    from wann.evaluation.pools.processes import ProcessPool

    assert isinstance(task, Task)  # data sets are compiled
    return ProcessPool(task, workers)
