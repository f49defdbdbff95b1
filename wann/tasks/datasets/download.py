"""Getting a collection's files from public mirrors, checked before they are put in place."""

from __future__ import annotations

import os
import tempfile
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path

from wann.errors import DataError, did_you_mean
from wann.tasks.datasets.files import (
    COLLECTIONS,
    NAMES,
    Collection,
    check_file,
    checksum,
    data_folder,
    in_folder,
)
from wann.tasks.datasets.packed import unpacked

_TIMEOUT_SECONDS = 15.0
_PIECE = 1 << 16
_MOST_BYTES = 1 << 28

# Is told the file's name, the bytes that came so far, and those of the whole where that is known.
Progress = Callable[[str, int, int | None], None]


def download(
    collection: str, progress: Progress = lambda name, done, total: None, mirror: str | None = None
) -> Path:
    """Fetch the files that are missing or damaged, and return their folder.

    Args:
        collection: which.
        progress: is told how far it is.
        mirror: the address of a folder that holds the files, gzipped, to use in place of the known mirrors.

    Raises:
        DataError: no such collection, no mirror gives the published file, or it cannot be written.
    """
    if collection not in COLLECTIONS:
        raise DataError(
            f"wann data download: unknown collection '{collection}'; "
            f"expected {' or '.join(COLLECTIONS)}{did_you_mean(collection, COLLECTIONS)}"
        )
    known = COLLECTIONS[collection]
    mirrors = known.mirrors if mirror is None else (_checked_mirror(mirror),)
    folder = data_folder() / collection
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"{folder}: cannot be made ({error.strerror}); set WANN_DATA_DIR") from error
    for name, expected in zip(NAMES, known.checksums, strict=True):
        if not _is_good(in_folder(folder, name), expected, collection):
            _fetch(known, mirrors, folder / f"{name}.gz", expected, progress)
            (folder / name).unlink(missing_ok=True)  # damaged, and it would be read first
    return folder


def _checked_mirror(mirror: str) -> str:
    if not mirror.startswith(("http://", "https://", "file://")):
        raise DataError(
            f"--mirror: expected an address that begins with http://, https:// or file://, got '{mirror}'"
        )
    return mirror if mirror.endswith("/") else f"{mirror}/"


def _is_good(path: Path, expected: str, collection: str) -> bool:
    try:
        check_file(path, expected, collection)
    except DataError:
        return False
    return True


def _fetch(
    collection: Collection, mirrors: tuple[str, ...], path: Path, expected: str, progress: Progress
) -> None:
    reasons = []
    for mirror in mirrors:
        try:
            content = _read(mirror + path.name, path.name, progress)
            got = checksum(unpacked(content, _MOST_BYTES))
        except (OSError, EOFError, zlib.error, HTTPException, ValueError) as error:
            reasons.append(f"{mirror}: {getattr(error, 'reason', None) or error}")
            continue
        if got == expected:
            _put(path, content)
            return
        reasons.append(f"{mirror}: another file (unpacked MD5 {got}, published is {expected})")
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
