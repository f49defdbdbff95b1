"""Long jobs of any kind, each on one core, in processes of this machine or on Ray."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Protocol, Self

from wann.parallel.crew import Crew
from wann.parallel.worker import leave_if_imported


class Jobs(Protocol):
    """Does jobs side by side.

    Attributes:
        workers: how many at the same time.
    """

    workers: int

    @property
    def busy(self) -> int:
        """How many are given and not taken yet."""
        ...

    def give(self, job: Any) -> int:
        """Begin a job, and return its number."""
        ...

    def take(self) -> tuple[int, Any]:
        """Wait for a job, and return its number and its answer."""
        ...

    def close(self) -> None:
        """End what runs."""
        ...

    def __enter__(self) -> Self: ...
    def __exit__(self, *exc: object) -> None: ...


class LocalJobs:
    """Processes (spawn) of this machine, started when they are needed.

    The job of a worker that is lost is given to another.
    """

    def __init__(self, task: Any, work: Callable[[Any, Any], Any], workers: int) -> None:
        self.workers = workers
        self._crew = Crew(task, work, "at the same work")
        self._jobs: dict[int, Any] = {}
        self._waiting: deque[int] = deque()
        self._given = 0

    @property
    def busy(self) -> int:
        """As the protocol says."""
        return len(self._jobs)

    def give(self, job: Any) -> int:
        """As the protocol says."""
        number, self._given = self._given, self._given + 1
        self._jobs[number] = job
        self._waiting.append(number)
        self._deal()
        return number

    def take(self) -> tuple[int, Any]:
        """As the protocol says.

        Raises:
            EvaluationError: worker processes are lost again and again.
        """
        while True:
            self._deal()
            for worker in self._crew.heard():
                try:
                    answer = worker.take()
                except (EOFError, OSError):
                    self._crew.bury(worker)
                    if worker.job is not None:
                        self._waiting.appendleft(worker.job)
                else:
                    if answer:
                        del self._jobs[answer[0]]
                        return answer

    def _deal(self) -> None:
        self._crew.fill(min(self.workers, len(self._jobs)))
        for worker in self._crew.workers:
            if worker.idle and self._waiting:
                number = self._waiting.popleft()
                worker.give(number, (self._jobs[number],))

    def close(self) -> None:
        """End the processes, busy ones too."""
        self._crew.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def make_jobs(task: Any, work: Callable[[Any, Any], Any], backend: str, workers: int) -> Jobs:
    """Start whoever does jobs.

    Args:
        task: what every worker is given once.
        work: `work(task, job)` is a job's answer, and no text; a function of some module.
        backend: `local` or `ray`.
        workers: jobs at the same time.
    """
    leave_if_imported()
    if backend == "ray":
        from wann.parallel.on_ray.jobs import RayJobs

        return RayJobs(task, work, workers)
    return LocalJobs(task, work, workers)
