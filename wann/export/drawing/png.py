"""Pictures as PNG files, or as pixels."""

from __future__ import annotations

from typing import Any, BinaryIO

import numpy as np

from wann.export.drawing.picture import Circle, Line, Picture, Shape, Text

_DPI = 72  # at which a point is a pixel
_ALIGN = {"start": "left", "middle": "center", "end": "right"}


def write_png(picture: Picture, file: BinaryIO, scale: float = 2.0) -> None:
    """Write a PNG with `scale` pixels for each of the picture's."""
    _figure(picture).savefig(file, format="png", dpi=_DPI * scale, metadata={"Software": None})


def to_pixels(picture: Picture, scale: float = 1.0) -> np.ndarray:
    """Return `(H, W, 3)` uint8."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = _figure(picture)
    figure.set_dpi(_DPI * scale)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[:, :, :3].copy()


def _figure(picture: Picture) -> Any:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(picture.width / _DPI, picture.height / _DPI), facecolor=picture.background)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, picture.width)
    axes.set_ylim(picture.height, 0)
    for k, shape in enumerate(picture.shapes):
        _add(axes, shape, k)
    return figure


def _add(axes: Any, shape: Shape, k: int) -> None:
    from matplotlib.patches import Circle as Disc
    from matplotlib.patches import PathPatch

    style = shape.style
    if isinstance(shape, Text):
        axes.text(
            shape.x,
            shape.y,
            # a dollar sign would begin a formula
            shape.text.replace("$", r"\$"),
            fontsize=shape.size,
            color=style.fill,
            ha=_ALIGN[shape.anchor],
            va="center_baseline",
            weight="bold" if shape.bold else "normal",
            zorder=k,
        )
        return
    look = {
        "facecolor": style.fill,
        "edgecolor": style.stroke,
        "linewidth": style.width if style.stroke != "none" else 0,
        "alpha": style.opacity,
        "zorder": k,
        "capstyle": "round",
    }
    if isinstance(shape, Circle):
        axes.add_patch(Disc((shape.x, shape.y), shape.r, **look))
    elif isinstance(shape, Line):
        axes.add_patch(PathPatch(_path(shape), **look))


def _path(line: Line) -> Any:
    from matplotlib.path import Path

    codes, points = [], []
    for kind, *numbers in line.steps:
        if kind == "Z":
            codes.append(Path.CLOSEPOLY)
            points.append((0.0, 0.0))
            continue
        pairs = list(zip(numbers[::2], numbers[1::2], strict=True))
        codes += [{"M": Path.MOVETO, "L": Path.LINETO, "C": Path.CURVE4}[kind]] * len(pairs)
        points += pairs
    return Path(points, codes)
