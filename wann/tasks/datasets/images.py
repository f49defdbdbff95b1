"""Making MNIST's images smaller and upright, with + - * / alone, so that the bits are the same everywhere.

Both steps take and give `(N, height, width)` float64 images. Gaier & Ha 2019 search on 16x16 deskewed images.
"""

from __future__ import annotations

import numpy as np

_LEAST_SPREAD = 1e-2  # below this vertical spread, in pixels^2, an image has no slant to speak of


def resize(images: np.ndarray, size: int) -> np.ndarray:
    """Scale square images to `size` x `size` by bilinear interpolation between pixel centres."""
    old = images.shape[1]
    centres = (np.arange(size) + 0.5) * old / size - 0.5
    low = np.clip(np.floor(centres).astype(int), 0, old - 1)
    high = np.minimum(low + 1, old - 1)
    part = np.clip(centres - low, 0.0, 1.0)
    rows = images[:, low] * (1.0 - part)[None, :, None] + images[:, high] * part[None, :, None]
    return rows[:, :, low] * (1.0 - part) + rows[:, :, high] * part


def deskew(images: np.ndarray) -> np.ndarray:
    """Shear each image upright: rows move by its slant mu11 / mu02, times their distance from the middle.

    mu are the central moments of its brightness; values between pixels are interpolated linearly, those
    outside are 0.
    """
    _, height, width = images.shape
    slant = _slant(images)
    columns = np.arange(width, dtype=np.float64)
    upright = np.empty_like(images)
    for row in range(height):
        where = columns + (slant * (row - 0.5 * height))[:, None]
        low = np.floor(where)
        part = where - low
        upright[:, row] = (1.0 - part) * _pixels(images[:, row], low) + part * _pixels(
            images[:, row], low + 1
        )
    return upright


def _pixels(lines: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """`(N, width)` brightness at whole column numbers, 0 outside."""
    width = lines.shape[1]
    inside = (columns >= 0) & (columns < width)
    found = np.take_along_axis(lines, np.clip(columns, 0, width - 1).astype(int), axis=1)
    return np.where(inside, found, 0.0)


def _slant(images: np.ndarray) -> np.ndarray:
    """`(N,)` mu11 / mu02; 0 for images without a vertical spread."""
    _, height, width = images.shape
    total, x, y = (np.zeros(len(images)) for _ in range(3))
    for row, column in np.ndindex(height, width):
        light = images[:, row, column]
        total, x, y = total + light, x + column * light, y + row * light
    total = np.where(total > 0, total, 1.0)
    x, y = x / total, y / total
    mixed, vertical = np.zeros(len(images)), np.zeros(len(images))
    for row, column in np.ndindex(height, width):
        light = images[:, row, column]
        mixed = mixed + (column - x) * (row - y) * light
        vertical = vertical + (row - y) * (row - y) * light
    return np.where(vertical > _LEAST_SPREAD, mixed / np.where(vertical > 0, vertical, 1.0), 0.0)
