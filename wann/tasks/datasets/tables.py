"""A user's own data: an .npz of arrays, or a CSV whose column `label` holds the classes."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from wann.errors import DataError
from wann.tasks.datasets.dataset import Dataset, make_dataset, without_test_set

_MOST_BYTES = 4 << 30
_TEST_SHARE = 0.2


def read_npz(path: Path) -> Dataset:
    """Read `images` (N, ...) and `labels` (N,), and `test_images`, `test_labels` where there is a test set.

    Without one, a fifth of the images, always the same, is set apart.

    Raises:
        DataError: it cannot be read, an array is missing, or they do not fit.
    """
    try:
        _check_size(path)
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(f"{path}: not a readable .npz of plain arrays ({error})") from error
    for name in ("images", "labels"):
        if name not in arrays:
            has = ", ".join(arrays) or "none"
            raise DataError(f"{path}: expected the arrays 'images' and 'labels', got {has}")
    images, labels = arrays["images"], arrays["labels"]
    shape = images.shape[1:3] if images.ndim == 3 else None
    if "test_images" in arrays and "test_labels" in arrays:
        return make_dataset(str(path), images, labels, (arrays["test_images"], arrays["test_labels"]), shape)
    _check_lengths(path, images, labels)
    return without_test_set(str(path), images, labels, _TEST_SHARE, shape)


def read_csv(path: Path) -> Dataset:
    """Read a CSV with a header; the column `label` holds class numbers from 0, every other one is an input.

    Raises:
        DataError: it cannot be read, or holds something else.
    """
    try:
        _check_size(path)
        with path.open() as file:
            names = [name.strip() for name in file.readline().rstrip("\n").split(",")]
            rows = [line for line in file if line.strip()]
        values = np.loadtxt(rows, delimiter=",", ndmin=2) if rows else np.zeros((0, 0))
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: not a readable CSV of numbers ({error})") from error
    if names.count("label") != 1 or len(set(names)) != len(names) or len(names) < 2:
        raise DataError(
            f"{path}:1: expected a header of different names, one of them 'label', got "
            f"{', '.join(names)[:100]}"
        )
    if not len(values) or values.shape[1] != len(names):
        raise DataError(f"{path}: expected rows of {len(names)} numbers as in the header")
    column = names.index("label")
    inputs = tuple(name for name in names if name != "label")
    return without_test_set(
        str(path), np.delete(values, column, axis=1), values[:, column], _TEST_SHARE, None, inputs
    )


def _check_size(path: Path) -> None:
    if path.stat().st_size > _MOST_BYTES:
        raise DataError(f"{path}: larger than 4 GiB; expected data that fit into memory")


def _check_lengths(path: Path, images: np.ndarray, labels: np.ndarray) -> None:
    if images.ndim < 2 or labels.ndim != 1:
        raise DataError(
            f"{path}: expected (N, ...) images and (N,) labels, got {images.shape} and {labels.shape}"
        )
