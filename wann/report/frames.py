"""What environments give as a picture, as the pixels of a film."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

# How environments give pictures, the most direct way first.
MODES = ("rgb_array", "rgb_array_list")
_EXPECTED = "expected (height, width, 3), 8 bits a channel or from 0 to 1; grey and RGBA work too"


def film_mode(modes: Sequence[str]) -> str | None:
    """Return which of an environment's render modes a film can be made by, None where there is none."""
    return next((mode for mode in MODES if mode in modes), None)


def as_pixels(rendered: Any) -> np.ndarray:
    """Return `(H, W, 3)` uint8: what `render()` gave.

    A list stands for the pictures since the last call, the newest one last. Grey becomes RGB, what is
    transparent becomes white, floating point from 0 to 1 (or to 255) becomes whole numbers.

    Raises:
        ValueError: it is no picture.
    """
    if isinstance(rendered, list | tuple):
        if not len(rendered):
            raise ValueError(f"render() gave no picture, {_EXPECTED}")
        rendered = rendered[-1]
    frame = np.asarray(rendered)
    if frame.ndim == 2:
        frame = frame[:, :, None]
    if frame.ndim != 3 or frame.shape[2] not in (1, 3, 4) or not frame.size or frame.dtype.kind not in "buif":
        got = f"{frame.dtype} {np.shape(rendered)}" if frame.dtype != object else type(rendered).__name__
        raise ValueError(f"render() gave {got}, {_EXPECTED}")
    frame = _eight_bits(frame)
    if frame.shape[2] == 4:
        return _on_white(frame)
    return frame if frame.shape[2] == 3 else np.repeat(frame, 3, axis=2)


def _eight_bits(frame: np.ndarray) -> np.ndarray:
    """Numbers from 0 to 255 as they are, from 0 to 1 where they are no whole numbers."""
    if frame.dtype == np.uint8:
        return frame
    low, high = frame.min(), frame.max()
    if not (np.isfinite(low) and np.isfinite(high) and low >= 0 and high <= 255):
        raise ValueError(f"render() gave numbers from {low:g} to {high:g}, {_EXPECTED}")
    unit = frame.dtype.kind == "b" or (frame.dtype.kind == "f" and high <= 1)
    return np.rint(frame * 255.0 if unit else frame).astype(np.uint8)


def _on_white(frame: np.ndarray) -> np.ndarray:
    alpha = frame[:, :, 3:].astype(np.uint16)
    return ((frame[:, :, :3] * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)
