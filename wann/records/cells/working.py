"""What a cell of `wann prune` has come to while it is made: a folder that is gone when it is finished.

working/lottery-d0.05-s1/0003.npz     its fourth training, as it was some seconds ago
working/lottery-d0.05-s1/now.txt      what it does now, for people
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from wann.errors import RunDamaged
from wann.records.storage.arrays import load_arrays, reading, save_arrays

_SECONDS_BETWEEN_SAVES = 10.0
_SECONDS_BETWEEN_WORDS = 1.0
_WORDS = "now.txt"

Kept = tuple[dict[str, np.ndarray], dict[str, Any]]


class WorkingFolder:
    """Keeps one cell's trainings, in their order; where the folder cannot be written, nothing.

    A worker on another machine may not reach the run folder: it makes the cell all the same.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        if folder is not None:
            try:
                folder.mkdir(exist_ok=True)
            except OSError:
                self.folder = None
        self._given = 0
        self._saved = time.monotonic()
        self._told = 0.0

    def next(self) -> WorkingPlace:
        """Return the place of the next training."""
        number, self._given = self._given, self._given + 1
        return WorkingPlace(self, f"{number:04}.npz")

    def found(self, name: str) -> Kept | None:
        """Return what was kept under a name; what cannot be read is as good as nothing."""
        if self.folder is None or not (path := self.folder / name).exists():
            return None
        with suppress(RunDamaged), reading(path):
            return load_arrays(path)
        return None

    def keep(
        self, name: str, made: Callable[[], tuple[Mapping[str, np.ndarray], dict[str, Any]]], over: bool
    ) -> None:
        """Keep this under a name, if it is over or the last time is some seconds ago."""
        soon = time.monotonic() - self._saved < _SECONDS_BETWEEN_SAVES
        if self.folder is None or (soon and not over):
            return
        with suppress(OSError):
            save_arrays(self.folder / name, *made())
        self._saved = time.monotonic()

    def tell(self, words: str) -> None:
        """Say what goes on, if the last words are a second old."""
        if self.folder is None or time.monotonic() - self._told < _SECONDS_BETWEEN_WORDS:
            return
        with suppress(OSError):
            (self.folder / _WORDS).write_text(words)
        self._told = time.monotonic()

    def rest(self) -> None:
        """Nothing goes on any more; what was kept stays."""
        if self.folder is not None:
            with suppress(OSError):
                (self.folder / _WORDS).unlink(missing_ok=True)
                self.folder.rmdir()  # where nothing was kept

    def remove(self) -> None:
        """The cell is finished."""
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)


class WorkingPlace:
    """The place of one training in a `WorkingFolder`."""

    def __init__(self, folder: WorkingFolder, name: str) -> None:
        self._folder, self._name = folder, name

    def found(self) -> Kept | None:
        """Return what was kept last."""
        return self._folder.found(self._name)

    def keep(self, snapshot: Callable[[], Kept], over: bool) -> None:
        """Keep what the training has come to."""
        self._folder.keep(self._name, snapshot, over)


def forget_words(working: Path) -> None:
    """Remove what killed processes said."""
    for path in working.glob(f"*/{_WORDS}"):
        path.unlink(missing_ok=True)


def under_way(working: Path) -> list[str]:
    """What goes on in a run, a line a cell, by its name."""
    found = []
    for path in sorted(working.glob(f"*/{_WORDS}")):
        with suppress(OSError):
            found.append(f"{path.parent.name}: {path.read_text()}")
    return found
