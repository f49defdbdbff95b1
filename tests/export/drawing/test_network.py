"""Drawings: what a stranger reads in them is what the network is."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from PIL import Image

from wann.activations import ACTIVATIONS, CODE, NAMES
from wann.errors import OutputError
from wann.export.drawing import network as drawing
from wann.export.drawing.glyphs import colour, curve
from wann.export.drawing.network import Portrait, draw
from wann.export.drawing.picture import Circle, Line, Picture, Style, Text
from wann.export.drawing.png import to_pixels, write_png
from wann.export.drawing.svg import to_svg
from wann.genome.genome import Genome
from wann.network.plan import compile_genome

SVG = "{http://www.w3.org/2000/svg}"


def chain(*activations):
    """One input, hidden nodes one after the other, one output."""
    n = len(activations)
    ends = [1, *range(3, 3 + n), 2]
    source, target = np.array(ends[:-1]), np.array(ends[1:])
    codes = np.array([CODE["linear"], *(CODE[name] for name in activations)])
    return compile_genome(Genome(1, 1, codes, source, target, np.ones(n + 1, bool), np.arange(n + 1)))


def texts(picture):
    return [shape.text for shape in picture.shapes if isinstance(shape, Text)]


def of_kind(picture, kind):
    return [shape for shape in picture.shapes if shape.kind.split(" ")[0] == kind]


def test_names_counts_and_the_weight_are_said():
    picture = draw(Portrait(chain("tanh", "sin"), ("pole <angle>",), ("push & pull",), None, -1.5, "A task"))
    assert {"A task", "pole <angle>", "push & pull", "bias", "tanh", "sin"} <= set(texts(picture))
    assert "3 connections, 2 hidden nodes, one weight for all (at its best near -1.5)" in texts(picture)
    root = ElementTree.fromstring(to_svg(picture))
    assert {"pole <angle>", "push & pull"} <= {text.text for text in root.iter(f"{SVG}text")}


@pytest.mark.parametrize("seed", range(4))
def test_every_node_and_connection_is_there(seed, grow):
    network = compile_genome(grow(4, 2, generations=50, seed=seed, size=2)[0])
    picture = draw(Portrait(network, tuple("abcd"), ("x", "y")))
    nodes = [int(shape.data["node"]) for shape in of_kind(picture, "node")]
    assert sorted(nodes) == list(range(network.n_nodes))
    ends = [(int(s.data["source"]), int(s.data["target"])) for s in of_kind(picture, "edge")]
    assert ends == list(zip(network.sources.tolist(), network.targets.tolist(), strict=True))
    for shape in of_kind(picture, "node"):
        if isinstance(shape, Circle) and "activation" in shape.data:
            own = network.activations[int(shape.data["node"]) - network.first_computed]
            assert shape.data["activation"] == own
            assert shape.style.fill in (colour(own), drawing._UNUSED)
    assert all(0 <= s.x <= picture.width and 0 <= s.y <= picture.height for s in of_kind(picture, "node"))


def test_signs_and_sizes_of_weights_show():
    picture = draw(Portrait(chain("relu"), ("in",), ("out",), np.array([[2.0, -0.5]])))
    strong, weak = of_kind(picture, "edge")
    assert (strong.style.stroke, weak.style.stroke) == (drawing._POSITIVE, drawing._NEGATIVE)
    assert strong.style.width > weak.style.width
    assert strong.title == "in to hidden 0: 2"
    assert {"positive", "negative"} <= set(texts(picture))
    assert "one weight" not in " ".join(texts(picture))


def test_an_image_is_shaded_by_its_connections():
    source, target = np.array([1, 1, 2]), np.array([6, 5, 5])
    codes = np.array([CODE["linear"], CODE["linear"]])
    network = compile_genome(Genome(4, 2, codes, source, target, np.ones(3, bool), np.arange(3)))
    picture = draw(Portrait(network, tuple("abcd"), ("0", "1"), image=(2, 2)))
    pixels = [shape for shape in of_kind(picture, "node") if isinstance(shape, Line)]
    darkness = [-int(shape.style.fill[1:3], 16) for shape in pixels]
    assert darkness[0] > darkness[1] > darkness[2] == darkness[3]
    assert next(shape.title for shape in pixels) == "a: 2 connections"


@pytest.mark.parametrize("name", NAMES)
def test_a_glyph_is_the_curve_itself(name):
    steps = curve(name, 0.0, 0.0, 10.0)
    points = np.array([step[1:] for step in steps])
    reach = points[:, 0] / 5
    values = np.asarray(ACTIVATIONS[name].formula(reach * (drawing_reach(name))), float)
    assert np.corrcoef(values, -points[:, 1])[0, 1] == pytest.approx(1, abs=1e-9)
    assert np.ptp(points[:, 1]) == pytest.approx(8.0)


def drawing_reach(name):
    return ACTIVATIONS[name].reach


def test_every_activation_has_a_colour_of_its_own():
    assert len({colour(name) for name in NAMES}) == len(NAMES)


def test_without_connections_there_is_a_picture_too():
    empty = np.zeros(0, int)
    network = compile_genome(Genome(2, 1, np.array([CODE["linear"]]), empty, empty, np.zeros(0, bool), empty))
    picture = draw(Portrait(network, ("a", "b"), ("c",), title="Nothing"))
    assert "0 connections, 0 hidden nodes, one weight for all" in texts(picture)
    assert to_pixels(picture).shape == (round(picture.height), round(picture.width), 3)


def test_too_many_connections_are_refused(monkeypatch):
    monkeypatch.setattr(drawing, "MOST_CONNECTIONS", 1)
    with pytest.raises(OutputError, match="shows up to 1 connections, and the network has 2; choose a graph"):
        draw(Portrait(chain("tanh"), ("in",), ("out",)))


def test_svg_and_png_show_the_same():
    """A red disc, a blue square and a curve, by both ways; the SVG by its numbers, the PNG by its pixels."""
    square = (("M", 60, 20), ("L", 90, 20), ("L", 90, 50), ("L", 60, 50), ("Z",))
    bow = (("M", 10.0, 70.0), ("C", 40.0, 70.0, 60.0, 90.0, 90.0, 90.0))
    picture = Picture(
        100,
        100,
        [
            Circle(Style("#ff0000"), x=30, y=35, r=15),
            Line(Style("#0000ff"), steps=square),
            Line(Style(stroke="#00ff00", width=4), steps=bow),
        ],
    )
    pixels = to_pixels(picture)
    assert pixels.shape == (100, 100, 3)
    assert pixels[35, 30].tolist() == [255, 0, 0]
    assert pixels[35, 75].tolist() == [0, 0, 255]
    assert pixels[80, 50].tolist() == [0, 255, 0]
    assert pixels[10, 10].tolist() == [255, 255, 255]
    root = ElementTree.fromstring(to_svg(picture))
    disc = root.find(f"{SVG}circle")
    assert disc is not None
    assert (disc.get("cx"), disc.get("cy"), disc.get("r")) == ("30", "35", "15")
    assert [path.get("d") for path in root.iter(f"{SVG}path")] == [
        "M60 20L90 20L90 50L60 50Z",
        "M10 70C40 70 60 90 90 90",
    ]


def test_a_png_has_the_scale_that_was_asked_for():
    file = io.BytesIO()
    write_png(Picture(50, 20, []), file, scale=3)
    assert Image.open(file).size == (150, 60)
