"""RunDirectory: one run on disk. It is created once, opened by one process at a time, read by anyone."""

from __future__ import annotations

import fcntl
import time
from importlib.metadata import version
from pathlib import Path
from typing import IO, Self

from wann.config import Config, config_hash, dump_config, load_config
from wann.errors import ConfigError, GenomeError, OutputError, RunBusy, RunDamaged, RunExists
from wann.records.checkpoint import load_checkpoint, save_checkpoint
from wann.records.files import UNFINISHED, write_atomically
from wann.records.history import History
from wann.records.manifest import create_manifest, now, read_manifest
from wann.records.network_file import NetworkFile
from wann.records.paths import RunPaths
from wann.search.state import Champion, GenerationInfo, SearchState

_KEPT_CHECKPOINTS = 3
_SECONDS_BETWEEN_CHECKPOINTS = 5.0


class RunDirectory:
    """A run folder that this process writes to, until it is closed."""

    def __init__(self, folder: Path) -> None:
        """Open a run.

        Raises:
            RunNotFound, RunBusy, RunDamaged, OutputError: why it cannot be opened.
        """
        self.paths = RunPaths(folder)
        self.manifest = read_manifest(folder)
        self._lock = _lock(self.paths)
        try:
            for unfinished in folder.rglob(f".*{UNFINISHED}"):  # of a process that was killed
                unfinished.unlink()
            self.config = _load_unchanged(self.paths, self.manifest["config_hash"])
            self.history = History(self.paths.history)
            self._champion_generation = self._recorded_champion()
        except BaseException:
            self._lock.close()
            raise
        self._last_checkpoint = time.monotonic()

    @classmethod
    def create(cls, folder: Path, name: str, config: Config) -> Self:
        """Make a new run folder and open it.

        Raises:
            RunExists: the folder is there and not empty.
            OutputError: it cannot be written.
        """
        paths = RunPaths(folder)
        try:
            if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
                raise RunExists(
                    f"{folder}: exists already; choose another --run-dir, or go on with: wann resume {folder}"
                )
            for made in (folder, paths.checkpoints, paths.champions):
                made.mkdir(parents=True, exist_ok=True)
            write_atomically(paths.config, lambda file: file.write(dump_config(config).encode()))
            create_manifest(paths, name, config)
        except OSError as error:
            raise OutputError(f"{folder}: a run folder cannot be written there ({error.strerror})") from error
        return cls(folder)

    def record(self, info: GenerationInfo, state: SearchState) -> None:
        """Record a generation: its champion if it brought one, its row, and a checkpoint when it is time."""
        self.history.record(info)  # first, as it refuses a replay that differs from what is recorded
        if state.champion:
            self._record_champion(state.champion)
        if time.monotonic() - self._last_checkpoint >= _SECONDS_BETWEEN_CHECKPOINTS:
            self.checkpoint(state)

    def checkpoint(self, state: SearchState) -> None:
        """Write the state after its generation, and keep the last three."""
        self.history.sync()
        path = self.paths.checkpoint(state.generation)
        if state.generation and not path.exists():
            save_checkpoint(path, state, self.manifest["config_hash"])
        for old in self._saved()[:-_KEPT_CHECKPOINTS]:
            old.unlink()
        self._last_checkpoint = time.monotonic()

    def newest_state(self) -> tuple[SearchState | None, list[str]]:
        """Return the newest state that can be read (None: start again), and a line for each that cannot."""
        problems = []
        for path in reversed(self._saved()):
            try:
                return load_checkpoint(path, self.manifest["config_hash"]), problems
            except RunDamaged as error:
                problems.append(str(error))
                path.rename(path.with_suffix(".damaged"))
        return None, problems

    def _saved(self) -> list[Path]:
        """The checkpoints, oldest first; beyond a million generations their names no longer sort."""
        return sorted(self.paths.checkpoints.glob("gen_*.npz"), key=lambda path: (len(path.name), path.name))

    def log(self, text: str) -> None:
        """Append lines to log.txt, with the time."""
        with self.paths.log.open("a") as file:
            file.writelines(f"{now()} {line}\n" for line in text.splitlines())

    def close(self) -> None:
        """Close the files and let others open the run."""
        self.history.close()
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _record_champion(self, champion: Champion) -> None:
        """Write champion.json and its copy in champions/, once; a replayed generation writes nothing."""
        if champion.generation <= self._champion_generation:
            return
        from wann.network.plan import compile_genome  # compiled code: late, so that reading a run is quick

        network = compile_genome(champion.genome)
        file = NetworkFile(
            task=self.config.task,
            genome=champion.genome,
            shared_weight=champion.best_weight,
            provenance={
                "made_by": f"wann {version('wann')}",
                "config": self.manifest["name"],
                "config_hash": self.manifest["config_hash"],
                "seed": self.config.run.seed,
                "shared_weights": list(self.config.evaluation.shared_weights),
                "generation": champion.generation,
                "select_mean": champion.score,
                "connections": network.n_connections,
                "nodes": network.n_nodes,
            },
        )
        former = self.paths.former_champion(champion.generation)
        if not former.exists():  # it does where the run was killed between the two
            file.save(former)
        file.save(self.paths.champion)
        self._champion_generation = champion.generation

    def _recorded_champion(self) -> int:
        """The generation of champion.json, 0 where there is none (or none that can be read)."""
        try:
            return int(NetworkFile.load(self.paths.champion).provenance["generation"])
        except (GenomeError, KeyError, TypeError, ValueError):
            return 0


def _load_unchanged(paths: RunPaths, recorded: str) -> Config:
    try:
        config = load_config(paths.config)
    except ConfigError as error:
        raise RunDamaged(str(error)) from error
    if config_hash(config) != recorded:
        raise RunDamaged(
            f"{paths.config}: was changed after the run began (hash {config_hash(config)}, the manifest has "
            f"{recorded}); restore it, or start a new run with: wann evolve"
        )
    return config


def _lock(paths: RunPaths) -> IO[str]:
    try:
        file = paths.lock.open("w")
    except OSError as error:
        raise OutputError(f"{paths.folder}: cannot be written ({error.strerror})") from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise RunBusy(
            f"{paths.folder}: another process works on this run; wait for it, or stop it"
        ) from error
    return file
