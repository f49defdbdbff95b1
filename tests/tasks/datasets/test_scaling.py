"""Inputs are scaled as the training split says: images as one, tables by column, constants without harm."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from wann.errors import DataError
from wann.tasks.classification import make_classification
from wann.tasks.datasets import SCALES, load
from wann.tasks.datasets.dataset import Dataset, make_dataset
from wann.tasks.datasets.scaling import scaled

SKLEARN = {"standard": StandardScaler, "minmax": MinMaxScaler}


def table(values: np.ndarray, tests: np.ndarray | None = None) -> Dataset:
    tests = values[:3] if tests is None else tests
    labels = (np.arange(len(values)) % 2, np.arange(len(tests)) % 2)
    return make_dataset("t", values, labels[0], (tests, labels[1]))


@pytest.mark.parametrize("scale", SKLEARN)
def test_columns_are_scaled_by_the_training_split_alone(scale):
    rng = np.random.default_rng(0)
    values = rng.normal([0, 1e3, -5], [1, 1e2, 1e-3], (5000, 3)).astype(np.float32)
    data = table(values, 1e6 + values)
    found = scaled(data, scale)
    truth = SKLEARN[scale]().fit(data.train.images.astype(float))
    for name in ("train", "validation", "test"):
        before, after = getattr(data, name), getattr(found, name)
        expected = truth.transform(before.images.astype(float))
        assert after.images.dtype == np.float32
        np.testing.assert_allclose(after.images, expected, rtol=1e-5, atol=1e-5)
        np.testing.assert_array_equal(after.labels, before.labels)


def test_the_pixels_of_images_share_one_scale():
    data = load("digits")
    found = load("digits", scale="standard")
    pixels = data.train.images.astype(float)
    np.testing.assert_allclose(
        found.test.images, (data.test.images - pixels.mean()) / pixels.std(), atol=1e-6
    )
    assert found.scaling is not None
    assert found.scaling.centre.shape == (64,)
    assert set(found.scaling.centre) == {found.scaling.centre[0]}
    assert load("digits", scale="minmax").train.images.max() == 1.0  # they are 0 to 1 already
    np.testing.assert_array_equal(load("digits", scale="minmax").train.images, data.train.images)


@pytest.mark.parametrize("scale", SKLEARN)
@pytest.mark.parametrize("value", [0.0, 0.1, -7.3, 1e30])
def test_a_constant_column_becomes_0_and_another_value_of_it_stays_finite(scale, value):
    values = np.column_stack([np.arange(12.0), np.full(12, value)])
    found = scaled(table(values, np.array([[1.0, value], [2.0, -value]])), scale)
    assert (found.train.images[:, 1] == 0).all()
    assert found.test.images[0, 1] == 0
    assert np.ptp(found.train.images[:, 0]) > 0


@settings(max_examples=50, deadline=None)
@given(rows=st.lists(st.floats(-1e6, 1e6, width=32), min_size=8, max_size=40))
def test_sums_are_those_of_exact_arithmetic(rows):
    data = table(np.array(rows, np.float32)[:, None])
    found = scaled(data, "standard")
    assert found.scaling is not None
    exact = [float(value) for value in data.train.images[:, 0]]
    if len(set(exact)) == 1:
        return
    mean = math.fsum(exact) / len(exact)
    deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in exact) / len(exact))
    assert found.scaling.centre[0] == pytest.approx(mean, rel=1e-12, abs=1e-9)
    assert found.scaling.spread[0] == pytest.approx(deviation, rel=1e-9)


def test_the_order_of_sums_is_not_a_librarys():
    """Written out: halves are added to halves, so the bits are those of single additions."""
    values = np.array([1e8, 1.0, -1e8, 1.0, 0.25, 3.0, 7.0, -2.0], np.float32)
    data = table(np.concatenate([values, values[:2]])[:, None])
    train = [float(value) for value in data.train.images[:, 0]]
    while len(train) > 1:
        half = len(train) // 2
        train = [a + b for a, b in zip(train[:half], train[half : 2 * half], strict=True)] + train[2 * half :]
    found = scaled(data, "standard").scaling
    assert found is not None
    assert found.centre[0] == train[0] / len(data.train)


def test_none_leaves_the_very_same_bits():
    for name in ("train", "validation", "test"):
        np.testing.assert_array_equal(
            getattr(load("digits"), name).images, getattr(load("digits", scale="none"), name).images
        )
    assert load("digits").scaling is None


def test_files_of_ones_own_are_scaled_too(tmp_path: Path):
    rng = np.random.default_rng(1)
    rows = np.column_stack([rng.normal(0, 1, 60), rng.normal(1e4, 1e3, 60), np.arange(60) % 3])
    np.savetxt(tmp_path / "t.csv", rows, delimiter=",", header="a,b,label", comments="")
    images = rng.integers(0, 256, (60, 4, 4))
    np.savez(tmp_path / "i.npz", images=images, labels=np.arange(60) % 3)
    columns = make_classification(str(tmp_path / "t.csv"), scale="standard").data.train.images
    np.testing.assert_allclose(columns.mean(axis=0, dtype=float), 0, atol=1e-6)
    np.testing.assert_allclose(columns.std(axis=0, dtype=float), 1, rtol=1e-6)
    pixels = make_classification(str(tmp_path / "i.npz"), scale="minmax").data.train.images
    assert (pixels.min(), pixels.max()) == (0, 1)


def test_a_value_that_scaling_would_make_infinite_is_said():
    values = np.column_stack([np.arange(12.0), np.linspace(0, 1e-30, 12)])
    with pytest.raises(DataError, match=r"value 3e\+20 of input x1, .* hardly varies"):
        scaled(table(values, np.array([[1.0, 3e20], [2.0, 0.0]])), "minmax")


def test_an_unknown_scale_is_said():
    with pytest.raises(DataError, match=r"task.scale: unknown 'standart'; known are .*did you mean"):
        load("digits", scale="standart")
    assert SCALES == ("none", "standard", "minmax")
