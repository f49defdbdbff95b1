"""A user's own data as an .npz of arrays."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from wann.errors import DataError
from wann.tasks.datasets.dataset import Dataset, make_dataset, without_test_set
from wann.tasks.datasets.labels import classes_of

_MOST_BYTES = 4 << 30
_TEST_SHARE = 0.2


def read_npz(path: Path) -> Dataset:
    """Read `images` (N, ...) and `labels` (N,), and `test_images`, `test_labels` where there is a test set.

    Without a test set, a fifth of the images, always the same, is set apart. Labels may be any whole
    numbers, or text.

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
    images, labels, tested = arrays["images"], arrays["labels"], None
    shape = images.shape[1:3] if images.ndim == 3 else None
    if "test_images" in arrays and "test_labels" in arrays:
        tested = arrays["test_images"], arrays["test_labels"]
    _check_lengths(path, images, labels)
    labels, of_tests, classes = _by_class(path, labels, tested and tested[1])
    if tested and of_tests is not None:
        return make_dataset(str(path), images, labels, (tested[0], of_tests), shape, classes)
    return without_test_set(str(path), images, labels, _TEST_SHARE, shape, classes=classes)


def _by_class(
    path: Path, labels: np.ndarray, tests: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray | None, tuple[str, ...] | None]:
    """Class numbers of both arrays, and the classes' names; numbers 0..n-1 stay as they are."""
    parts = [labels] if tests is None else [labels, tests]
    if not all(part.ndim == 1 and len(part) and part.dtype.kind in "iufbUS" for part in parts):
        return labels, tests, None  # what is wrong is said where arrays are checked
    if all(part.dtype.kind in "iuf" for part in parts):
        together = np.unique(np.concatenate(parts))
        if not np.isfinite(together).all() or (together != np.floor(together)).any():
            return labels, tests, None
        if np.array_equal(together, np.arange(len(together))):
            return labels, tests, None
    try:
        numbers, classes = classes_of([_text(label) for part in parts for label in part.tolist()])
    except DataError as error:
        raise DataError(f"{path}: the array 'labels' {error}") from error
    return numbers[: len(labels)], None if tests is None else numbers[len(labels) :], classes


def _text(label: object) -> str:
    if isinstance(label, bytes):
        return label.decode("utf-8", "replace")
    return str(int(label)) if isinstance(label, float) else str(label)


def _check_size(path: Path) -> None:
    if path.stat().st_size > _MOST_BYTES:
        raise DataError(f"{path}: larger than 4 GiB; expected data that fit into memory")


def _check_lengths(path: Path, images: np.ndarray, labels: np.ndarray) -> None:
    if images.ndim < 2 or labels.ndim != 1:
        raise DataError(
            f"{path}: expected (N, ...) images and (N,) labels, got {images.shape} and {labels.shape}"
        )
