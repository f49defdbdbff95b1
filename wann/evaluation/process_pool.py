"""Processes of this machine, for environments that hold the GIL.

A worker that is lost is replaced, and its chunk is given to another: as a lane's return depends on nothing
but itself, that changes no bit.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from multiprocessing.connection import wait

from wann.errors import EvaluationError
from wann.evaluation.play import Play
from wann.evaluation.pools import ChunkedPool
from wann.evaluation.worker import UNGUARDED, Job, Worker
from wann.network.batch import WIDTH
from wann.network.forward import forward_kernel
from wann.tasks.task import Task

# How many workers a chunk, or their own start, may cost.
_TRIES = 4


class ProcessPool(ChunkedPool):
    """Processes (spawn), started at once; they end with the pool."""

    def __init__(self, task: Task, workers: int) -> None:
        super().__init__(task, workers)
        self._task = task
        forward_kernel(WIDTH)  # compiled once, before every worker needs it
        self._workers: list[Worker] = []
        self._fill()

    def _fill(self) -> None:
        while len(self._workers) < self.workers:
            self._workers.append(Worker(self._task))

    def _run(self, jobs: list[Job]) -> Iterator[Play]:
        try:
            results = self._play_all(jobs)
        except BaseException:
            self.close()  # else what is on its way would be taken for results of the next jobs
            raise
        return (results[number] for number in range(len(jobs)))

    def _play_all(self, jobs: list[Job]) -> dict[int, Play]:
        results: dict[int, Play] = {}
        waiting, losses = deque(range(len(jobs))), Counter[int | None]()
        while len(results) < len(jobs):
            self._fill()
            for worker in self._workers:
                if worker.idle and waiting:
                    number = waiting.popleft()
                    worker.give(number, jobs[number])
            for worker in self._heard():
                try:
                    result = worker.take()
                except (EOFError, OSError):
                    self._bury(worker, losses)
                    if worker.job is not None:
                        waiting.appendleft(worker.job)
                else:
                    results.update([result] if result else [])
        return results

    def _heard(self) -> list[Worker]:
        """Wait until at least one worker says something or is gone."""
        lines = wait([worker.line for worker in self._workers])
        return [worker for worker in self._workers if worker.line in lines]

    def _bury(self, worker: Worker, losses: Counter[int | None]) -> None:
        """Take a lost worker out; `losses` counts them by job, with None for those that never started.

        Raises:
            EvaluationError: another one would fare no better.
        """
        self._workers.remove(worker)
        worker.dismiss()
        status = worker.join()
        if status == UNGUARDED:
            raise EvaluationError(
                "worker processes import the script that starts them, and this one would start all over "
                'there: put what it does below `if __name__ == "__main__":`'
            ) from None
        if worker.idle:
            return
        losses[worker.job] += 1
        if losses[worker.job] == _TRIES:
            what = "starting" if worker.job is None else "playing the same episodes"
            raise EvaluationError(
                f"{_TRIES} worker processes ended while {what}, the last with exit status {status}; the "
                "environment crashes, or memory is short (fewer workers need less); `wann resume` goes on"
            ) from None

    def close(self) -> None:
        """End the processes, busy ones too."""
        for worker in self._workers:
            worker.dismiss()
        for worker in self._workers:
            worker.join()
        self._workers = []
