"""Pools: the same evaluations in parallel, with threads, processes or Ray, and with identical results.

Work is cut into chunks of networks, or of lanes where there is a single network; results come back in
order. Because a lane's return depends on nothing but itself, neither the cut nor the number of workers
changes a bit.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol, Self

import numpy as np

from wann.evaluation.lanes import Candidate, Evaluation, Lanes
from wann.evaluation.play import Play, check_fit, play
from wann.evaluation.rollout import prepare
from wann.evaluation.worker import leave_if_imported
from wann.network.network import Networks
from wann.tasks.task import Task

# Chunks per worker: enough to even out networks that take longer than others.
_CHUNKS = 6
_LEAST_LANES = 24


@dataclass(frozen=True)
class Chunk:
    """A part of the work: networks [first, last) on lanes [first_lane, last_lane)."""

    first: int
    last: int
    first_lane: int
    last_lane: int


def chunks(n_networks: int, n_lanes: int, parts: int) -> Iterator[Chunk]:
    """Cut `n_networks` x `n_lanes` into about `parts` chunks."""
    if n_networks > 1:
        edges = np.unique(np.linspace(0, n_networks, min(parts, n_networks) + 1).astype(int)).tolist()
        yield from (Chunk(a, b, 0, n_lanes) for a, b in pairwise(edges))
        return
    count = max(1, min(parts, n_lanes // _LEAST_LANES))
    edges = np.linspace(0, n_lanes, count + 1).astype(int).tolist()
    yield from (Chunk(0, n_networks, a, b) for a, b in pairwise(edges))


class Pool(Protocol):
    """Plays networks on lanes, in parallel."""

    task: Task
    workers: int

    def play(self, networks: Networks, weights: np.ndarray, lanes: Lanes) -> Play:
        """As `wann.evaluation.play.play`."""
        ...

    def close(self) -> None:
        """End the workers."""
        ...

    def __enter__(self) -> Self: ...
    def __exit__(self, *exc: object) -> None: ...


class ChunkedPool:
    """What all pools share: cutting, order, putting together."""

    def __init__(self, task: Task, workers: int) -> None:
        self.task, self.workers = task, workers
        self.first_error: str | None = None  # the traceback of the first episode that failed

    def prepare(self, n_networks: int, n_lanes: int) -> None:
        """Compile what `play` will need, so that no generation's time includes it."""
        for c in chunks(n_networks, n_lanes, _CHUNKS * self.workers) if self.task.compiled else ():
            prepare(self.task, c.last_lane - c.first_lane)

    def play(self, networks: Networks, weights: np.ndarray, lanes: Lanes) -> Play:
        """As `wann.evaluation.play.play`."""
        check_fit(self.task, networks, weights, lanes)
        work = list(chunks(len(networks), len(lanes), _CHUNKS * self.workers))
        jobs = [
            (networks.part(c.first, c.last), weights, lanes.part(c.first_lane, c.last_lane)) for c in work
        ]
        self.prepare(len(networks), len(lanes))
        returns, steps = (np.empty((len(networks), len(lanes))) for _ in range(2))
        error = None
        for c, part in zip(work, self._run(jobs), strict=True):
            returns[c.first : c.last, c.first_lane : c.last_lane] = part.returns
            steps[c.first : c.last, c.first_lane : c.last_lane] = part.steps
            error = error or part.error
        self.first_error = self.first_error or error
        return Play(returns, steps, error)

    def _run(self, jobs: list[tuple[Networks, np.ndarray, Lanes]]) -> Iterator[Play]:
        raise NotImplementedError

    def close(self) -> None:
        """End the workers."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


class ThreadPool(ChunkedPool):
    """Threads: for compiled tasks, whose kernels run without the GIL."""

    def __init__(self, task: Task, workers: int) -> None:
        super().__init__(task, workers)
        self._executor: Executor = ThreadPoolExecutor(workers, thread_name_prefix="wann")

    def _run(self, jobs):
        return self._executor.map(lambda job: play(self.task, *job), jobs)

    def close(self) -> None:
        """End the threads."""
        self._executor.shutdown()


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def make_pool(task: Task, backend: str = "local", workers: int | None = None) -> ChunkedPool:
    """Start a pool: `local` (threads for compiled tasks, else processes) or `ray`; all cores by default.

    Kernels are compiled, or found in the cache, before the first worker starts.
    """
    leave_if_imported()
    workers = workers or cores()
    if backend == "ray":
        from wann.evaluation.ray_pool import RayPool

        return RayPool(task, workers)
    if task.compiled:
        return ThreadPool(task, workers)
    from wann.evaluation.process_pool import ProcessPool

    return ProcessPool(task, workers)


def evaluate_in(pool: ChunkedPool, candidate: Candidate, lanes: Lanes) -> Evaluation:
    """As `wann.evaluation.play.evaluate`, spread over a pool's workers."""
    result = pool.play(Networks.of(candidate.network), candidate.weights, lanes)
    return Evaluation(lanes, result.returns[0], {"steps": result.steps[0]}, result.error)
