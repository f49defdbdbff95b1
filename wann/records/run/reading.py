"""A run as it stands on disk, read without a lock and without a write: by anyone, at any time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wann.config import Config, config_hash, parse_config
from wann.config.loading import text_of
from wann.errors import ConfigError, RunDamaged, RunError
from wann.records.manifest import SEARCH, read_manifest, require_kind
from wann.records.network.file import NetworkFile
from wann.records.run.checkpoint import load_checkpoint
from wann.records.run.history import read_history
from wann.records.storage.paths import RunPaths
from wann.search.state import GenerationInfo, SearchState

_ATTEMPTS = 100


@dataclass(frozen=True)
class Snapshot:
    """What a run had recorded at one moment.

    Attributes:
        rows: the complete rows of the history.
        champion: champion.json, or None where there is none. It came in one of the rows' generations, or in
            the one after them, whose row was not written yet.
        reached: the generation that sessions and checkpoints say was reached: more than there are rows only
            where rows were lost.
    """

    rows: list[GenerationInfo]
    champion: NetworkFile | None
    reached: int


class RecordedRun:
    """A run folder to read from, also while a process goes on with the run."""

    def __init__(self, folder: Path) -> None:
        """Read what never changes.

        Raises:
            RunNotFound: there is no run.
            RunError: it is no search.
            RunDamaged: its manifest or config cannot be read, or the config was changed.
        """
        self.paths = RunPaths(folder)
        self.manifest = read_manifest(folder)
        require_kind(folder, self.manifest, SEARCH)
        self.config = load_unchanged(self.paths, self.manifest["config_hash"])

    def check_searched(self) -> None:
        """See that the run is a search.

        Raises:
            RunError: its topology is fixed, so there are no generations.
        """
        if self.config.topology:
            folder = self.paths.folder
            raise RunError(f"{folder}: has a fixed topology and no generations; wann tune {folder} trains it")

    def snapshot(self) -> Snapshot:
        """Read what is recorded so far.

        Raises:
            RunDamaged: a row of the history cannot be read, or is missing.
            GenomeError: champion.json cannot be read.
        """
        reached = max([0, *_ends(self.manifest), *(number for number, _ in _checkpoints(self.paths))])
        champion = self._champion()
        for _ in range(_ATTEMPTS):
            rows = read_history(self.paths.history)
            before, champion = champion, self._champion()
            if _same(before, champion):
                return Snapshot(rows, champion, reached)
        raise RunDamaged(f"{self.paths.champion}: changes all the time; try again")

    def states_before(self, generation: int) -> Iterator[SearchState | RunDamaged]:
        """Yield the states of checkpoints before a generation, newest first, or why one cannot be read."""
        for number, path in sorted(_checkpoints(self.paths), reverse=True):
            if number >= generation:
                continue
            try:
                yield load_checkpoint(path, self.manifest["config_hash"])
            except RunDamaged as error:
                if path.exists():  # else it was an old one, and the process at work has removed it
                    yield error

    def _champion(self) -> NetworkFile | None:
        path = self.paths.champion
        return NetworkFile.load(path) if path.exists() else None


def load_unchanged(paths: RunPaths, recorded: str) -> Config:
    """Return a run's config, whose hash the manifest records.

    Raises:
        RunDamaged: it cannot be read, or is not the one that the run began with.
    """
    with reading_config():
        config = parse_config(text_of(paths.config), str(paths.config))
    check_unchanged(paths, config_hash(config), recorded, "wann evolve")
    return config


@contextmanager
def reading_config() -> Iterator[None]:
    """A config that cannot be read damages the run that it is of."""
    try:
        yield
    except ConfigError as error:
        raise RunDamaged(str(error)) from error


def check_unchanged(paths: RunPaths, found: str, recorded: str, command: str) -> None:
    """Compare the hashes of a run's config: the file's, and the one that the manifest records.

    Raises:
        RunDamaged: they differ.
    """
    if found != recorded:
        raise RunDamaged(
            f"{paths.config}: was changed after the run began (hash {found}, the manifest has "
            f"{recorded}); restore it, or start a new run with: {command}"
        )


def _same(one: NetworkFile | None, other: NetworkFile | None) -> bool:
    return one is other or (one is not None and other is not None and one.to_json() == other.to_json())


def _ends(manifest: dict[str, Any]) -> Iterator[int]:
    """The generations after which sessions ended."""
    for session in manifest["sessions"]:
        end = session.get("generation") if isinstance(session, dict) else None
        if isinstance(end, int):
            yield end


def _checkpoints(paths: RunPaths) -> list[tuple[int, Path]]:
    named = ((re.fullmatch(r"gen_(\d+)\.npz", path.name), path) for path in paths.checkpoints.glob("*.npz"))
    return [(int(match[1]), path) for match, path in named if match]
