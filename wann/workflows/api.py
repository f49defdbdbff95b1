"""The Python interface to runs: evolve, resume, load, tune."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wann.config import Config, config_of, is_config
from wann.records.manifest import read_manifest
from wann.records.network.file import NetworkFile
from wann.records.run.history import read_history
from wann.records.storage.paths import RunPaths
from wann.records.target import RUNS, find_run
from wann.search.state import GenerationInfo
from wann.workflows.judge import TestReport
from wann.workflows.judge import test as judge_network
from wann.workflows.search import evolve as workflow
from wann.workflows.search.watcher import TuneWatcher, Watcher
from wann.workflows.tuning.fixed_topology import DenseRun
from wann.workflows.tuning.tune import TuneOutcome
from wann.workflows.tuning.tune import tune as tune_network


@dataclass(frozen=True)
class Run:
    """A run folder, read."""

    folder: Path

    @property
    def status(self) -> str:
        """`finished`, `solved`, `running`, `interrupted`, ..."""
        return read_manifest(self.folder)["status"]

    @property
    def history(self) -> list[GenerationInfo]:
        """A row a generation."""
        return read_history(RunPaths(self.folder).history)

    @property
    def champion(self) -> NetworkFile:
        """The champion.

        Raises:
            GenomeError: there is none yet.
        """
        return NetworkFile.load(RunPaths(self.folder).champion)

    @property
    def tuned(self) -> NetworkFile:
        """The champion with the weights that `tune` found.

        Raises:
            GenomeError: it has not been tuned yet.
        """
        return NetworkFile.load(RunPaths(self.folder).tuned)

    def test(
        self,
        episodes: int | None = None,
        seed: int = 0,
        *,
        regimes: Sequence[str] | None = None,
        quick: bool = False,
    ) -> TestReport:
        """Put the champion through the regimes on held-out episodes.

        Args:
            episodes: test episodes; None for 100, or 20 in a quick judgement.
            seed: of the test episodes.
            regimes: some of them, for example `("search", "random")`; None for all.
            quick: rough figures, soon: fewer episodes and shared weights.
        """
        return judge_network(self.folder, episodes=episodes, seed=seed, regimes=regimes, quick=quick)


def evolve(
    config: Config | Mapping[str, Any] | str | Path,
    *,
    overrides: tuple[str, ...] = (),
    seed: int | None = None,
    run_dir: str | Path | None = None,
    backend: str | None = None,
    workers: int | None = None,
    watcher: Watcher | None = None,
    tensorboard: bool = False,
) -> Run:
    """Search as `wann evolve` does, and return the run.

    Args:
        config: a config, the path of a YAML file, or a mapping such as `{"task": {"env": "CartPole-v1"}}`,
            which is checked as a file is; files that it names are from the working folder.
        overrides: as `--set`, for example `("search.population=32",)`.
        seed, backend, workers: replace the config's.
        run_dir: the run folder; None makes one below `runs/`.
        watcher: is told what happens.
        tensorboard: write the history as curves for TensorBoard too.

    Raises:
        WannError: the config, the task, the folder or the backend is not as it should be.
    """
    name = "run" if isinstance(config, Config | Mapping) else Path(config).stem
    settings = {"run.seed": seed, "evaluation.backend": backend, "evaluation.workers": workers}
    changes = [*overrides, *(f"{key}={value}" for key, value in settings.items() if value is not None)]
    loaded = config_of(config, changes)
    folder = Path(run_dir) if run_dir else workflow.new_folder(RUNS, name, loaded.run.seed)
    return Run(workflow.start(loaded, folder, name, watcher, tensorboard=tensorboard).folder)


def resume(
    run: str | Path,
    generations: int | None = None,
    watcher: Watcher | None = None,
    *,
    overrides: Sequence[str] = (),
) -> Run:
    """Go on with a run as `wann resume` does, and return it.

    Args:
        run: `latest` or its folder.
        generations: a new total; None keeps the recorded one.
        watcher: is told what happens.
        overrides: stop rules, as `--set`, for example `("run.solved_score=null",)`; later calls keep them.

    Raises:
        WannError: the run cannot be opened, or an override is wrong or of what cannot change.
    """
    folder = find_run(run)
    return Run(workflow.resume(folder, generations, watcher=watcher, overrides=overrides).folder)


def load(run: str | Path) -> Run:
    """Open a run (`latest` or its folder) for reading.

    Raises:
        RunNotFound: there is none.
    """
    return Run(find_run(run))


def tune(
    target: Config | Mapping[str, Any] | str | Path,
    method: str | None = None,
    *,
    settings: Mapping[str, Any] | None = None,
    seed: int | None = None,
    start: str | None = None,
    backend: str | None = None,
    workers: int | None = None,
    output: str | Path | None = None,
    run_dir: str | Path | None = None,
    restart: bool = False,
    watcher: TuneWatcher | None = None,
) -> TuneOutcome:
    """Train the weights of a network's connections, as `wann tune` does; an equal call goes on.

    Args:
        target: `latest`, a run folder, a network file, or a config with a topology (or its path,
            or a mapping, as of `evolve`).
        method: `cma`, `reinforce` or `gradient`; None for the one that fits the task.
        settings: of the method, for example `{"iterations": 200, "population": 32}`; see docs/tune.md.
        seed: of all that is drawn; None for the config's, else 0.
        start: begin with the tuned `shared` weight, `random` weights, or the file's own `weights`.
        backend, workers: who evaluates; `local` and every core by default.
        output: the file to write; None for `tuned.json` in a run, `NAME.tuned.json` beside a file.
        run_dir: of a config: the run folder; None makes one below `runs/`.
        restart: begin anew, whatever is there.
        watcher: is told what happens.

    Raises:
        WannError: there is no such network, it cannot be tuned so, or files cannot be written.
    """
    network: str | Path | DenseRun
    if isinstance(target, Config | Mapping) or is_config(target):
        network = DenseRun.of(target, seed, Path(run_dir) if run_dir else None)
    else:
        network = target
    return tune_network(
        network,
        method,
        settings,
        seed=seed,
        start=start,
        backend=backend,
        workers=workers,
        output=Path(output) if output else None,
        restart=restart,
        watcher=watcher,
    )
