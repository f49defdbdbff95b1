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
from wann.tasks.datasets.scaling import NONE, scaled
from wann.tasks.datasets.tables import read_csv, read_npz

_CLOTHES = ("T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot")
_BRIGHTEST = 255.0
_DIGITS_TEST_SHARE = 400 / 1797


def _digits() -> Dataset:
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise DataError("digits: needs the package scikit-learn; try: pip install scikit-learn") from error
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
_READERS = {".npz": read_npz, ".csv": read_csv}


@cache
def load(name: str, scale: str = NONE) -> Dataset:
    """Return a data set by its name, or a user's own by the path of its .npz or .csv file.

    Args:
        name: see above.
        scale: what is done to its inputs, one of `scaling.SCALES`.

    Raises:
        UnknownDataset: there is none of that name.
        DataError: its files are not there, or are not what they should be, or there is no such scale.
    """
    return scaled(_read(name), scale)


def _read(name: str) -> Dataset:
    if name in DATASETS:
        return DATASETS[name][0]()
    path = Path(name)
    if reader := _READERS.get(path.suffix.lower()):
        if not path.is_file():
            raise UnknownDataset(f"task.dataset: '{name}': no such file")
        return reader(path)
    raise UnknownDataset(
        f"task.dataset: unknown data set '{name}'; known are {', '.join(DATASETS)}, and paths of .npz and "
        f".csv files{did_you_mean(name, DATASETS)}"
    )
