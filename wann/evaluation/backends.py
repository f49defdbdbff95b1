"""Which pool does the work: threads or processes of this machine, or Ray."""

from __future__ import annotations

from wann.evaluation.pools import ChunkedPool, ThreadPool, cores, in_threads
from wann.evaluation.worker import leave_if_imported
from wann.tasks.task import AnyTask, Task


def make_pool(task: AnyTask, backend: str = "local", workers: int | None = None) -> ChunkedPool:
    """Start a pool: `local` (threads for what is compiled, else processes) or `ray`; all cores by default.

    Kernels are compiled, or found in the cache, before the first worker starts.
    """
    leave_if_imported()
    pool = _started(task, backend, workers or cores())
    try:
        pool.settle()
    except BaseException:
        pool.close()
        raise
    return pool


def _started(task: AnyTask, backend: str, workers: int) -> ChunkedPool:
    if backend == "ray":
        from wann.evaluation.ray_pool import RayPool

        return RayPool(task, workers)
    if in_threads(task):
        return ThreadPool(task, workers)
    from wann.evaluation.process_pool import ProcessPool

    assert isinstance(task, Task)  # data sets are compiled
    return ProcessPool(task, workers)
