"""How activations look: a colour each, and the shape of their own curve."""

from __future__ import annotations

import numpy as np

from wann.activations import ACTIVATIONS
from wann.export.drawing.picture import Step

_POINTS = 25


def colour(activation: str) -> str:
    """Return the colour of an activation, #rrggbb."""
    return ACTIVATIONS[activation].colour


def curve(activation: str, x: float, y: float, size: float) -> tuple[Step, ...]:
    """Return the activation's curve around (x, y), `size` pixels wide and high at most."""
    entry = ACTIVATIONS[activation]
    reach = entry.reach
    inputs = np.linspace(-reach, reach, _POINTS)
    values = np.asarray(entry.formula(inputs), float)
    low, high = values.min(), values.max()
    high = high if high > low else low + 1.0  # one of the user's own may be flat here
    across = x + inputs / reach * size / 2
    up = y - ((values - low) / (high - low) - 0.5) * size * 0.8
    points = list(zip(across.tolist(), up.tolist(), strict=True))
    return (("M", *points[0]), *(("L", *point) for point in points[1:]))
