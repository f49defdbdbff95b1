"""What a data set holds, whatever file it came from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wann.errors import DataError

_MOST_VALIDATION = 5000
_VALIDATION_SHARE = 6  # one image in so many, where that is fewer
_ORDER_SEED = 0  # of the one shuffle of data that comes without a test set
_MOST_CLASSES = 10_000


@dataclass(frozen=True, eq=False)
class Split:
    """Images and their labels.

    Attributes:
        images: `(N, n_inputs)` float32, finite.
        labels: `(N,)` int64 class numbers.
    """

    images: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, eq=False)
class Scaling:
    """What was done to all inputs: (x - centre) / spread.

    Attributes:
        name: `standard` or `minmax`.
        centre, spread: `(n_inputs,)` float64; all equal where the inputs are an image.
    """

    name: str
    centre: np.ndarray
    spread: np.ndarray


@dataclass(frozen=True, eq=False)
class Dataset:
    """Three disjoint splits: `train` is searched and trained on, `validation` chooses, `test` is reported.

    Attributes:
        name: for people.
        classes: names of the classes, by label.
        shape: (height, width) where the inputs are an image, else None.
        inputs: names of the inputs.
        notes: what was guessed in reading it, or is odd about it, a line each, for people.
        scaling: what was done to the inputs of all splits, None = nothing.
    """

    name: str
    train: Split
    validation: Split
    test: Split
    classes: tuple[str, ...]
    inputs: tuple[str, ...]
    shape: tuple[int, int] | None = None
    notes: tuple[str, ...] = ()
    scaling: Scaling | None = None


def make_dataset(
    name: str,
    images: np.ndarray,
    labels: np.ndarray,
    test: tuple[np.ndarray, np.ndarray],
    shape: tuple[int, int] | None = None,
    classes: tuple[str, ...] | None = None,
    inputs: tuple[str, ...] | None = None,
    notes: tuple[str, ...] = (),
) -> Dataset:
    """Check the arrays and set the last images for training apart as validation.

    These are 5000, or a sixth where that is fewer.

    Args:
        images, labels: `(N, ...)` numbers, and `(N,)` class numbers from 0.
        test: the same of the test set.

    Raises:
        DataError: the arrays do not fit each other, or hold what cannot be used.
    """
    known = len(classes) if classes else _MOST_CLASSES
    train, tested = _split(name, "training", images, labels, known), _split(name, "test", *test, known)
    if train.images.shape[1] != tested.images.shape[1]:
        raise DataError(
            f"{name}: training images have {train.images.shape[1]} inputs, test images "
            f"{tested.images.shape[1]}; expected the same"
        )
    kept = min(_MOST_VALIDATION, len(train) // _VALIDATION_SHARE)
    if kept < 1:
        raise DataError(f"{name}: expected at least {_VALIDATION_SHARE} training images, got {len(train)}")
    edge = len(train) - kept
    return Dataset(
        name,
        Split(train.images[:edge], train.labels[:edge]),
        Split(train.images[edge:], train.labels[edge:]),
        tested,
        classes or tuple(map(str, range(1 + int(max(train.labels.max(), tested.labels.max()))))),
        inputs or _input_names(train.images.shape[1], shape),
        shape,
        notes,
    )


def without_test_set(
    name: str,
    images: np.ndarray,
    labels: np.ndarray,
    share: float,
    shape: tuple[int, int] | None = None,
    inputs: tuple[str, ...] | None = None,
    classes: tuple[str, ...] | None = None,
    notes: tuple[str, ...] = (),
) -> Dataset:
    """Shuffle, always in the same way, and set a share apart as the test set; then as `make_dataset`."""
    if len(images) != len(labels):
        raise DataError(f"{name}: {len(images)} images but {len(labels)} labels; expected as many")
    order = np.random.Generator(np.random.PCG64(_ORDER_SEED)).permutation(len(labels))
    edge = len(order) - round(len(order) * share)
    first, last = order[:edge], order[edge:]
    tested = (images[last], labels[last])
    return make_dataset(name, images[first], labels[first], tested, shape, classes, inputs, notes)


def _split(name: str, which: str, images: np.ndarray, labels: np.ndarray, n_classes: int) -> Split:
    if not len(labels):
        raise DataError(f"{name}: {which}: no images; expected at least {_VALIDATION_SHARE + 1} in all")
    if images.ndim < 2 or labels.ndim != 1 or len(images) != len(labels):
        raise DataError(
            f"{name}: {which}: expected (N, ...) images and (N,) labels, got {images.shape} and "
            f"{labels.shape}"
        )
    if images.dtype.kind not in "fiub" or labels.dtype.kind not in "iuf":
        raise DataError(
            f"{name}: {which}: expected numbers, got images of {images.dtype} and labels of {labels.dtype}"
        )
    flat = images.reshape(len(images), -1).astype(np.float32)
    if not np.isfinite(flat).all():
        raise DataError(f"{name}: {which}: the images hold NaN or infinite numbers; expected finite ones")
    whole = labels.astype(np.int64)
    wrong = np.flatnonzero((whole != labels) | (whole < 0) | (whole >= n_classes))
    if len(wrong):
        raise DataError(
            f"{name}: {which}: label {labels[wrong[0]]} of image {wrong[0]} is out of range; expected whole "
            f"numbers 0..{n_classes - 1}"
        )
    return Split(flat, whole)


def _input_names(count: int, shape: tuple[int, int] | None) -> tuple[str, ...]:
    if shape is None:
        return tuple(f"x{k}" for k in range(count))
    return tuple(f"{row},{column}" for row in range(shape[0]) for column in range(shape[1]))
