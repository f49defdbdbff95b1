"""The data sets that are known by name."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np

from wann.errors import DataError, UnknownDataset, did_you_mean
from wann.tasks.datasets.dataset import Dataset, make_dataset, without_test_set
from wann.tasks.datasets.files import checked_files
from wann.tasks.datasets.idx import read_idx
from wann.tasks.datasets.images import deskew, resize
from wann.tasks.datasets.npz import read_npz
from wann.tasks.datasets.scaling import NONE, scaled
from wann.tasks.datasets.table import ENDINGS, read_table

_CLOTHES = ("T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot")
_BRIGHTEST = 255.0
_DIGITS_TEST_SHARE = 400 / 1797


def _digits() -> Dataset:
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    return without_test_set("digits", images / 16.0, labels, _DIGITS_TEST_SHARE, (8, 8))


def _mnist28() -> Dataset:
    return _from_idx("mnist28", "mnist", lambda images: images)


def _mnist16() -> Dataset:
    return _from_idx("mnist16", "mnist", lambda images: deskew(resize(images, 16)))


def _fashion() -> Dataset:
    return _from_idx("fashion", "fashion", lambda images: images, _CLOTHES)


def _from_idx(
    name: str,
    collection: str,
    prepare: Callable[[np.ndarray], np.ndarray],
    classes: tuple[str, ...] = tuple(map(str, range(10))),
) -> Dataset:
    paths = checked_files(collection)
    arrays = [read_idx(path, 3 if "images" in path.name else 1) for path in paths]
    images, tests = (prepare(arrays[k] / _BRIGHTEST).astype(np.float32) for k in (0, 2))
    return make_dataset(name, images, arrays[1], (tests, arrays[3]), images.shape[1:3], classes)


# name -> (reader, what it is)
DATASETS: dict[str, tuple[Callable[[], Dataset], str]] = {
    "digits": (_digits, "scikit-learn's 1797 digits, 8x8; needs no download"),
    "mnist16": (_mnist16, "MNIST, 16x16, deskewed, as in Gaier & Ha 2019"),
    "mnist28": (_mnist28, "MNIST, 28x28"),
    "fashion": (_fashion, "Fashion-MNIST, 28x28"),
}


def load(name: str, *, label: str | None = None, scale: str = NONE) -> Dataset:
    """Return a data set by its name, or a user's own by the path of its .npz file or its table.

    Args:
        name: of the data set, or a path.
        label: the column of a table that names the classes; None for the one that is called as labels are.
        scale: what is done to its inputs, one of `scaling.SCALES`.

    Raises:
        UnknownDataset: there is none of that name.
        DataError: its files are not there, or are not what they should be, or there is no such scale.
    """
    path = Path(name)
    stamp = path.stat() if name not in DATASETS and path.is_file() else None
    return _load(name, label, scale, (stamp.st_mtime_ns, stamp.st_size, stamp.st_ino) if stamp else None)


@cache
def _load(name: str, label: str | None, scale: str, stamp: tuple[int, ...] | None) -> Dataset:
    """As `load`; a file that was changed has another stamp."""
    return scaled(_read(name, label), scale)


def _read(name: str, label: str | None) -> Dataset:
    path = Path(name)
    if name not in DATASETS and _is_table(path):
        return read_table(_there(path), label)
    if label is not None:
        raise DataError(
            f"task.label: is for tables ({', '.join(ENDINGS)}), and '{name}' is none; leave it out"
        )
    if name in DATASETS:
        return DATASETS[name][0]()
    if path.suffix.lower() == ".npz":
        return read_npz(_there(path))
    raise UnknownDataset(
        f"task.dataset: unknown data set '{name}'; known are {', '.join(DATASETS)}, and paths of "
        ".npz files and of "
        f"tables ({', '.join(ENDINGS)}, also with .gz){did_you_mean(name, DATASETS)}"
    )


def _is_table(path: Path) -> bool:
    unpacked = path.with_suffix("") if path.suffix.lower() == ".gz" else path
    return unpacked.suffix.lower() in ENDINGS


def _there(path: Path) -> Path:
    if path.is_file():
        return path
    what = "is a folder; expected a file" if path.is_dir() else "no such file"
    near = [other.name for other in path.parent.glob("*") if other.is_file()] if path.parent.is_dir() else []
    raise UnknownDataset(f"task.dataset: '{path}': {what}{did_you_mean(path.name, near)}")
