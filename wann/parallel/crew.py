"""A crew of worker processes: those that are lost are replaced, unless another one would fare no better."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from multiprocessing.connection import wait
from typing import Any

from wann.errors import EvaluationError
from wann.parallel.worker import UNGUARDED, Worker

# How many workers a job, or their own start, may cost.
_TRIES = 4


class Crew:
    """Processes (spawn) that do jobs of one kind.

    Attributes:
        workers: those that are there, ready or not.
    """

    def __init__(self, task: Any, work: Callable[..., Any], doing: str) -> None:
        """Start nobody yet.

        Args:
            task: what every worker is given once.
            work: `work(task, *job)` is the answer to a job; a function of some module.
            doing: what a worker that is lost was doing, for people.
        """
        self._task, self._work, self._doing = task, work, doing
        self.workers: list[Worker] = []
        self._losses = Counter[int | None]()

    def fill(self, size: int) -> None:
        """Start workers until there are so many."""
        while len(self.workers) < size:
            self.workers.append(Worker(self._task, self._work))

    def heard(self) -> list[Worker]:
        """Wait until at least one worker says something or is gone."""
        lines = wait([worker.line for worker in self.workers])
        return [worker for worker in self.workers if worker.line in lines]

    def forget_losses(self) -> None:
        """Begin to count lost workers anew: other jobs come, with the same numbers."""
        self._losses.clear()

    def bury(self, worker: Worker) -> None:
        """Take a lost worker out.

        Raises:
            EvaluationError: another one would fare no better.
        """
        self.workers.remove(worker)
        worker.dismiss()
        status = worker.join()
        if status == UNGUARDED:
            raise EvaluationError(
                "worker processes import the script that starts them, and this one would start all over "
                'there: put what it does below `if __name__ == "__main__":`'
            ) from None
        if worker.idle:
            return
        self._losses[worker.job] += 1  # None: it never started
        if self._losses[worker.job] == _TRIES:
            what = "starting" if worker.job is None else self._doing
            raise EvaluationError(
                f"{_TRIES} worker processes ended while {what}, the last with exit status {status}; the "
                "environment crashes, or memory is short (fewer workers need less); `wann resume` goes on"
            ) from None

    def close(self) -> None:
        """End the processes, busy ones too."""
        for worker in self.workers:
            worker.dismiss()
        for worker in self.workers:
            worker.join()
        self.workers = []
