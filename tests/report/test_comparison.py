"""The fronts and the picture of a comparison."""

from __future__ import annotations

import math
from itertools import product

import imageio.v3 as imageio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wann.errors import OutputError
from wann.report.comparison import draw
from wann.report.pareto import PRUNED, SEARCHED, Comparison, Entry, front


def entry(method: str, scores, connections, family: str = PRUNED) -> Entry:
    return Entry(method, family, tuple(scores), tuple(connections), tuple(range(len(scores))), "trained")


def test_mean_and_spread_are_over_seeds():
    made = entry("a", [0.9, 0.8, 0.7], [10, 20, 60])
    assert (made.score, made.std, made.size) == (pytest.approx(0.8), pytest.approx(0.1), 30)
    assert math.isnan(entry("b", [0.5], [1]).std)


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(1, 6)), max_size=12))
def test_a_front_is_what_nothing_beats(pairs):
    entries = [entry(str(k), [score], [size]) for k, (score, size) in enumerate(pairs)]
    best = front(entries)
    for mine, other in product(entries, entries):
        beaten = other.size <= mine.size and other.score >= mine.score
        strictly = beaten and (other.size, other.score) != (mine.size, mine.score)
        assert not (strictly and mine in best)
    points = {(e.size, e.score) for e in best}
    assert len(points) == len(best)
    undominated = {
        (e.size, e.score)
        for e in entries
        if not any(
            o.size <= e.size and o.score >= e.score and (o.size, o.score) != (e.size, e.score)
            for o in entries
        )
    }
    assert points == undominated


@pytest.fixture
def comparison() -> Comparison:
    return Comparison(
        task="digits",
        accuracy=True,
        entries=(
            entry("evolved", [0.8, 0.82], [120, 140], SEARCHED),
            entry("magnitude", [0.9, 0.92], [1300, 1310]),
            entry("magnitude", [0.6, 0.7], [300, 310]),
            entry("random", [0.5, 0.6], [1200, 1210]),
        ),
        dense=entry("dense", [0.97, 0.98], [6500, 6500]),
    )


def test_svg_names_all_that_it_shows(comparison, tmp_path):
    draw(comparison, tmp_path / "a.svg")
    text = (tmp_path / "a.svg").read_text()
    for word in (
        "evolved (searched)",
        "magnitude",
        "random",
        "front of the pruned",
        "dense, 6,500 connections",
        "digits",
    ):
        assert word in text
    assert "test accuracy in %" in text
    draw(comparison, tmp_path / "b.svg")
    assert (tmp_path / "b.svg").read_bytes() == (tmp_path / "a.svg").read_bytes()


def test_png_is_a_picture(comparison, tmp_path):
    draw(comparison, tmp_path / "a.png")
    assert imageio.imread(tmp_path / "a.png").shape[:2] == (810, 1350)


def test_returns_have_their_own_axis(tmp_path):
    made = Comparison("a_package:there/CartPole-v1", False, (entry("a", [500.0], [4], SEARCHED),))
    draw(made, tmp_path / "a.svg")
    text = (tmp_path / "a.svg").read_text()
    assert "mean return over held-out episodes" in text
    assert "CartPole-v1: score against size" in text
    assert "a_package" not in text


@pytest.mark.parametrize("name", ["a.gif", "a"])
def test_other_endings_are_refused(comparison, tmp_path, name):
    with pytest.raises(OutputError, match=r"expected a name that ends in .png, .svg, .pdf"):
        draw(comparison, tmp_path / name)


def test_a_folder_that_is_not_there_is_said(comparison, tmp_path):
    with pytest.raises(OutputError, match="cannot be written"):
        draw(comparison, tmp_path / "nowhere" / "a.png")
