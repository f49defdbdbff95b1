"""Writing files so that a crash at any instant leaves the old file or the new one, never half of one."""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

# How the names of files end that are being written.
UNFINISHED = ".part"
_LINE_BREAK = re.compile(r"\n *")
_PLAIN_LIST = re.compile(r"\[\n *([^\[\]{}]*?)\n *\]")


def write_atomically(path: Path, write: Callable[[BinaryIO], Any]) -> None:
    """Write to a temporary name in the same folder, sync it, and rename it to `path`."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}{UNFINISHED}")
    try:
        with temporary.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file atomically; numbers that are not finite become null."""
    text = json.dumps(finite(value), indent=1, allow_nan=False) + "\n"
    write_atomically(path, lambda file: file.write(text.encode()))


def write_json_rows(path: Path, value: Any) -> None:
    """Write a JSON file as `write_json` does, but lists of plain values on one line each, as rows."""
    text = json.dumps(finite(value), indent=1, allow_nan=False) + "\n"
    # a string holds no line break as such, so that none is taken for a list
    text = _PLAIN_LIST.sub(lambda found: f"[{_LINE_BREAK.sub(' ', found[1])}]", text)
    write_atomically(path, lambda file: file.write(text.encode()))


def finite(value: Any) -> Any:
    """Return a copy of JSON values in which numbers that are not finite are None."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return value
