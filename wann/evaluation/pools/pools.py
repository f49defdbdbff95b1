"""Pools: the same evaluations in parallel, with threads, processes or Ray, and with identical results.

Work is cut into chunks of networks, or of lanes where there is a single network; results come back in
order. Neither the cut nor the number of workers changes a bit.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Protocol, Self

import numpy as np

from wann.evaluation.lanes import Candidate, Evaluation, Lanes
from wann.evaluation.play import Play, as_evaluation, check_fit, least_lanes, play, prepare
from wann.evaluation.players.stepped.reuse import Verdict, settle
from wann.evaluation.pools.chunks import Chunk, chunks, tapering
from wann.network.network import Networks
from wann.tasks.classification import ClassificationTask
from wann.tasks.task import AnyTask, Task

# Chunks per worker: enough to even out networks that take longer than others.
MOST_CHUNKS = 6


# What `play` is called with, after the task.
PlayJob = tuple[Networks, np.ndarray, Lanes, bool]


class Pool(Protocol):
    """Plays networks on lanes, in parallel."""

    task: AnyTask
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

    def __init__(self, task: AnyTask, workers: int) -> None:
        self.task, self.workers = task, workers
        self._classifies = isinstance(task, ClassificationTask)
        self.first_error: str | None = None  # the traceback of the first episode that failed
        self.verdict: Verdict | None = None  # on using environments again; None: every episode has a new one

    def settle(self) -> None:
        """Find out whether environments may be used again, where any are stepped."""
        if isinstance(self.task, Task) and not self.task.compiled:
            self.verdict = settle(self.task, self._check)

    def _check(self) -> Verdict | None:
        """The answer of one worker to `check_reuse`, None where it ended over that."""
        raise NotImplementedError

    def prepare(self, n_networks: int, n_lanes: int) -> None:
        """Compile what `play` will need, so that no generation's time includes it."""
        for c in self._cut(n_networks, n_lanes):
            prepare(self.task, c.lanes.stop - c.lanes.start)

    def play(self, networks: Networks, weights: np.ndarray, lanes: Lanes) -> Play:
        """As `wann.evaluation.play.play`."""
        check_fit(self.task, networks, weights, lanes)
        work = list(self._cut(len(networks), len(lanes)))
        reuse = self.verdict is not None and self.verdict.reuse
        jobs = [(networks.part(c.networks), weights, lanes.part(c.lanes), reuse) for c in work]
        self.prepare(len(networks), len(lanes))
        returns, steps, accuracy = (np.empty((len(networks), len(lanes))) for _ in range(3))
        error = None
        for c, part in zip(work, self._run(jobs), strict=True):
            returns[c.networks, c.lanes] = part.returns
            steps[c.networks, c.lanes] = part.steps
            if part.accuracy is not None:
                accuracy[c.networks, c.lanes] = part.accuracy
            error = error or part.error
        self.first_error = self.first_error or error
        return Play(returns, steps, error, accuracy if self._classifies else None)

    def _cut(self, n_networks: int, n_lanes: int) -> Iterator[Chunk]:
        """How so much work is cut."""
        if not in_threads(self.task):
            return tapering(n_networks, n_lanes, self.workers)
        return chunks(n_networks, n_lanes, MOST_CHUNKS * self.workers, least_lanes(self.task))

    def _run(self, jobs: list[PlayJob]) -> Iterator[Play]:
        raise NotImplementedError

    def close(self) -> None:
        """End the workers."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


class ThreadPool(ChunkedPool):
    """Threads: for compiled tasks, whose kernels run without the GIL."""

    def __init__(self, task: AnyTask, workers: int) -> None:
        super().__init__(task, workers)
        self._executor: Executor = ThreadPoolExecutor(workers, thread_name_prefix="wann")

    def _run(self, jobs):
        return self._executor.map(lambda job: play(self.task, *job), jobs)

    def close(self) -> None:
        """End the threads."""
        self._executor.shutdown()


def in_threads(task: AnyTask) -> bool:
    """Whether a task's kernels run without the GIL."""
    return isinstance(task, ClassificationTask) or task.compiled


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def evaluate_in(pool: ChunkedPool, candidate: Candidate, lanes: Lanes) -> Evaluation:
    """As `wann.evaluation.play.evaluate`, spread over a pool's workers."""
    return as_evaluation(lanes, pool.play(Networks.of(candidate.network), candidate.weights, lanes))
