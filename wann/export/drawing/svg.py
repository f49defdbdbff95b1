"""Pictures as SVG text."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from wann.export.drawing.picture import Circle, Line, Picture, Shape, Text

FONT = "DejaVu Sans, Verdana, Helvetica, Arial, sans-serif"


def to_svg(picture: Picture, inline: bool = False) -> str:
    """Return the SVG; `inline` leaves out what only a file of its own needs."""
    size = f'viewBox="0 0 {_n(picture.width)} {_n(picture.height)}"'
    fixed = f' width="{_n(picture.width)}" height="{_n(picture.height)}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg"{"" if inline else fixed} {size} '
    lines = [f'{head}font-family="{FONT}" role="img">', f"<title>{escape(picture.title)}</title>"]
    if not inline:
        lines.append(f'<rect width="100%" height="100%" fill="{picture.background}"/>')
    lines += [_shape(shape) for shape in picture.shapes]
    return "\n".join([*lines, "</svg>", ""])


def _shape(shape: Shape) -> str:
    common = _common(shape)
    if isinstance(shape, Circle):
        name, own, inside = "circle", f'cx="{_n(shape.x)}" cy="{_n(shape.y)}" r="{_n(shape.r)}"', ""
    elif isinstance(shape, Line):
        path = "".join(step[0] + " ".join(map(_n, step[1:])) for step in shape.steps)
        name, own, inside = "path", f'd="{path}"', ""
    else:
        assert isinstance(shape, Text)
        bold = ' font-weight="bold"' if shape.bold else ""
        own = f'x="{_n(shape.x)}" y="{_n(shape.y)}" font-size="{_n(shape.size)}"{bold}'
        own += f' text-anchor="{shape.anchor}" dominant-baseline="central"'
        name, inside = "text", escape(shape.text)
    if shape.title:
        inside = f"<title>{escape(shape.title)}</title>{inside}"
    return f"<{name} {own}{common}>{inside}</{name}>" if inside else f"<{name} {own}{common}/>"


def _common(shape: Shape) -> str:
    style, text = shape.style, ""
    if shape.kind:
        text += f" class={quoteattr(shape.kind)}"
    for name, value in shape.data.items():
        text += f" data-{name}={quoteattr(value)}"
    text += f' fill="{style.fill}"'
    if style.stroke != "none":
        text += f' stroke="{style.stroke}" stroke-width="{_n(style.width)}" stroke-linecap="round"'
    if style.opacity != 1:
        text += f' opacity="{_n(style.opacity)}"'
    return text


def _n(value: float) -> str:
    """A number with two decimals at most."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
