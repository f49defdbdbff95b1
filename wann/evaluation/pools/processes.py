"""Processes of this machine, for environments that hold the GIL.

A worker that is lost is replaced, and its chunk is given to another: as a lane's return depends on nothing
but itself, that changes no bit.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from wann.evaluation.play import Play, play
from wann.evaluation.players.stepped.reuse import Verdict, check_reuse
from wann.evaluation.pools.pools import ChunkedPool, PlayJob
from wann.network.single import decide_kernel
from wann.parallel.crew import Crew
from wann.parallel.worker import Worker
from wann.tasks.task import Task


class ProcessPool(ChunkedPool):
    """Processes (spawn), started at once; they end with the pool."""

    def __init__(self, task: Task, workers: int) -> None:
        super().__init__(task, workers)
        decide_kernel()  # compiled once, before every worker needs it
        self._crew = Crew(task, _work, "playing the same episodes")
        self._crew.fill(workers)

    @property
    def _workers(self) -> list[Worker]:
        return self._crew.workers

    def _check(self) -> Verdict | None:
        """As every pool; a worker that is lost is not replaced for it, so a crash costs one of them."""
        while True:
            self._crew.fill(self.workers)
            for worker in self._crew.heard():
                busy = worker.job is not None
                try:
                    answer = worker.take()
                except (EOFError, OSError):
                    self._crew.bury(worker)
                    if busy:
                        return None
                else:
                    if answer:
                        return answer[1]
            if all(worker.job is None for worker in self._workers):
                next(worker for worker in self._workers if worker.idle).give(0, (check_reuse,))

    def _run(self, jobs: list[PlayJob]) -> Iterator[Play]:
        try:
            results = self._play_all(jobs)
        except BaseException:
            self.close()  # else what is on its way would be taken for results of the next jobs
            raise
        return (results[number] for number in range(len(jobs)))

    def _play_all(self, jobs: list[PlayJob]) -> dict[int, Play]:
        results: dict[int, Play] = {}
        waiting = deque(range(len(jobs)))
        self._crew.forget_losses()
        while len(results) < len(jobs):
            self._crew.fill(self.workers)
            for worker in self._crew.workers:
                if worker.idle and waiting:
                    number = waiting.popleft()
                    worker.give(number, (play, *jobs[number]))
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


def _work(task: Task, what: Callable[..., Any], *arguments: Any) -> Any:
    return what(task, *arguments)
