"""Resizing and deskewing, against scipy's interpolation and a shape that is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from wann.tasks.datasets.images import deskew, resize


def test_resizing_equals_scipys_bilinear_interpolation():
    image = np.random.default_rng(0).random((28, 28))
    centres = (np.arange(16) + 0.5) * 28 / 16 - 0.5
    grid = np.meshgrid(centres, centres, indexing="ij")
    expected = ndimage.map_coordinates(image, grid, order=1, mode="nearest")
    np.testing.assert_allclose(resize(image[None], 16)[0], expected, atol=1e-14)


def test_resizing_to_the_same_size_changes_nothing():
    images = np.random.default_rng(1).random((3, 16, 16))
    assert np.array_equal(resize(images, 16), images)


def _moments(image: np.ndarray) -> tuple[float, float]:
    rows, columns = np.indices(image.shape)
    x, y = (np.average(axis, weights=image) for axis in (columns, rows))
    mixed = np.sum((columns - x) * (rows - y) * image)
    return mixed, np.sum((rows - y) ** 2 * image)


@pytest.mark.parametrize("slant", [-0.6, -0.3, 0.3, 0.6])
def test_a_slanted_stroke_is_made_upright(slant: float):
    rows, columns = np.indices((16, 16))
    middle = 8 + slant * (rows - 8)
    image = np.exp(-0.5 * (columns - middle) ** 2) * ((rows > 2) & (rows < 13))
    before, vertical = _moments(image)
    assert before / vertical == pytest.approx(slant, abs=0.02)
    after, _ = _moments(deskew(image[None])[0])
    assert abs(after / vertical) < 0.02


def test_deskewing_equals_scipys_affine_transform():
    image = ndimage.gaussian_filter(np.random.default_rng(2).random((16, 16)), 2)
    image[:, :3] = image[:, -3:] = 0
    mixed, vertical = _moments(image)
    slant = mixed / vertical
    expected = ndimage.affine_transform(
        image, [[1, 0], [slant, 1]], [0, -8 * slant], order=1, mode="constant"
    )
    inner = slice(2, 14)
    np.testing.assert_allclose(deskew(image[None])[0][:, inner], expected[:, inner], atol=1e-12)


def test_an_empty_image_and_a_flat_one_stay_as_they_are():
    images = np.zeros((2, 16, 16))
    images[1, 8] = 1.0
    assert np.array_equal(deskew(images), images)
