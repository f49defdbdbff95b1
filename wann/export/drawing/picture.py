"""Pictures as plain shapes, so that one drawing becomes the same SVG, PNG or part of a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# One step of a path: M x y (go there), L x y (a line), C x1 y1 x2 y2 x y (a curve), Z (close).
Step = tuple[str, *tuple[float, ...]]


@dataclass(frozen=True)
class Style:
    """How a shape looks; colours are #rrggbb or none, widths in pixels."""

    fill: str = "none"
    stroke: str = "none"
    width: float = 1.0
    opacity: float = 1.0


@dataclass(frozen=True)
class Shape:
    """What all shapes share.

    Attributes:
        style: how it looks.
        kind: what it stands for, such as `node` or `edge`; a page may style it by that.
        data: what a page needs to know of it, by name.
        title: what is shown when a pointer rests on it.
    """

    style: Style = Style()
    kind: str = ""
    data: Mapping[str, str] = field(default_factory=dict)
    title: str = ""


@dataclass(frozen=True, kw_only=True)
class Circle(Shape):
    """A circle around (x, y) with radius r, in pixels."""

    x: float
    y: float
    r: float


@dataclass(frozen=True, kw_only=True)
class Line(Shape):
    """Lines and curves, open or closed."""

    steps: tuple[Step, ...]


@dataclass(frozen=True, kw_only=True)
class Text(Shape):
    """A line of text whose middle line is at y; `anchor` says which of its ends is at x."""

    x: float
    y: float
    text: str
    size: float = 13.0
    anchor: str = "start"
    bold: bool = False


@dataclass(frozen=True)
class Picture:
    """Shapes on a ground, the later ones over the earlier; pixels from the upper left corner on."""

    width: float
    height: float
    shapes: list[Shape]
    background: str = "#ffffff"
    title: str = ""
