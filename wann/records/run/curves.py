"""The history as curves for TensorBoard: one event a generation, in files that TensorBoard reads in order.

tensorboardX brings the format. Each session writes a file of its own, and only generations that no file
has yet; what a killed session had not written comes from the history.
"""

from __future__ import annotations

import importlib.util
import math
import struct
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from wann.errors import OutputError
from wann.search.state import GenerationInfo

# A record: its length, a checksum of that, the data, a checksum of it.
_HEADER, _CHECKSUM = struct.Struct("<Q4x"), 4
_NAME = "events.out.tfevents.{}.wann"
# Longer than any event that is written here.
_MOST_BYTES = 1_000_000


def check_tensorboard() -> None:
    """See that curves can be written.

    Raises:
        OutputError: the package for it is not installed.
    """
    if importlib.util.find_spec("tensorboardX") is None:
        raise OutputError(
            "--tensorboard: needs the package tensorboardX, which is not installed; "
            "try: pip install tensorboardX"
        )


class Curves:
    """Appends a point a generation to the curves in a folder, for each of the history's numbers."""

    def __init__(self, folder: Path) -> None:
        """Open the folder, or make it.

        Raises:
            OutputError: tensorboardX is not installed.
        """
        check_tensorboard()
        folder.mkdir(exist_ok=True)
        files = {int(path.suffixes[-2][1:]): path for path in folder.glob(_NAME.format("[0-9]*"))}
        self._last = max((step for path in files.values() for step in _steps(path)), default=0)
        self._path = folder / _NAME.format(f"{max(files, default=0) + 1:06d}")
        self._writer: Any = None

    def add(self, info: GenerationInfo) -> None:
        """Append a generation, unless it is there."""
        if info.generation <= self._last:
            return
        _, summary = _messages()
        numbers = {name: value for name, value in asdict(info).items() if isinstance(value, int | float)}
        points = [
            summary.Value(tag=name, simple_value=value)
            for name, value in numbers.items()
            if name != "generation" and math.isfinite(value)
        ]
        self._write(step=info.generation, summary=summary(value=points))
        self._last = info.generation

    def flush(self) -> None:
        """Bring what was appended to the disk."""
        if self._writer:
            self._writer.flush()

    def close(self) -> None:
        """Close the file."""
        if self._writer:
            self._writer.close()

    def _write(self, **content: Any) -> None:
        event, _ = _messages()
        if self._writer is None:
            from tensorboardX.record_writer import RecordWriter

            self._writer = RecordWriter(str(self._path))
            self._writer.write(event(wall_time=time.time(), file_version="brain.Event:2").SerializeToString())
        self._writer.write(event(wall_time=time.time(), **content).SerializeToString())


def _steps(path: Path) -> Iterator[int]:
    """Yield the step of every event of a file, up to one that was cut off."""
    event, _ = _messages()
    with path.open("rb") as file:
        while len(header := file.read(_HEADER.size)) == _HEADER.size:
            (size,) = _HEADER.unpack(header)
            record = file.read(min(size, _MOST_BYTES) + _CHECKSUM)
            if len(record) < size + _CHECKSUM:
                return
            yield event.FromString(record[:size]).step


def _messages() -> tuple[Any, Any]:
    """The classes Event and Summary, which are made as their modules are imported."""
    from tensorboardX.proto import event_pb2, summary_pb2

    return event_pb2.Event, summary_pb2.Summary  # pyright: ignore[reportAttributeAccessIssue]
