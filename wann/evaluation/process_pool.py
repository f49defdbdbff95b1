"""Processes of this machine, for environments that hold the GIL.

A worker that is lost is replaced, and its chunk is given to another: as a lane's return depends on nothing
but itself, that changes no bit.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from wann.evaluation.crew import Crew
from wann.evaluation.play import Play, play
from wann.evaluation.pools import ChunkedPool
from wann.evaluation.worker import Job, Worker
from wann.network.batch import WIDTH
from wann.network.forward import forward_kernel
from wann.tasks.task import Task


class ProcessPool(ChunkedPool):
    """Processes (spawn), started at once; they end with the pool."""

    def __init__(self, task: Task, workers: int) -> None:
        super().__init__(task, workers)
        forward_kernel(WIDTH)  # compiled once, before every worker needs it
        self._crew = Crew(task, play, "playing the same episodes")
        self._crew.fill(workers)

    @property
    def _workers(self) -> list[Worker]:
        return self._crew.workers

    def _run(self, jobs: list[Job]) -> Iterator[Play]:
        try:
            results = self._play_all(jobs)
        except BaseException:
            self.close()  # else what is on its way would be taken for results of the next jobs
            raise
        return (results[number] for number in range(len(jobs)))

    def _play_all(self, jobs: list[Job]) -> dict[int, Play]:
        results: dict[int, Play] = {}
        waiting = deque(range(len(jobs)))
        self._crew.forget_losses()
        while len(results) < len(jobs):
            self._crew.fill(self.workers)
            for worker in self._crew.workers:
                if worker.idle and waiting:
                    number = waiting.popleft()
                    worker.give(number, jobs[number])
            for worker in self._crew.heard():
                try:
                    result = worker.take()
                except (EOFError, OSError):
                    self._crew.bury(worker)
                    if worker.job is not None:
                        waiting.appendleft(worker.job)
                else:
                    results.update([result] if result else [])
        return results

    def close(self) -> None:
        """End the processes, busy ones too."""
        self._crew.close()
