"""Scaling of inputs: what is taken off them, and what they are divided by, as the training split says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from wann.errors import DataError, did_you_mean
from wann.tasks.datasets.dataset import Dataset, Scaling, Split

NONE = "none"
_LARGEST = float(np.finfo(np.float32).max)
_BLOCK = 2048  # rows at a time: what is computed in float64 is large


@dataclass(frozen=True, eq=False)
class _Range:
    """Of training values: lowest, highest, mean and standard deviation, `(n_inputs,)`, or `()` of all."""

    low: np.ndarray
    high: np.ndarray
    mean: np.ndarray
    deviation: np.ndarray


def _standard(found: _Range) -> tuple[np.ndarray, np.ndarray]:
    return found.mean, found.deviation


def _minmax(found: _Range) -> tuple[np.ndarray, np.ndarray]:
    return found.low, found.high - found.low


_CENTRE_AND_SPREAD: dict[str, Callable[[_Range], tuple[np.ndarray, np.ndarray]]] = {
    "standard": _standard,
    "minmax": _minmax,
}
SCALES = (NONE, *_CENTRE_AND_SPREAD)


def scaled(data: Dataset, scale: str) -> Dataset:
    """Return a data set whose inputs are all scaled as its training split says.

    The pixels of images share one centre and one spread; a table has them by column. What is constant in
    training becomes 0 there, and is not divided. Sums are taken in one order, so bits are the same on any
    machine.

    Args:
        data: a data set as it was read.
        scale: `none`; `standard`, mean 0 and standard deviation 1 (divisor N); `minmax`, 0 to 1. Values
            of the other splits may lie outside.

    Raises:
        DataError: there is no such scale, or a value lies too far out of the training split's range.
    """
    if scale == NONE:
        return data
    if scale not in SCALES:
        raise DataError(
            f"task.scale: unknown '{scale}'; known are {', '.join(SCALES)}{did_you_mean(scale, SCALES)}"
        )
    found = _range(data.train.images, shared=data.shape is not None)
    centre, spread = _CENTRE_AND_SPREAD[scale](found)
    constant = found.low == found.high
    centre, spread = np.where(constant, found.low, centre), np.where(constant, 1.0, spread)
    width = data.train.images.shape[1]
    scaling = Scaling(scale, *(np.broadcast_to(part, width).copy() for part in (centre, spread)))
    train, validation, test = (
        _applied(scaling, split, data) for split in (data.train, data.validation, data.test)
    )
    return replace(data, scaling=scaling, train=train, validation=validation, test=test)


def _applied(scaling: Scaling, split: Split, data: Dataset) -> Split:
    images = np.empty_like(split.images)
    for block in _blocks(len(images)):
        values = (split.images[block].astype(np.float64) - scaling.centre) / scaling.spread
        far = np.argwhere(np.abs(values) > _LARGEST)
        if len(far):
            row, column = far[0]
            raise DataError(
                f"{data.name}: task.scale: {scaling.name} makes {values[row, column]:g} of the value "
                f"{split.images[block][row, column]:g} of input {data.inputs[column]}, which in the training "
                f"data hardly varies; expected at most {_LARGEST:g}; leave that input out, or set scale: none"
            )
        images[block] = values
    return Split(images, split.labels)


def _range(images: np.ndarray, shared: bool) -> _Range:
    """Measure columns, or all of them as one."""
    axis, count = (None, images.size) if shared else (0, len(images))
    low, high = (np.asarray(fold(images, axis=axis), np.float64) for fold in (np.min, np.max))
    mean = _sum(images, shared, lambda part: part) / count
    square = _sum(images, shared, lambda part: (part - mean) * (part - mean))
    return _Range(low, high, mean, np.sqrt(square / count))


def _sum(images: np.ndarray, shared: bool, of: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Add up a function of the values, in float64."""
    parts = [_halved(of(images[block].astype(np.float64))) for block in _blocks(len(images))]
    columns = _halved(np.array(parts))
    return _halved(columns) if shared else columns


def _halved(values: np.ndarray) -> np.ndarray:
    """Sum over the first axis by halves: element by element, so no library's order of sums comes in."""
    while len(values) > 1:
        half = len(values) // 2
        values = np.concatenate([values[:half] + values[half : 2 * half], values[2 * half :]])
    return values[0]


def _blocks(count: int) -> list[slice]:
    return [slice(first, first + _BLOCK) for first in range(0, count, _BLOCK)]
