"""RunDirectory: one run on disk. It is created once, opened by one process at a time, read by anyone."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Self

from wann.config import Config, dump_config
from wann.errors import GenomeError, OutputError, RunBusy, RunDamaged, RunExists
from wann.records.manifest import SEARCH, append_log, create_manifest, read_manifest, require_kind
from wann.records.network.file import NetworkFile
from wann.records.run.champion import champion_file
from wann.records.run.checkpoint import load_checkpoint, save_checkpoint
from wann.records.run.curves import Curves
from wann.records.run.history import History
from wann.records.run.reading import load_unchanged
from wann.records.storage.files import UNFINISHED, write_atomically
from wann.records.storage.paths import RunPaths
from wann.search.state import Champion, GenerationInfo, SearchState

_KEPT_CHECKPOINTS = 3
_SECONDS_BETWEEN_CHECKPOINTS = 5.0


class RunDirectory:
    """A run folder that this process writes to, until it is closed."""

    def __init__(self, folder: Path) -> None:
        """Open a run.

        Raises:
            RunNotFound, RunBusy, RunDamaged, RunError, OutputError: why it cannot be opened.
        """
        self.paths = RunPaths(folder)
        self.manifest = read_manifest(folder)
        require_kind(folder, self.manifest, SEARCH)
        self._lock = lock(self.paths)
        self._curves: Curves | None = None
        try:
            for unfinished in folder.rglob(f".*{UNFINISHED}"):  # of a process that was killed
                unfinished.unlink()
            for made in (self.paths.checkpoints, self.paths.champions):
                made.mkdir(exist_ok=True)
            self.config = load_unchanged(self.paths, self.manifest["config_hash"])
            self.history = History(self.paths.history)
            self._champion_generation = self._recorded_champion()
        except OSError as error:
            self._lock.close()
            raise RunDamaged(
                f"{error.filename or folder}: cannot be read or written ({error.strerror})"
            ) from error
        except BaseException:
            self._lock.close()
            raise
        self._last_checkpoint = time.monotonic()

    @classmethod
    def create(
        cls, folder: Path, name: str, config: Config, facts: Mapping[str, Sequence[str]] | None = None
    ) -> Self:
        """Make a new run folder and open it; `facts` is what its networks should tell of their data.

        Raises:
            RunExists: the folder is there and not empty.
            OutputError: it cannot be written.
        """
        make_run_folder(folder, name, config, facts)
        return cls(folder)

    def draw_curves(self) -> None:
        """Write the history as curves for TensorBoard too: what is there already, and what is to come.

        Raises:
            OutputError: the package for it is not installed.
        """
        self._curves = Curves(self.paths.tensorboard)
        for row in self.history.rows:
            self._curves.add(row)

    def record(self, info: GenerationInfo, state: SearchState) -> None:
        """Record a generation: its champion if it brought one, its row, and a checkpoint when it is time."""
        self.history.record(info)  # first, as it refuses a replay that differs from what is recorded
        if state.champion:
            self.record_champion(state.champion)
        if self._curves:
            self._curves.add(info)
        if time.monotonic() - self._last_checkpoint >= _SECONDS_BETWEEN_CHECKPOINTS:
            self.checkpoint(state)

    def checkpoint(self, state: SearchState) -> None:
        """Write the state after its generation, and keep the last three."""
        self.history.sync()
        if self._curves:
            self._curves.flush()
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
        append_log(self.paths, text)

    def close(self) -> None:
        """Close the files and let others open the run."""
        self.history.close()
        if self._curves:
            self._curves.close()
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def record_champion(self, champion: Champion) -> None:
        """Write champion.json and its copy in champions/, once; a replayed generation writes nothing."""
        if champion.generation <= self._champion_generation:
            return
        file = champion_file(champion, self.config, self.manifest)
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


def make_run_folder(
    folder: Path, name: str, config: Config, facts: Mapping[str, Sequence[str]] | None = None
) -> RunPaths:
    """Make a new run folder, which holds its config and its manifest.

    Raises:
        RunExists: the folder is there and not empty.
        OutputError: it cannot be written.
    """
    paths = RunPaths(folder)
    try:
        check_new(folder)
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(paths.config, lambda file: file.write(dump_config(config).encode()))
        create_manifest(paths, name, config, facts)
    except OSError as error:
        raise OutputError(f"{folder}: a run folder cannot be written there ({error.strerror})") from error
    return paths


def check_new(folder: Path) -> None:
    """See that a run can be made in a folder.

    Raises:
        RunExists: the folder is there and not empty.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise RunExists(
            f"{folder}: exists already; choose another --run-dir, or go on with: wann resume {folder}"
        )


def lock(paths: RunPaths) -> IO[str]:
    """Keep others from opening a run, until what is returned is closed.

    Raises:
        RunBusy: another process works on it.
        OutputError: the folder cannot be written.
    """
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
