"""The idx format of the original MNIST files (LeCun, Cortes & Burges 1998): a big-endian header, then bytes.

Two zero bytes, the type of the numbers (8: unsigned bytes), the number of dimensions, then the size of each
dimension as 32 bits.
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from wann.errors import DataError
from wann.tasks.datasets.packed import read_unpacked

_UNSIGNED_BYTES = 8


def read_idx(path: Path, n_dimensions: int) -> np.ndarray:
    """Return the uint8 array of an idx file, gzipped or not.

    Raises:
        DataError: it cannot be read, is none, has other dimensions, or ends early.
    """
    content = read_unpacked(path)
    magic = content[:4]
    expected = bytes([0, 0, _UNSIGNED_BYTES, n_dimensions])
    if magic != expected:
        raise DataError(
            f"{path}: wrong magic number: expected 0x{expected.hex()} (idx, unsigned bytes, {n_dimensions} "
            f"dimensions), got 0x{magic.hex()}"
        )
    header = 4 + 4 * n_dimensions
    if len(content) < header:
        raise DataError(f"{path}: truncated: the header has {len(content)} of {header} bytes")
    shape = struct.unpack(f">{n_dimensions}I", content[4:header])
    size, got = int(np.prod(shape, dtype=object)), len(content) - header
    if got != size:
        what = "truncated" if got < size else "too long"
        raise DataError(f"{path}: {what}: expected {size} bytes for the shape {shape}, got {got}")
    return np.frombuffer(content, np.uint8, offset=header).reshape(shape)
