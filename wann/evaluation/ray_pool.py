"""The Ray backend: stateless tasks over chunks; the only place where ray is imported."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from wann.errors import EvaluationError
from wann.evaluation.lanes import Lanes
from wann.evaluation.play import Play, play
from wann.evaluation.pools import ChunkedPool
from wann.network.network import Networks
from wann.tasks.task import Task

_RETRIES = 5
_OBJECT_STORE_BYTES = 128 * 1024 * 1024


class RayPool(ChunkedPool):
    """A Ray cluster on this machine, started here and ended with the pool.

    The task is put into the object store once. A chunk whose worker is lost is evaluated again.
    """

    def __init__(self, task: Task, workers: int) -> None:
        super().__init__(task, workers)
        self._ray = _import_ray()
        self._owns = not self._ray.is_initialized()
        if self._owns:
            _start(self._ray, workers)
        self._task = self._ray.put(task)
        self._play: Any = self._ray.remote(num_cpus=1, max_retries=_RETRIES)(_play_chunk)

    def _run(self, jobs: list[tuple[Networks, np.ndarray, Lanes]]) -> Iterator[Play]:
        references = [self._play.remote(self._task, *job) for job in jobs]
        try:
            return iter(self._ray.get(references))
        except self._ray.exceptions.RayTaskError:
            raise  # not a lost worker but a fault in the evaluation itself: its traceback is what is needed
        except self._ray.exceptions.RayError as error:
            raise EvaluationError(
                f"Ray could not evaluate a chunk after {_RETRIES} retries ({type(error).__name__}); "
                "the run can be resumed with `wann resume`, and `--backend local` needs no Ray"
            ) from error

    def close(self) -> None:
        """Shut down what was started here."""
        if self._owns and self._ray.is_initialized():
            self._ray.shutdown()


def ray_version() -> str:
    """Import Ray and return its version.

    Raises:
        EvaluationError: it is not installed.
    """
    return _import_ray().__version__


def try_cluster() -> float:
    """Start a cluster on this machine, let it answer, end it; return the seconds that this took.

    Raises:
        EvaluationError: Ray is not installed.
    """
    ray, started = _import_ray(), time.perf_counter()
    _start(ray, 1)
    try:
        ray.get(ray.remote(num_cpus=1)(_answer).remote())
    finally:
        ray.shutdown()
    return time.perf_counter() - started


def _answer() -> bool:
    return True


def _start(ray: Any, workers: int) -> None:
    ray.init(
        num_cpus=workers,
        include_dashboard=False,
        log_to_driver=False,
        logging_level=logging.ERROR,
        object_store_memory=_OBJECT_STORE_BYTES,
    )


def _play_chunk(task: Task, networks: Networks, weights: np.ndarray, lanes: Lanes) -> Play:
    return play(task, networks, weights, lanes)


def _import_ray() -> Any:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray
    except ImportError as error:
        raise EvaluationError(
            "backend: 'ray' needs the package ray, which is not installed; try: pip install ray, "
            "or --backend local"
        ) from error
    return ray
