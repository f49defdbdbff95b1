"""The files of a tuning, beside its result: a checkpoint, the history, and a lock."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import IO, Any, Self

import numpy as np

from wann.errors import GenomeError, OutputError, RunBusy, RunDamaged, TuneError
from wann.records.network.file import NetworkFile
from wann.records.origin import changed_code, check_data
from wann.records.storage.arrays import load_arrays, reading, save_arrays
from wann.records.storage.files import write_atomically
from wann.tasks.origin import Origin
from wann.training.state import TuneInfo, TuneState

FORMAT = 1
COLUMNS = tuple(field.name for field in fields(TuneInfo))
_TYPES = [{"int": int, "float": float}[str(field.type)] for field in fields(TuneInfo)]
_SECONDS_BETWEEN_CHECKPOINTS = 5.0


class TuningFiles:
    """What a tuning leaves behind; this process writes to it, until it is closed.

    Where the result is `tuned.json` or `NAME.tuned.json`, the others begin with `tuning` or `NAME.tuning`.

    Args:
        result: the network file that will hold the tuned weights.
        identity: what is tuned, and how: plain JSON values. A checkpoint is gone on with by its equal alone.
        origin: what it is computed from outside the network's file. One with other data is not gone on with.

    Attributes:
        changed: a line for each source file or package that is another one than the checkpoint was made with.

    Raises:
        RunBusy: another process tunes into the same files.
        OutputError: they cannot be written.
    """

    def __init__(self, result: Path, identity: dict[str, Any], origin: Origin | None = None) -> None:
        self.result, self.identity, self.origin = result, identity, origin or {}
        self.changed: list[str] = []
        name = result.name.removesuffix(".json").removesuffix("tuned").removesuffix(".")
        stem = f"{name}.tuning" if name else "tuning"
        self.checkpoint = result.with_name(f"{stem}.npz")
        self.history = result.with_name(f"{stem}.csv")
        self._lock_path = result.with_name(f".{stem}.lock")
        self._lock = self._take_lock()
        self._last = time.monotonic()

    def load(self) -> TuneState | None:
        """Return the state of the checkpoint, or None where there is none.

        Raises:
            RunDamaged: it cannot be read.
            TuneError: it is of another tuning.
            DataChanged: it was made of other data.
        """
        if not self.checkpoint.exists():
            return None
        with reading(self.checkpoint):
            arrays, meta = load_arrays(self.checkpoint)
            if meta["format"] != FORMAT:
                raise RunDamaged(f"{self.checkpoint}: format {meta['format']}, expected {FORMAT}")
            recorded, state = dict(meta["identity"]), _state(arrays, meta)
            was = dict(meta.get("origin") or {})  # an older version noted none
        self._compare(recorded)
        cure = "--restart begins anew in its place, -o FILE keeps both"
        check_data(was, self.origin, self.checkpoint, cure)
        self.changed = changed_code(was, self.origin)
        return state

    def save(self, state: TuneState) -> None:
        """Write a checkpoint and the history.

        Raises:
            OutputError: they cannot be written.
        """
        with self._writing(self.checkpoint):
            self._save(state)
        self._last = time.monotonic()

    def write(self, file: NetworkFile) -> None:
        """Write the result.

        Raises:
            OutputError: it cannot be written.
        """
        with self._writing(self.result):
            file.save(self.result)

    @contextmanager
    def _writing(self, path: Path) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise OutputError(
                f"{path}: cannot be written ({error.strerror or error}); the same command goes on from the "
                "last checkpoint when there is room again"
            ) from error

    def _save(self, state: TuneState) -> None:
        arrays, numbers = state.parts()
        arrays["rows"] = np.array([list(asdict(row).values()) for row in state.rows], np.float64)
        meta = {"format": FORMAT, "identity": self.identity, "origin": self.origin}
        save_arrays(self.checkpoint, arrays, meta | numbers)
        lines = [",".join(map(str, asdict(row).values())) for row in state.rows]
        text = "\n".join([",".join(COLUMNS), *lines]) + "\n"
        write_atomically(self.history, lambda file: file.write(text.encode()))

    def save_when_due(self, state: TuneState) -> None:
        """Write a checkpoint if the last one is some seconds old."""
        if time.monotonic() - self._last >= _SECONDS_BETWEEN_CHECKPOINTS:
            self.save(state)

    def recorded(self, state: TuneState) -> NetworkFile | None:
        """The result, if it is there and is that of this state's iteration."""
        if not self.result.exists():
            return None
        try:
            file = NetworkFile.load(self.result)
        except GenomeError:  # it is written again
            return None
        wanted = self.identity | {"iterations": state.iteration}
        return file if all(file.provenance.get(key) == wanted[key] for key in wanted) else None

    def set_aside(self) -> None:
        """Rename a checkpoint that cannot be read."""
        self.checkpoint.replace(self.checkpoint.with_suffix(".damaged"))

    def clear(self) -> None:
        """Remove what an earlier tuning left."""
        for path in (self.result, self.checkpoint, self.history):
            path.unlink(missing_ok=True)

    def close(self) -> None:
        """Let others tune into these files."""
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _compare(self, recorded: dict[str, Any]) -> None:
        """See that what is recorded is this tuning.

        Raises:
            TuneError: in what it is another one.
        """
        was, now = (_flat(identity) for identity in (recorded, self.identity))
        other = [
            f"{key} {was.get(key)}, now {now.get(key)}" for key in now | was if was.get(key) != now.get(key)
        ]
        if other:
            raise TuneError(
                f"{self.checkpoint}: is of another tuning ({'; '.join(other)}); --restart begins anew in its "
                "place, -o FILE keeps both"
            )

    def _take_lock(self) -> IO[str]:
        try:
            file = self._lock_path.open("w")
        except OSError as error:
            raise OutputError(f"{self.result}: cannot be written ({error.strerror})") from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.close()
            raise RunBusy(
                f"{self.result}: another process is tuning into it; wait for it, or stop it"
            ) from error
        return file


def _flat(identity: dict[str, Any]) -> dict[str, Any]:
    """The identity with its settings beside the rest."""
    settings = identity.get("settings")
    return {**identity, **(settings if isinstance(settings, dict) else {}), "settings": None}


def _state(arrays: dict[str, np.ndarray], meta: dict[str, Any]) -> TuneState:
    rows = [
        TuneInfo(*(kind(value) for kind, value in zip(_TYPES, row, strict=True)))
        for row in arrays["rows"].reshape(-1, len(_TYPES)).tolist()
    ]
    return TuneState.of_parts(arrays, meta, tuple(rows))
