"""A tuning, put together: which network, by which method, from which weights, into which file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from wann.errors import OutputError, TuneError, did_you_mean
from wann.network.network import Network
from wann.records.network.file import NetworkFile
from wann.records.storage.paths import RunPaths, tuned_beside
from wann.records.target import find_network, in_zoo, resolve
from wann.tasks.classification import ClassificationTask
from wann.tasks.task import AnyTask
from wann.training.settings import GradientSettings, Settings, make_settings
from wann.workflows.build import build_task, plan_network
from wann.workflows.tuning.fixed_topology import DenseRun

STARTS = ("weights", "random", "shared")


@dataclass(frozen=True, eq=False)
class TuneJob:
    """What is tuned, and how.

    Attributes:
        source: the network's file, and its path.
        start: one of `STARTS`.
        output: the file to write.
    """

    file: NetworkFile
    source: Path
    task: AnyTask
    network: Network
    method: str
    settings: Settings
    seed: int
    start: str
    output: Path

    @property
    def identity(self) -> dict[str, Any]:
        """What makes it the same tuning: all but the number of iterations."""
        settings = {name: value for name, value in asdict(self.settings).items() if name != "iterations"}
        weights = None if self.file.weights is None else self.file.weights.tolist()
        content = [self.file.task.to_json(), self.file.genome.digest, weights]
        network = hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]
        return {
            "method": self.method,
            "settings": settings,
            "seed": self.seed,
            "start": self.start,
            "network": network,
        }

    @property
    def classifies(self) -> bool:
        """Whether the task is a data set of images."""
        return isinstance(self.task, ClassificationTask)

    @property
    def in_run(self) -> bool:
        """Whether the network is the champion of a run."""
        paths = RunPaths(self.source.parent)
        return self.source == paths.champion and paths.manifest.is_file()

    @property
    def dense_run(self) -> Path | None:
        """The run folder of a fixed topology that this is a tuning of; None where it is of something else."""
        return self.source.parent if self.in_run and "topology" in self.file.provenance else None

    @property
    def title(self) -> str:
        """It in one line."""
        settings = self.settings
        if isinstance(settings, GradientSettings):
            how = f"batches of {settings.batch}"
        else:
            how = f"{settings.population} candidates x {settings.episodes} episodes"
        return (
            f"{self.task.name}: {self.network.n_connections} weights by {self.method}, {how}, up to "
            f"{settings.iterations} iterations, seed {self.seed}"
        )


def make_job(
    target: str | Path | DenseRun,
    method: str | None,
    given: Mapping[str, Any],
    seed: int | None,
    start: str | None,
    output: Path | None,
) -> TuneJob:
    """Put a tuning together; arguments as in `wann.workflows.tuning.tune.tune`.

    Raises:
        WannError: something about it cannot be.
    """
    if isinstance(target, DenseRun):
        file, source = target.network_file(), target.champion
    else:
        (target,) = resolve([target])
        file, source = find_network(target)
    task = build_task(file.task)
    network = plan_network(file, task, source)
    if not network.n_connections:
        raise TuneError(f"{source}: has no live connections, so there is nothing to tune")
    if seed is None:
        seed = file.provenance.get("seed", 0) if "topology" in file.provenance else 0
    if type(seed) is not int or not 0 <= seed < 2**63:
        raise TuneError(f"seed: got {seed!r}, expected a whole number, 0 to {2**63 - 1}")
    classifies = isinstance(task, ClassificationTask)
    method = method or ("gradient" if classifies else "cma")
    settings = make_settings(method, given)
    if (method == "gradient") != classifies:
        fits = "images are trained on by gradient" if classifies else "episodes need cma or reinforce"
        raise TuneError(f"method: {method} does not fit {task.name}; {fits}")
    if output is None:
        is_file = not isinstance(target, DenseRun) and (Path(target).is_file() or in_zoo(target))
        output = tuned_beside(source) if is_file else RunPaths(source.parent).tuned
    if output.suffix != ".json" or output.resolve() == source.resolve():
        raise OutputError(f"{output}: expected another .json file than the network itself; choose another -o")
    return TuneJob(file, source, task, network, method, settings, seed, _start(file, start), output)


def _start(file: NetworkFile, start: str | None) -> str:
    if start is None:
        by_itself = "random" if "topology" in file.provenance else "shared"
        return "weights" if file.weights is not None else by_itself
    if start not in STARTS:
        raise TuneError(
            f"start: got '{start}', expected one of {', '.join(STARTS)}{did_you_mean(start, STARTS)}"
        )
    if start == "weights" and file.weights is None:
        raise TuneError("start: the network file holds no weights to start with; use shared or random")
    return start
