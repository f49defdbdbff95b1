"""The files of MNIST and Fashion-MNIST: where they lie, and the checksums of what is in them.

They are taken gzipped or not, whoever packed them: what is compared is unpacked.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from wann.errors import DataError
from wann.tasks.datasets.packed import read_unpacked

NAMES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


@dataclass(frozen=True)
class Collection:
    """Four files of one folder.

    Attributes:
        checksums: MD5 of each of `NAMES`, unpacked.
        mirrors: where they can be had gzipped, tried in turn.
        elsewhere: folders where systems put them.
    """

    name: str
    checksums: tuple[str, str, str, str]
    mirrors: tuple[str, ...]
    elsewhere: tuple[Path, ...] = ()


COLLECTIONS = {
    "mnist": Collection(
        "mnist",
        (
            "6bbc9ace898e44ae57da46a324031adb",
            "a25bea736e30d166cdddb491f175f624",
            "2646ac647ad5339dbf082846283269ea",
            "27ae3e4e09519cfbb04c329615203637",
        ),
        (
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
        ),
    ),
    "fashion": Collection(
        "fashion",
        (
            "f4a8712d7a061bf5bd6d2ca38dc4d50a",
            "9018921c3c673c538a1fc5bad174d6f9",
            "8181f5470baa50b63fa0f6fddb340f0a",
            "15d484375f8d13e6eb1aabb0c3f46965",
        ),
        (
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        ),
        (Path("/usr/share/datasets/fashion-mnist"),),  # Debian's package dataset-fashion-mnist
    ),
}


def data_folder() -> Path:
    """Return where data are kept: `WANN_DATA_DIR`, else the folder `wann/data` of the user's cache."""
    if chosen := os.environ.get("WANN_DATA_DIR"):
        return Path(chosen)
    return _cache()


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "wann" / "data"


def folders(collection: str) -> list[Path]:
    """Return the folders that are looked into for a collection, in this order."""
    named = [data_folder() / collection, _cache() / collection, *COLLECTIONS[collection].elsewhere]
    return list(dict.fromkeys(named))


def missing_files(collection: str) -> list[str]:
    """Return the names of a collection's files that are not there."""
    return [name for name in NAMES if not any(_is_there(folder, name) for folder in folders(collection))]


def home(collection: str) -> Path:
    """Return the first folder that holds a file of a collection; else the one to put them into."""
    looked = folders(collection)
    return next((folder for folder in looked if any(_is_there(folder, name) for name in NAMES)), looked[0])


def in_folder(folder: Path, name: str) -> Path:
    """Return the file of that name in a folder: unpacked if it is there so, else with the ending .gz."""
    plain = folder / name
    return plain if plain.is_file() else folder / f"{name}.gz"


def checked_files(collection: str) -> list[Path]:
    """Return the paths of a collection's files, in the order of `NAMES`, after comparing their checksums.

    Raises:
        DataError: one is not there, or is not the published one.
    """
    if missing := missing_files(collection):
        raise DataError(
            f"{data_folder() / collection}: {missing[0]} is not there, gzipped or not; get it with: "
            "wann data download "
            f"{collection}, or set WANN_DATA_DIR to a folder that holds {collection}/ with the four files"
        )
    paths = [_found(collection, name) for name in NAMES]
    for path, expected in zip(paths, COLLECTIONS[collection].checksums, strict=True):
        check_file(path, expected, collection)
    return paths


def _is_there(folder: Path, name: str) -> bool:
    return in_folder(folder, name).is_file()


def _found(collection: str, name: str) -> Path:
    return next(in_folder(folder, name) for folder in folders(collection) if _is_there(folder, name))


def check_file(path: Path, expected: str, collection: str) -> None:
    """Compare the MD5 of what a file holds, unpacked, with the published one.

    Raises:
        DataError: it differs, or the file cannot be read.
    """
    got = checksum(read_unpacked(path))
    if got != expected:
        raise DataError(
            f"{path}: another file than the published one, or damaged: unpacked, its MD5 is {got}, "
            "published is "
            f"{expected}; delete it and get it again with: wann data download {collection}"
        )


def checksum(content: bytes) -> str:
    """Return the MD5 of a file's content, by which published files are known."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
