"""Pictures put together from smaller ones: captions above them, side by side, in rows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

INK, PAPER = (29, 39, 51), (255, 255, 255)
GAP = 8
_NARROWEST, _ONE_LINE = 120, 240  # pixels across: of a picture with words, and with two words in one line


@cache
def font(size: int, bold: bool = False) -> Any:
    """Return a font that is installed with matplotlib."""
    import matplotlib
    from PIL import ImageFont

    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name, size)


def captioned(picture: np.ndarray, parts: Sequence[str], size: int = 15) -> np.ndarray:
    """Return a picture with words above it: two parts stand at its left and right, one in its middle.

    A narrow picture has a line for each part, and white at its sides where even that is too narrow. Pictures
    of one size have captions of one size, whatever they say.
    """
    from PIL import Image, ImageDraw

    short = max(0, _NARROWEST - picture.shape[1])
    picture = np.pad(picture, ((0, 0), (short // 2, short - short // 2), (0, 0)), constant_values=255)
    width = picture.shape[1]
    stacked = len(parts) > 1 and width < _ONE_LINE
    strip = Image.new("RGB", (width, 2 * size * (len(parts) if stacked else 1)), PAPER)
    lines = [[part] for part in parts] if stacked else [list(parts)]
    while size > 7 and max(_length(line, size) for line in lines) > width - 12:
        size -= 1
    draw, pitch = ImageDraw.Draw(strip), strip.height // len(lines)
    for k, line in enumerate(lines):
        places = [(width // 2, "mm")] if len(line) == 1 else [(6, "lm"), (width - 6, "rm")]
        for part, (x, anchor) in zip(line, places, strict=True):
            draw.text((x, pitch * k + pitch // 2), part, fill=INK, font=font(size), anchor=anchor)
    return np.concatenate([np.asarray(strip), picture])


def _length(parts: Sequence[str], size: int) -> float:
    """How wide a line is, with a gap between its parts."""
    return sum(font(size).getlength(part) for part in parts) + size * (len(parts) - 1)


def resized(picture: np.ndarray, width: int, height: int) -> np.ndarray:
    """Return a picture that fits into so many pixels, its sides in the same proportion; none is enlarged."""
    from PIL import Image

    share = min(1.0, width / picture.shape[1], height / picture.shape[0])
    if share == 1.0:
        return picture
    size = max(1, round(picture.shape[1] * share)), max(1, round(picture.shape[0] * share))
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BOX, reducing_gap=3.0))


def dimmed(picture: np.ndarray) -> np.ndarray:
    """Return a picture halfway to white: what is over."""
    return (picture // 2 + 127).astype(np.uint8)


def side_by_side(pictures: Sequence[np.ndarray]) -> np.ndarray:
    """Return pictures in a row on white, each in the middle of its height."""
    height = max(picture.shape[0] for picture in pictures)
    parts: list[np.ndarray] = []
    for picture in pictures:
        above = (height - picture.shape[0]) // 2
        below = height - picture.shape[0] - above
        parts += [np.pad(picture, ((above, below), (0, 0), (0, 0)), constant_values=255)]
        parts += [np.full((height, GAP, 3), 255, np.uint8)]
    return np.concatenate(parts[:-1], axis=1)


def in_rows(pictures: Sequence[np.ndarray], columns: int) -> np.ndarray:
    """Return pictures in rows of so many, from the upper left on."""
    rows = [side_by_side(pictures[k : k + columns]) for k in range(0, len(pictures), columns)]
    width = max(row.shape[1] for row in rows)
    return np.concatenate(
        [np.pad(row, ((0, GAP), (0, width - row.shape[1]), (0, 0)), constant_values=255) for row in rows]
    )[:-GAP]
