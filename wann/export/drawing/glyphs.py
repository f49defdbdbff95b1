"""How activations look: a colour each, and the shape of their own curve."""

from __future__ import annotations

import numpy as np

from wann.activations import ACTIVATIONS
from wann.export.drawing.picture import Step

# One hue for each kind: straight, stepping, periodic, bell-shaped, saturating, rectifying.
COLOURS = {
    "linear": "#7f8c9b",
    "negate": "#4a5563",
    "step": "#a3672b",
    "sin": "#2f6fde",
    "cos": "#0f9bb8",
    "gaussian": "#8e44ad",
    "tanh": "#c0392b",
    "sigmoid": "#e67e22",
    "abs": "#1e8e5a",
    "relu": "#7aa521",
    "square": "#d63384",
}
FALLBACK = "#555555"
_REACH = {"sin": 1.0, "cos": 1.0, "tanh": 3.0, "sigmoid": 5.0, "gaussian": 3.0, "square": 1.0}
_POINTS = 25


def colour(activation: str) -> str:
    """Return the colour of an activation, #rrggbb."""
    return COLOURS.get(activation, FALLBACK)


def curve(activation: str, x: float, y: float, size: float) -> tuple[Step, ...]:
    """Return the activation's curve around (x, y), `size` pixels wide and high at most."""
    reach = _REACH.get(activation, 1.5)
    inputs = np.linspace(-reach, reach, _POINTS)
    values = np.asarray(ACTIVATIONS[activation].formula(inputs), float)
    low, high = values.min(), values.max()
    across = x + inputs / reach * size / 2
    up = y - ((values - low) / (high - low) - 0.5) * size * 0.8
    points = list(zip(across.tolist(), up.tolist(), strict=True))
    return (("M", *points[0]), *(("L", *point) for point in points[1:]))
