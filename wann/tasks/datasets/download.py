"""Getting a collection's files from public mirrors, checked before they are put in place."""

from __future__ import annotations

import hashlib
import os
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path

from wann.errors import DataError, did_you_mean
from wann.tasks.datasets.files import COLLECTIONS, NAMES, Collection, check_file, data_folder

_TIMEOUT_SECONDS = 15.0
_PIECE = 1 << 16
_MOST_BYTES = 1 << 28

# Is told the file's name, the bytes that came so far, and those of the whole where that is known.
Progress = Callable[[str, int, int | None], None]


def download(collection: str, progress: Progress = lambda name, done, total: None) -> Path:
    """Fetch the files that are missing or damaged, and return their folder.

    Raises:
        DataError: no such collection, no mirror gives the published file, or it cannot be written.
    """
    if collection not in COLLECTIONS:
        raise DataError(
            f"wann data download: unknown collection '{collection}'; "
            f"expected {' or '.join(COLLECTIONS)}{did_you_mean(collection, COLLECTIONS)}"
        )
    known = COLLECTIONS[collection]
    folder = data_folder() / collection
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"{folder}: cannot be made ({error.strerror}); set WANN_DATA_DIR") from error
    for name, checksum in zip(NAMES, known.checksums, strict=True):
        if not _is_good(folder / name, checksum, collection):
            _fetch(known, folder / name, checksum, progress)
    return folder


def _is_good(path: Path, checksum: str, collection: str) -> bool:
    try:
        check_file(path, checksum, collection)
    except DataError:
        return False
    return True


def _fetch(collection: Collection, path: Path, checksum: str, progress: Progress) -> None:
    reasons = []
    for mirror in collection.mirrors:
        try:
            content = _read(mirror + path.name, path.name, progress)
        except (OSError, HTTPException, ValueError) as error:
            reasons.append(f"{mirror}: {getattr(error, 'reason', None) or error}")
            continue
        got = hashlib.md5(content, usedforsecurity=False).hexdigest()
        if got == checksum:
            _put(path, content)
            return
        reasons.append(f"{mirror}: another file (MD5 {got}, published is {checksum})")
    raise DataError(
        f"{path.name}: no mirror gives it ({'; '.join(reasons)}); without a network, put the four files of "
        f"{collection.name} into {path.parent} by hand"
    )


def _read(url: str, name: str, progress: Progress) -> bytes:
    with urllib.request.urlopen(url, timeout=_TIMEOUT_SECONDS) as answer:
        size = answer.headers.get("Content-Length")
        total, content = int(size) if size else None, bytearray()
        while piece := answer.read(_PIECE):
            content += piece
            if len(content) > _MOST_BYTES:
                raise ValueError("far larger than expected")
            progress(name, len(content), total)
    return bytes(content)


def _put(path: Path, content: bytes) -> None:
    """Write atomically: nobody ever sees half a file."""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except OSError as error:
        raise DataError(f"{path}: cannot be written ({error.strerror})") from error
