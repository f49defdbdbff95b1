"""A network as a picture that a stranger can read: inputs at the left, outputs at the right, by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from wann.errors import OutputError
from wann.export.drawing.glyphs import colour, curve
from wann.export.drawing.layout import Layout, lay_out
from wann.export.drawing.picture import Circle, Line, Picture, Shape, Step, Style, Text
from wann.network.network import Network
from wann.network.order import check_connection_weights

MOST_CONNECTIONS = 20_000
_UNIT, _RADIUS, _MARGIN = 44.0, 13.0, 24.0
_TITLE, _SIZE, _SMALL = 17.0, 13.0, 11.0  # heights of letters
_INK, _FAINT, _PLAIN = "#1d2733", "#8a94a0", "#5b6775"
_POSITIVE, _NEGATIVE = "#2b6cb0", "#c2410c"
_UNUSED = "#d5dae0"


@dataclass(frozen=True, eq=False)
class Portrait:
    """What is drawn.

    Attributes:
        network: the plan.
        inputs, outputs: their names.
        weights: `(1, C)` in the network's connection order, or None where all share one.
        shared_weight: the one that it does well with, where it is known.
        title: what it is for.
        image: (height, width) where the inputs are an image.

    Raises:
        GenomeError: the weights are in a genome's order, or not as many as the connections.
    """

    network: Network
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    weights: np.ndarray | None = None
    shared_weight: float | None = None
    title: str = ""
    image: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        check_connection_weights(self.network, self.weights, self.title or "a portrait")


def draw(portrait: Portrait) -> Picture:
    """Return the picture of a network.

    Raises:
        OutputError: it has too many connections for anyone to see something.
    """
    return Drawing(portrait).picture()


class Drawing:
    """A network laid out in pixels.

    Attributes:
        places: `(n_nodes, 2)` pixels.
    """

    def __init__(self, portrait: Portrait) -> None:
        self._portrait, self.network = portrait, portrait.network
        if self.network.n_connections > MOST_CONNECTIONS:
            raise OutputError(
                f"a drawing shows up to {MOST_CONNECTIONS:,} connections, and the network has "
                f"{self.network.n_connections:,}; choose a graph format, such as -f graphml"
            )
        self._layout: Layout = lay_out(self.network, portrait.image[0] if portrait.image else None)
        labels = max(_wide(name, _SIZE) for name in ("bias", *portrait.inputs)) + 10
        left = 0.5 * _UNIT * _pitch(self._layout, self.network) if portrait.image else labels
        self._left, self._top = _MARGIN + left + _RADIUS, _MARGIN + 52.0
        self.places = self._at(self._layout.points)
        right = max((_wide(name, _SIZE) for name in portrait.outputs), default=0) + 10
        size = self._layout.points.max(axis=0) * _UNIT
        self._legend_y = self._top + size[1] + 46.0
        words = max(_wide(portrait.title, _TITLE, bold=True), _wide(self._subtitle(), _SIZE)) + 2 * _MARGIN
        self.width = max(self._left + size[0] + _RADIUS + right + _MARGIN, words, 420.0)

    def picture(self) -> Picture:
        """All of it."""
        legend = list(self._legend())
        shapes = [*self._heading(), *self._edges(), *self._nodes(), *legend]
        lowest = max((shape.y for shape in legend if isinstance(shape, Text)), default=self._legend_y)
        return Picture(self.width, lowest + _MARGIN, shapes, title=self._portrait.title)

    def _at(self, points: np.ndarray) -> np.ndarray:
        return points * _UNIT + [self._left, self._top]

    def _subtitle(self) -> str:
        hidden = len(self.network.codes) - self.network.n_outputs
        text = f"{self.network.n_connections} connections, {hidden} hidden nodes"
        if self._portrait.weights is None:
            known = self._portrait.shared_weight
            text += ", one weight for all" + ("" if known is None else f" (at its best near {known:g})")
        return text

    def _heading(self) -> Iterator[Shape]:
        title = self._portrait.title
        yield Text(Style(_INK), x=_MARGIN, y=_MARGIN + 4, text=title, size=_TITLE, bold=True)
        yield Text(Style(_PLAIN), x=_MARGIN, y=_MARGIN + 26, text=self._subtitle(), size=_SIZE)

    def _edges(self) -> Iterator[Shape]:
        weights = self._portrait.weights
        count = self.network.n_connections
        opacity = min(0.75, max(0.12, 14 / max(count, 1) ** 0.6))
        strongest = np.abs(weights).max() if weights is not None and weights.size else 1.0
        ends = zip(self.network.sources.tolist(), self.network.targets.tolist(), strict=True)
        for k, (source, target) in enumerate(ends):
            weight = None if weights is None else float(weights[0, k])
            stroke, width = _PLAIN, 1.3
            if weight is not None:
                stroke = _POSITIVE if weight > 0 else _NEGATIVE
                width = 0.6 + 3.0 * abs(weight) / (strongest or 1.0)
            title = f"{self._name(source)} to {self._name(target)}"
            yield Line(
                Style(stroke=stroke, width=width, opacity=opacity),
                "edge",
                {"source": str(source), "target": str(target)},
                title if weight is None else f"{title}: {weight:.3g}",
                steps=_smooth(self._at(self._layout.routes[k])),
            )

    def _nodes(self) -> Iterator[Shape]:
        used = np.zeros(self.network.n_nodes, int)
        np.add.at(used, self.network.sources, 1)
        incoming = np.diff(self.network.indptr)
        first, n_nodes = self.network.first_computed, self.network.n_nodes
        for node in range(first):
            yield from self._pixel(node, used) if self._is_pixel(node) else self._input(node, used[node])
        for node in range(first, n_nodes):
            yield from self._computed(node, int(incoming[node - first]), int(used[node]))

    def _is_pixel(self, node: int) -> bool:
        return self._portrait.image is not None and node > 0

    def _pixel(self, node: int, used: np.ndarray) -> Iterator[Shape]:
        assert self._portrait.image is not None
        x, y = self.places[node].tolist()
        half = 0.5 * _UNIT * _pitch(self._layout, self.network)
        share = used[node] / max(1, used[1 : self.network.first_computed].max())
        square: tuple[Step, ...] = (
            ("M", x - half, y - half),
            ("L", x + half, y - half),
            ("L", x + half, y + half),
            ("L", x - half, y + half),
            ("Z",),
        )
        yield Line(
            Style(_blend("#eef1f4", "#2b6cb0", share**0.5), "#ffffff", 0.5),
            "node",
            {"node": str(node), "name": self._name(node)},
            f"{self._name(node)}: {used[node]} connections",
            steps=square,
        )

    def _input(self, node: int, used: int) -> Iterator[Shape]:
        x, y = self.places[node].tolist()
        fill = _INK if used else _UNUSED
        data = {"node": str(node), "name": self._name(node)}
        title = f"{self._name(node)}: {_connections(used)}"
        yield Circle(Style(fill), "node input", data, title, x=x, y=y, r=_RADIUS * 0.5)
        ink = _INK if used else _FAINT
        yield Text(Style(ink), "label", x=x - 14, y=y, text=self._name(node), size=_SIZE, anchor="end")

    def _computed(self, node: int, incoming: int, outgoing: int) -> Iterator[Shape]:
        network = self.network
        x, y = self.places[node].tolist()
        name = network.activations[node - network.first_computed]
        is_output = node >= network.n_nodes - network.n_outputs
        unused = is_output and not incoming
        kind = "node output" if is_output else "node hidden"
        data = {"node": str(node), "name": self._name(node), "activation": name}
        title = f"{self._name(node)}: {name} of {_connections(incoming)}" + (
            "" if is_output else f", {outgoing} onwards"
        )
        fill = _UNUSED if unused else colour(name)
        ring = _INK if is_output else "none"
        yield Circle(Style(fill, ring, 1.6), kind, data, title, x=x, y=y, r=_RADIUS)
        yield Line(Style(stroke="#ffffff", width=1.6), "glyph", steps=curve(name, x, y, 1.15 * _RADIUS))
        if is_output:
            ink = _FAINT if unused else _INK
            yield Text(Style(ink), "label", x=x + _RADIUS + 8, y=y, text=self._name(node), size=_SIZE)

    def _name(self, node: int) -> str:
        network, portrait = self.network, self._portrait
        if node < network.first_computed:
            return ("bias", *portrait.inputs)[node]
        output = node - (network.n_nodes - network.n_outputs)
        return portrait.outputs[output] if output >= 0 else f"hidden {node - network.first_computed}"

    def _legend(self) -> Iterator[Shape]:
        """Activations that occur, in lines as wide as the picture, and what connections' colours mean."""
        shown = list(dict.fromkeys(self.network.activations))
        x, y = _MARGIN + 8, self._legend_y
        for name in shown:
            wide = 26 + _wide(name, _SMALL) + 14
            if x + wide > self.width - _MARGIN:
                x, y = _MARGIN + 8, y + 24
            yield Circle(Style(colour(name)), "key", x=x, y=y, r=8)
            yield Line(Style(stroke="#ffffff", width=1.2), "glyph", steps=curve(name, x, y, 10))
            yield Text(Style(_PLAIN), "label", x=x + 13, y=y, text=name, size=_SMALL)
            x += wide
        if self._portrait.weights is not None:
            yield from self._signs(y + 24)
        elif self._portrait.image is not None:
            yield Text(
                Style(_PLAIN),
                "label",
                x=_MARGIN,
                y=y + 24,
                size=_SMALL,
                text="pixels: the darker, the more connections",
            )

    def _signs(self, y: float) -> Iterator[Shape]:
        x = _MARGIN
        for stroke, text in ((_POSITIVE, "positive"), (_NEGATIVE, "negative")):
            yield Line(Style(stroke=stroke, width=2.5), "key", steps=(("M", x, y), ("L", x + 20, y)))
            yield Text(Style(_PLAIN), "label", x=x + 26, y=y, text=text, size=_SMALL)
            x += 100
        yield Text(Style(_PLAIN), "label", x=x, y=y, text="the thicker, the larger", size=_SMALL)


def _wide(text: str, size: float, bold: bool = False) -> float:
    """About how wide a line of text is, in pixels: rather more, as who draws it has a font of their own."""
    shares = (1.0 if c in "mwMW@%" or not c.isascii() else 0.75 if c.isupper() else 0.6 for c in text)
    return sum(shares) * size * (1.1 if bold else 1.0)


def _pitch(layout: Layout, network: Network) -> float:
    """Distance of the image plane's pixels, in units."""
    heights = np.unique(np.round(layout.points[1 : network.first_computed, 1], 6))
    return float(np.diff(heights).min()) if len(heights) > 1 else 1.0


def _connections(count: int) -> str:
    return f"{count} connection" + ("" if count == 1 else "s")


def _smooth(points: np.ndarray) -> tuple[Step, ...]:
    """A curve through points from left to right, level at each of them."""
    steps: list[Step] = [("M", *points[0].tolist())]
    for (x1, y1), (x2, y2) in zip(points[:-1].tolist(), points[1:].tolist(), strict=True):
        bend = 0.5 * (x2 - x1)
        steps.append(("C", x1 + bend, y1, x2 - bend, y2, x2, y2))
    return tuple(steps)


def _blend(low: str, high: str, share: float) -> str:
    """The colour that lies so far between two."""
    pairs = [(int(low[k : k + 2], 16), int(high[k : k + 2], 16)) for k in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def title_of(task: str) -> str:
    """What a picture of a task's network is called: the plain name, without module and namespace."""
    return task.rpartition(":")[2].rpartition("/")[2]
