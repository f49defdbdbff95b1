"""The Ray backend: chunks of networks as calls of our own actors, or as tasks for whoever is free."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from wann.errors import EvaluationError
from wann.evaluation.lanes import Lanes
from wann.evaluation.play import Play, least_lanes, play, prepare
from wann.evaluation.players.stepped.reuse import Verdict, check_reuse
from wann.evaluation.pools.chunks import Chunk, chunks
from wann.evaluation.pools.pools import MOST_CHUNKS, ChunkedPool, PlayJob, ThreadPool, cores, in_threads
from wann.network.network import Networks
from wann.parallel.on_ray.cluster import RETRIES, import_ray, object_store_bytes, start_ray
from wann.tasks.task import AnyTask, Task

_CHUNK_SECONDS = 0.2
_SENDING_SECONDS = 0.006


class RayPool(ChunkedPool):
    """The cluster that this process is connected to, or else one on this machine that ends with the pool.

    The task is put into the object store once. A chunk whose worker is lost is evaluated again.

    On a cluster that others may use too, and for environments that are stepped one by one, chunks are
    tasks for whichever core is free. Kernels on a cluster of our own are so fast that what Ray
    needs to find a free core would count: there every core has an actor.
    """

    def __init__(self, task: AnyTask, workers: int) -> None:
        self._ray = import_ray()
        self._owns = not self._ray.is_initialized()
        if self._owns:
            start_ray(self._ray, workers, object_store_bytes(task))
        else:
            workers = max(workers, int(self._ray.cluster_resources().get("CPU", 1)))
        super().__init__(task, workers)
        self._task = self._ray.put(task)
        self._play: Any = self._ray.remote(num_cpus=1, max_retries=RETRIES)(_play_chunk)
        self._prepare: Any = self._ray.remote(num_cpus=1, max_retries=RETRIES)(_prepare_worker)
        self._actors: list[Any] = []
        if self._owns and in_threads(task):
            self._start_actors()
        self._driver = ThreadPool(task, min(workers, cores()))
        self._seconds_per_lane = 0.0  # of a network's lane on one worker, as the last play took

    def _start_actors(self) -> None:
        actor: Any = self._ray.remote(num_cpus=1, max_restarts=-1, max_task_retries=RETRIES)(_Player)
        self._actors = [actor.remote() for _ in range(self.workers)]

    def settle(self) -> None:
        """As for every pool; who may hold only so many environments then has actors, each with one."""
        super().settle()  # by a task, for which actors leave no core
        if (
            self._owns
            and not self._actors
            and isinstance(self.task, Task)
            and self.task.instances is not None
        ):
            self._start_actors()

    def prepare(self, n_networks: int, n_lanes: int) -> None:
        """As for every pool, and in every worker too: they start and load their kernels side by side."""
        super().prepare(n_networks, n_lanes)
        widths = {c.lanes.stop - c.lanes.start for c in self._cut(n_networks, n_lanes)}
        if self._actors:
            self._ray.get([actor.prepare.remote([self._task], widths) for actor in self._actors])
        else:
            self._ray.get([self._prepare.remote(self._task, widths) for _ in range(self.workers)])

    def play(self, networks: Networks, weights: np.ndarray, lanes: Lanes) -> Play:
        """As `wann.evaluation.play.play`; what takes less time than sending it is played here."""
        work = len(networks) * len(lanes)
        seconds = self._seconds_per_lane * work / self._driver.workers
        if in_threads(self.task) and 0 < seconds < _SENDING_SECONDS:
            return self._driver.play(networks, weights, lanes)
        started = time.perf_counter()
        result = super().play(networks, weights, lanes)
        if len(networks) > 1:
            self._seconds_per_lane = (time.perf_counter() - started) * self.workers / max(1, work)
        return result

    def _check(self) -> Verdict | None:
        check: Any = self._ray.remote(num_cpus=1, max_retries=0)(check_reuse)
        try:
            return self._ray.get(check.remote(self._task))
        except self._ray.exceptions.RayTaskError:
            raise  # a fault in the check itself
        except self._ray.exceptions.RayError:
            return None

    def _cut(self, n_networks: int, n_lanes: int) -> Iterator[Chunk]:
        """One chunk a worker and, where that is much work, two or more of `_CHUNK_SECONDS` each.

        The lanes of a single compiled network are cut in one way only, so that no kernel of another width
        is needed in mid-run.
        """
        each = round(self._seconds_per_lane * n_networks * n_lanes / self.workers / _CHUNK_SECONDS)
        if n_networks == 1 and self.task.compiled:
            each = 1
        parts = self.workers * min(max(each, 1), MOST_CHUNKS)
        return chunks(n_networks, n_lanes, parts, least_lanes(self.task), deal=True)

    def _run(self, jobs: list[PlayJob]) -> Iterator[Play]:
        references = [self._give(number, job) for number, job in enumerate(jobs)]
        try:
            return iter(self._ray.get(references))
        except self._ray.exceptions.RayTaskError:
            raise  # not a lost worker but a fault in the evaluation itself: its traceback is what is needed
        except self._ray.exceptions.RayError as error:
            raise EvaluationError(
                f"Ray could not evaluate a chunk after {RETRIES} retries ({type(error).__name__}); "
                "the run can be resumed with `wann resume`, and `--backend local` needs no Ray"
            ) from error

    def _give(self, number: int, job: PlayJob) -> Any:
        if self._actors:
            return self._actors[number % len(self._actors)].play.remote([self._task], *job)
        return self._play.remote(self._task, *job)

    def close(self) -> None:
        """Shut down what was started here."""
        self._driver.close()
        if self._owns and self._ray.is_initialized():
            self._ray.shutdown()


def _play_chunk(task: AnyTask, networks: Networks, weights: np.ndarray, lanes: Lanes, reuse: bool) -> Play:
    return play(task, networks, weights, lanes, reuse)


def _prepare_worker(task: AnyTask, lane_counts: set[int]) -> None:
    for n_lanes in lane_counts:
        prepare(task, n_lanes)


class _Player:
    """A worker of our own. It fetches the task once; a new one that takes its place fetches it again."""

    def __init__(self) -> None:
        self._task: AnyTask | None = None

    def prepare(self, task: list[Any], lane_counts: set[int]) -> None:
        _prepare_worker(self._fetched(task), lane_counts)

    def play(
        self, task: list[Any], networks: Networks, weights: np.ndarray, lanes: Lanes, reuse: bool
    ) -> Play:
        return _play_chunk(self._fetched(task), networks, weights, lanes, reuse)

    def _fetched(self, task: list[Any]) -> AnyTask:
        """The task that a reference names; in a list, so that Ray does not fetch it for every call."""
        known = self._task = self._task or import_ray().get(task[0])
        return known
