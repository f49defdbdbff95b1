"""Long jobs on Ray: each is a task of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

from wann.errors import EvaluationError
from wann.parallel.on_ray.cluster import RETRIES, import_ray, object_store_bytes, start_ray

_SECONDS_BETWEEN_LOOKS = 0.5  # so that Ctrl-C is heard


class RayJobs:
    """The cluster that this process is connected to, or else one on this machine that ends with the jobs."""

    def __init__(self, task: Any, work: Callable[[Any, Any], Any], workers: int) -> None:
        self._ray = import_ray()
        self._owns = not self._ray.is_initialized()
        if self._owns:
            start_ray(self._ray, workers, object_store_bytes(task))
        else:
            workers = max(workers, int(self._ray.cluster_resources().get("CPU", 1)))
        self.workers = workers
        self._task = self._ray.put(task)
        self._work: Any = self._ray.remote(num_cpus=1, max_retries=RETRIES)(work)
        self._numbers: dict[Any, int] = {}
        self._given = 0

    @property
    def busy(self) -> int:
        """Jobs that are given and not taken yet."""
        return len(self._numbers)

    def give(self, job: Any) -> int:
        """Begin a job, and return its number."""
        number, self._given = self._given, self._given + 1
        self._numbers[self._work.remote(self._task, job)] = number
        return number

    def take(self) -> tuple[int, Any]:
        """Wait for a job, and return its number and its answer.

        Raises:
            EvaluationError: its workers are lost again and again.
        """
        done: list[Any] = []
        while not done:
            done, _ = self._ray.wait(list(self._numbers), timeout=_SECONDS_BETWEEN_LOOKS)
        number = self._numbers.pop(done[0])
        try:
            return number, self._ray.get(done[0])
        except self._ray.exceptions.RayTaskError:
            raise  # a fault in the work itself: its traceback is what is needed
        except self._ray.exceptions.RayError as error:
            raise EvaluationError(
                f"Ray could not do a job after {RETRIES} retries ({type(error).__name__}); the run can be "
                "resumed with `wann resume`, and `--backend local` needs no Ray"
            ) from error

    def close(self) -> None:
        """Shut down what was started here."""
        if self._owns and self._ray.is_initialized():
            self._ray.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
