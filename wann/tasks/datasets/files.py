"""The files of MNIST and Fashion-MNIST: where they lie, and their checksums."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from wann.errors import DataError

NAMES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)


@dataclass(frozen=True)
class Collection:
    """Four files of one folder.

    Attributes:
        checksums: MD5 of each of `NAMES`, as published.
        mirrors: where they can be had, tried in turn.
    """

    name: str
    checksums: tuple[str, str, str, str]
    mirrors: tuple[str, ...]


COLLECTIONS = {
    "mnist": Collection(
        "mnist",
        (
            "f68b3c2dcbeaaa9fbdd348bbdeb94873",
            "d53e105ee54ea40749a09fcbcd1e9432",
            "9fb629c4189551a2d022fa330f9573f3",
            "ec29112dd5afa0611ce80d1b7f02629c",
        ),
        (
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
        ),
    ),
    "fashion": Collection(
        "fashion",
        (
            "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
            "25c81989df183df01b3e8a0aad5dffbe",
            "bef4ecab320f06d8554ea6380940ec79",
            "bb300cfdad3c16e7a12a480ee83cd310",
        ),
        (
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        ),
    ),
}


def data_folder() -> Path:
    """Return `WANN_DATA_DIR`, else the folder `wann/data` of the user's cache."""
    if chosen := os.environ.get("WANN_DATA_DIR"):
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "wann" / "data"


def missing_files(collection: str) -> list[str]:
    """Return the names of a collection's files that are not there."""
    folder = data_folder() / collection
    return [name for name in NAMES if not (folder / name).is_file()]


def checked_files(collection: str) -> list[Path]:
    """Return the paths of a collection's files, in the order of `NAMES`, after comparing their checksums.

    Raises:
        DataError: one is not there, or is not the published one.
    """
    folder = data_folder() / collection
    if missing := missing_files(collection):
        raise DataError(
            f"{folder}: {missing[0]} is not there; get it with: wann data download {collection}, or set "
            f"WANN_DATA_DIR to a folder that holds {collection}/ with the four files"
        )
    paths = [folder / name for name in NAMES]
    for path, expected in zip(paths, COLLECTIONS[collection].checksums, strict=True):
        check_file(path, expected, collection)
    return paths


def check_file(path: Path, expected: str, collection: str) -> None:
    """Compare a file's MD5 with the published one.

    Raises:
        DataError: it differs, or the file cannot be read.
    """
    try:
        got = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from error
    if got != expected:
        raise DataError(
            f"{path}: truncated or corrupt: its MD5 is {got}, published is {expected}; delete it and get it "
            f"again with: wann data download {collection}"
        )
