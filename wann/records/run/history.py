"""history.csv: a row a generation, appended and flushed; nothing written is ever changed."""

from __future__ import annotations

import csv
import os
from dataclasses import asdict, fields
from pathlib import Path

from wann.errors import RunDamaged
from wann.search.state import GenerationInfo

ALL_COLUMNS = tuple(field.name for field in fields(GenerationInfo))
COLUMNS = tuple(name for name in ALL_COLUMNS if name != "accuracy")  # which is for classification alone
_TYPES = {"int": int, "float": float, "str": str, "float | None": float}
_READ = {field.name: _TYPES[str(field.type)] for field in fields(GenerationInfo)}


class History:
    """The rows of a run; generations that are recorded already are checked, not written again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.rows = _read(path)
        self._file = path.open("a", newline="")

    def record(self, info: GenerationInfo) -> bool:
        """Append a row, or check it against the one that is there; return whether it is new.

        Raises:
            RunDamaged: the generation was recorded with another digest.
        """
        if info.generation <= len(self.rows):
            recorded = self.rows[info.generation - 1]
            if recorded.digest != info.digest:
                raise RunDamaged(
                    f"{self._path}: generation {info.generation} gives the digest {info.digest}, recorded is "
                    f"{recorded.digest}; the run was made with other versions or was changed"
                )
            return False
        if info.generation > len(self.rows) + 1:
            raise RunDamaged(
                f"{self._path}: ends with generation {len(self.rows)}, but the newest checkpoint is one of "
                f"generation {info.generation - 1}; restore the missing rows, or delete the newer checkpoints"
            )
        values = {name: value for name, value in asdict(info).items() if value is not None}
        if not self.rows and self._file.tell() == 0:
            self._file.write(",".join(values) + "\n")
        self._file.write(",".join(map(_text, values.values())) + "\n")
        self._file.flush()
        self.rows.append(info)
        return True

    def sync(self) -> None:
        """Bring what is written to the disk, so that no checkpoint is ever ahead of its rows."""
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read_history(path: Path) -> list[GenerationInfo]:
    """Return the complete rows of a history, and leave the file as it is.

    Raises:
        RunDamaged: a row before the last cannot be read.
    """
    return _parse(path)[0] if path.exists() else []


def _read(path: Path) -> list[GenerationInfo]:
    """Read the rows and drop a torn last one from the file."""
    if not path.exists():
        return []
    rows, complete = _parse(path)
    if complete < path.stat().st_size:
        with path.open("r+b") as file:
            file.truncate(complete)
    return rows


def _parse(path: Path) -> tuple[list[GenerationInfo], int]:
    """Return the complete rows and the number of bytes that they and the header take."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RunDamaged(f"{path}: cannot be read ({error.strerror})") from error
    complete = content.rfind(b"\n") + 1
    lines = content[:complete].decode(errors="replace").splitlines()
    if not lines:
        return [], 0
    columns = tuple(lines[0].split(","))
    if columns not in (COLUMNS, ALL_COLUMNS):
        raise RunDamaged(f"{path}:1: expected the columns {','.join(COLUMNS)}")
    rows = []
    for number, values in enumerate(csv.reader(lines[1:]), start=2):
        try:
            row = GenerationInfo(
                **{name: _READ[name](value) for name, value in zip(columns, values, strict=True)}
            )
        except ValueError as error:
            raise RunDamaged(f"{path}:{number}: not a history row ({error})") from error
        if row.generation != number - 1:
            raise RunDamaged(f"{path}:{number}: expected generation {number - 1}, got {row.generation}")
        rows.append(row)
    return rows, complete


def _text(value: object) -> str:
    return repr(value) if isinstance(value, float) else str(value)
