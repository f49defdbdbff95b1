"""Pictures as environments give them: each becomes the same 8-bit RGB, or is refused by name."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from wann.report.frames import as_pixels, film_mode

RGB = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3)


@pytest.mark.parametrize(
    "given_picture",
    [
        RGB,
        [RGB * 0, RGB],  # rgb_array_list: the newest is last
        np.dstack([RGB, np.full((4, 5), 255, np.uint8)]),
        RGB / 255.0,
        (RGB / 255.0).astype(np.float32),
        RGB.astype(np.float64),
        RGB.astype(np.int64),
        np.asfortranarray(RGB),
    ],
    ids=["rgb", "list", "rgba", "unit", "float32", "float255", "int64", "fortran"],
)
def test_every_form_of_one_picture_is_one_picture(given_picture):
    pixels = as_pixels(given_picture)
    assert pixels.dtype == np.uint8
    np.testing.assert_array_equal(pixels, RGB)


def test_grey_and_black_and_white_become_rgb():
    grey = RGB[:, :, 0]
    for picture in (grey, grey[:, :, None], grey / 255.0):
        np.testing.assert_array_equal(as_pixels(picture), np.dstack([grey] * 3))
    assert as_pixels(np.array([[True, False]])).tolist() == [[[255] * 3, [0] * 3]]


def test_what_is_transparent_is_white():
    clear = np.zeros((2, 2, 4), np.uint8)
    assert (as_pixels(clear) == 255).all()
    half = np.array([[[0.0, 0.0, 1.0, 0.5]]])
    assert as_pixels(half).tolist() == [[[127, 127, 255]]]


@given(arrays(np.uint8, (3, 2, 4)))
def test_blending_stays_between_the_colour_and_white(picture: np.ndarray):
    pixels = as_pixels(picture).astype(int)
    exact = picture[..., :3] * (picture[..., 3:] / 255.0) + 255.0 * (1 - picture[..., 3:] / 255.0)
    assert np.abs(pixels - exact).max() <= 0.5 + 1e-9


@pytest.mark.parametrize(
    ("rendered", "said"),
    [
        (None, "NoneType"),
        ([], "no picture"),
        ([[1, 2]], r"int64 \(2,\)"),
        ("text", r"<U4 \(\)"),
        (object(), "object"),
        (np.zeros((4, 5, 2), np.uint8), r"uint8 \(4, 5, 2\)"),
        (np.zeros((0, 5, 3), np.uint8), r"uint8 \(0, 5, 3\)"),
        (np.full((4, 5, 3), np.nan), "from nan to nan"),
        (np.full((4, 5, 3), -0.5), "from -0.5 to -0.5"),
        (np.full((4, 5, 3), 256), "from 256 to 256"),
    ],
)
def test_what_is_no_picture_is_refused(rendered: object, said: str):
    with pytest.raises(ValueError, match=rf"render\(\) gave .*{said}"):
        as_pixels(rendered)


@given(st.lists(st.sampled_from(["human", "ansi", "rgb_array_list", "rgb_array"])))
def test_the_most_direct_mode_is_taken(modes: list[str]):
    expected = next((mode for mode in ("rgb_array", "rgb_array_list") if mode in modes), None)
    assert film_mode(modes) == expected
