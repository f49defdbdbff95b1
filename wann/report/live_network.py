"""A network's drawing whose nodes light up with their values."""

from __future__ import annotations

import numpy as np

from wann.export.drawing.network import Drawing, Portrait
from wann.export.drawing.png import to_pixels

_POSITIVE, _NEGATIVE = np.array([43.0, 108.0, 176.0]), np.array([194.0, 65.0, 12.0])
_INNER, _OUTER = 13.5, 21.0  # of the ring around a node, in pixels of the drawing


class LiveNetwork:
    """The drawing in pixels, fitted into a box, and where its nodes are.

    A ring around each node is blue where its value is positive and orange where it is negative; the further
    from 0, the fuller.
    """

    def __init__(self, portrait: Portrait, width: int, height: int) -> None:
        drawing = Drawing(portrait)
        picture = drawing.picture()
        scale = min(width / picture.width, height / picture.height, 1.5)
        self._base = to_pixels(picture, scale)
        self._first = portrait.network.first_computed if portrait.image else 0
        self._rings = [
            _ring(place * scale, scale, self._base.shape) for place in drawing.places[self._first :]
        ]

    def frame(self, values: np.ndarray) -> np.ndarray:
        """`(n_nodes,)` values -> `(H, W, 3)` uint8."""
        frame = self._base.copy()
        for (rows, columns, cover), value in zip(self._rings, values[self._first :].tolist(), strict=True):
            strength = abs(np.tanh(value)) * 0.85
            if strength < 0.02:
                continue
            part = frame[rows, columns].astype(float)
            tint = _POSITIVE if value > 0 else _NEGATIVE
            share = strength * cover[:, :, None]
            frame[rows, columns] = np.rint(part + (tint - part) * share).astype(np.uint8)
        return frame


def _ring(centre: np.ndarray, scale: float, shape: tuple[int, ...]) -> tuple[slice, slice, np.ndarray]:
    """The pixels around a node, and how far the ring covers each, 0 to 1."""
    reach = _OUTER * scale + 1
    (left, top), (right, bottom) = np.floor(centre - reach), np.ceil(centre + reach)
    rows = slice(max(0, int(top)), min(shape[0], int(bottom) + 1))
    columns = slice(max(0, int(left)), min(shape[1], int(right) + 1))
    y, x = np.mgrid[rows, columns]
    distance = np.hypot(x + 0.5 - centre[0], y + 0.5 - centre[1]) / scale
    inside = np.clip((distance - _INNER) * scale + 0.5, 0, 1)
    outside = np.clip((_OUTER - distance) / (_OUTER - _INNER), 0, 1)
    return rows, columns, inside * outside
