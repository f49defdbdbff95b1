"""The run folder of a fixed topology: files as those of a search, and the topology is the champion."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from wann.config import Config, config_hash, config_of, rooted
from wann.errors import ConfigError, RunExists
from wann.genome.layered import dense_genome
from wann.records.manifest import read_manifest
from wann.records.network.file import NetworkFile
from wann.records.run.directory import make_run_folder
from wann.records.storage.paths import RunPaths
from wann.records.target import RUNS
from wann.workflows.build import build_task, settled
from wann.workflows.search.evolve import new_folder


@dataclass(frozen=True)
class DenseRun:
    """The run of a config with a topology, made or to be made in `folder`; `name` is the config's."""

    config: Config
    folder: Path
    name: str

    @classmethod
    def of(
        cls,
        config: Config | Mapping[str, Any] | str | Path,
        seed: int | None = None,
        folder: Path | None = None,
    ) -> DenseRun:
        """The run of a config, a mapping or a file, by default in a new folder below `runs/`.

        Raises:
            ConfigError: the config is faulty, or has no topology.
        """
        given = isinstance(config, Config | Mapping)
        name = "run" if given else Path(config).stem
        changes = [] if seed is None else [f"run.seed={seed}"]
        loaded = rooted(config_of(config, changes))
        if loaded.topology is None:
            where = "config" if given else config
            raise ConfigError(
                [f"{where}: topology: there is none, so it is searched: wann evolve; then tune the run"]
            )
        return cls(loaded, folder or new_folder(RUNS, name, loaded.run.seed), name)

    def settled(self, say: Callable[[str], None]) -> DenseRun:
        """Return the run with its inputs' scale settled; one that was begun stays as it is."""
        begun = RunPaths(self.folder).manifest
        if begun.is_file() and read_manifest(self.folder)["config_hash"] == config_hash(self.config):
            return self
        section = settled(self.config.task, say)
        return replace(self, config=self.config.model_copy(update={"task": section}))

    @property
    def champion(self) -> Path:
        """The network file of the topology."""
        return RunPaths(self.folder).champion

    def network_file(self) -> NetworkFile:
        """What that file holds.

        Raises:
            TaskError: the task cannot be built.
            GenomeError: the topology is too large.
        """
        config, topology = self.config, self.config.topology
        assert topology is not None
        task = build_task(config.task)
        genome = dense_genome(
            task.n_inputs, topology.hidden, task.n_outputs, topology.activation, task.output_activation
        )
        provenance = {
            "made_by": f"wann {version('wann')}",
            "config": self.name,
            "config_hash": config_hash(config),
            "seed": config.run.seed,
            "shared_weights": list(config.evaluation.shared_weights),
            "topology": topology.model_dump(mode="json"),
            "connections": len(genome.source),
            "nodes": genome.n_nodes,
            **task.facts,
        }
        return NetworkFile(config.task, genome, provenance=provenance)

    def make(self) -> None:
        """Make the folder, or see that it is there already.

        Raises:
            RunExists: it holds something else.
            OutputError: it cannot be written.
        """
        if not RunPaths(self.folder).manifest.is_file():
            make_run_folder(self.folder, self.name, self.config)
        elif read_manifest(self.folder)["config_hash"] != config_hash(self.config):
            raise RunExists(f"{self.folder}: holds a run of another config; choose another --run-dir")
        if not self.champion.is_file():
            self.network_file().save(self.champion)
