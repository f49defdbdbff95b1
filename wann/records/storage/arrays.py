"""Arrays with a JSON object beside them in an .npz file: without pickle, checked by a hash on reading."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from wann.errors import RunDamaged
from wann.records.storage.files import write_atomically


def save_arrays(path: Path, arrays: Mapping[str, np.ndarray], meta: dict[str, Any]) -> None:
    """Write them atomically."""
    content: dict[str, Any] = dict(arrays)
    content["meta"] = np.frombuffer(json.dumps(meta).encode(), np.uint8)
    content["hash"] = np.frombuffer(_hash(content), np.uint8)
    buffer = io.BytesIO()
    np.savez(buffer, **content)
    write_atomically(path, lambda file: file.write(buffer.getbuffer()))


def load_arrays(path: Path) -> tuple[dict[str, np.ndarray], Any]:
    """Read them; to be called inside `reading`, as a damaged file makes NumPy raise nearly anything.

    Raises:
        RunDamaged: the content does not match its hash.
    """
    with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    stored = arrays.pop("hash").tobytes()
    if stored != _hash(arrays):
        raise RunDamaged(f"{path}: its content does not match its hash")
    meta = json.loads(arrays.pop("meta").tobytes())
    return arrays, meta


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn whatever goes wrong while a checkpoint is read into one line.

    Raises:
        RunDamaged: what went wrong.
    """
    try:
        yield
    except RunDamaged:
        raise
    except Exception as error:
        reason = f"{type(error).__name__}: {' '.join(str(error).split())}"
        raise RunDamaged(f"{path}: not a readable checkpoint ({reason})") from error


def _hash(arrays: Mapping[str, np.ndarray]) -> bytes:
    state = hashlib.sha256()
    for name in sorted(arrays):
        state.update(f"{name} {arrays[name].dtype.str} {arrays[name].shape}".encode())
        state.update(arrays[name].tobytes())
    return state.digest()
