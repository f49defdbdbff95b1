"""Files that may be gzipped."""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path

from wann.errors import DataError

_GZIP = b"\x1f\x8b"


def read_unpacked(path: Path, most_bytes: int = 1 << 30, expected: str = "a file of MNIST's size") -> bytes:
    """Return what a file holds, unpacked where it is gzipped, whatever it is called.

    Raises:
        DataError: it cannot be read, is damaged, or is larger than `most_bytes`.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(most_bytes + 1)
        return _checked(path, unpacked(raw, most_bytes), most_bytes, expected)
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{path}: cannot be read, truncated or corrupt ({reason}); get it again") from error


def unpacked(raw: bytes, most_bytes: int) -> bytes:
    """Return bytes without their gzip, where they have one; at most one byte more than `most_bytes`.

    Raises:
        OSError, EOFError, zlib.error: the gzip is damaged.
    """
    if not raw.startswith(_GZIP):
        return raw
    with gzip.open(io.BytesIO(raw)) as file:
        return file.read(most_bytes + 1)


def _checked(path: Path, content: bytes, most_bytes: int, expected: str) -> bytes:
    if len(content) > most_bytes:
        raise DataError(f"{path}: larger than {most_bytes >> 30} GiB; expected {expected}")
    return content
