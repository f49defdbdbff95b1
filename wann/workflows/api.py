"""The Python interface to runs: evolve, resume, load."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from wann.config import Config, load_config, override
from wann.records.find import RUNS, find_run
from wann.records.history import read_history
from wann.records.manifest import read_manifest
from wann.records.network_file import NetworkFile
from wann.records.paths import RunPaths
from wann.search.state import GenerationInfo
from wann.workflows import evolve as workflow
from wann.workflows.judge import TestReport
from wann.workflows.judge import test as judge_network
from wann.workflows.watcher import Watcher


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

    def test(self, episodes: int = 100, seed: int = 0) -> TestReport:
        """Put the champion through the regimes on held-out episodes."""
        return judge_network(self.folder, episodes=episodes, seed=seed)


def evolve(
    config: Config | str | Path,
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
        config: a config or the path of a YAML file.
        overrides: as `--set`, for example `("search.population=32",)`.
        seed, backend, workers: replace the config's.
        run_dir: the run folder; None makes one below `runs/`.
        watcher: is told what happens.
        tensorboard: write the history as curves for TensorBoard too.

    Raises:
        WannError: the config, the task, the folder or the backend is not as it should be.
    """
    name = "run" if isinstance(config, Config) else Path(config).stem
    loaded = config if isinstance(config, Config) else load_config(config)
    settings = {"run.seed": seed, "evaluation.backend": backend, "evaluation.workers": workers}
    changes = [*overrides, *(f"{key}={value}" for key, value in settings.items() if value is not None)]
    loaded = override(loaded, changes)
    folder = Path(run_dir) if run_dir else workflow.new_folder(RUNS, name, loaded.run.seed)
    return Run(workflow.start(loaded, folder, name, watcher, tensorboard=tensorboard).folder)


def resume(run: str | Path, generations: int | None = None, watcher: Watcher | None = None) -> Run:
    """Go on with a run (`latest` or its folder) and return it."""
    return Run(workflow.resume(find_run(run), generations, watcher=watcher).folder)


def load(run: str | Path) -> Run:
    """Open a run (`latest` or its folder) for reading.

    Raises:
        RunNotFound: there is none.
    """
    return Run(find_run(run))
