"""The files of data sets: what is wrong with them is said in one line, and nothing is read wrongly."""

from __future__ import annotations

import gzip
import hashlib
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from wann.errors import DataError, TaskError, UnknownDataset
from wann.tasks.classification import make_classification
from wann.tasks.datasets import home, load, missing_files
from wann.tasks.datasets import named as catalogue
from wann.tasks.datasets.files import COLLECTIONS, NAMES, checked_files
from wann.tasks.datasets.idx import read_idx
from wann.tasks.datasets.npz import read_npz


def idx(array: np.ndarray, kind: int = 8) -> bytes:
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, kind, array.ndim, *array.shape) + array.tobytes()


@pytest.fixture
def images() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (5, 4, 3), dtype=np.uint8)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_idx_files_are_read_packed_or_not(tmp_path, images, pack):
    (tmp_path / "f").write_bytes(pack(idx(images)))
    assert np.array_equal(read_idx(tmp_path / "f", 3), images)


def test_what_is_wrong_with_an_idx_file_is_said(tmp_path, images):
    good = idx(images)
    for content, told in (
        (b"\x00\x00\x0d\x03" + good[4:], "wrong magic number: expected 0x00000803"),
        (good[:10], "truncated: the header has 10 of 16 bytes"),
        (good[:-1], "truncated: expected 60 bytes for the shape (5, 4, 3), got 59"),
        (good + b"1", "too long: expected 60 bytes"),
        (gzip.compress(good)[:-9], "truncated or corrupt"),
        (b"", "wrong magic number"),
        (b"\x00\x00\x08\x03" + b"\xff" * 12, "truncated: expected"),
    ):
        (tmp_path / "f").write_bytes(content)
        with pytest.raises(DataError, match=r"f: ") as caught:
            read_idx(tmp_path / "f", 3)
        assert told in str(caught.value)
        assert "\n" not in str(caught.value)


def test_checksums_are_compared(tmp_path, monkeypatch, images):
    monkeypatch.setenv("WANN_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with pytest.raises(DataError, match="wann data download mnist"):
        checked_files("mnist")
    (tmp_path / "mnist").mkdir()
    for name in NAMES:
        (tmp_path / "mnist" / f"{name}.gz").write_bytes(gzip.compress(idx(images)))
    with pytest.raises(DataError, match=r"its MD5 is [0-9a-f]{32}, published is 6bbc9ace") as caught:
        checked_files("mnist")
    assert "\n" not in str(caught.value)


@pytest.fixture
def small_fashion(tmp_path, monkeypatch) -> list[bytes]:
    """Four small files that pass for Fashion-MNIST's, unpacked; nothing is where they are looked for."""
    rng = np.random.default_rng(1)
    shapes = ((12, 28, 28), (12,), (4, 28, 28), (4,))
    arrays = [rng.integers(0, 10, shape, dtype=np.uint8) for shape in shapes]
    plain = [idx(array) for array in arrays]
    sums = tuple(hashlib.md5(content).hexdigest() for content in plain)
    changed = replace(COLLECTIONS["fashion"], checksums=sums, elsewhere=(tmp_path / "system",))
    monkeypatch.setitem(COLLECTIONS, "fashion", changed)
    monkeypatch.setenv("WANN_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    catalogue._load.cache_clear()
    yield plain
    catalogue._load.cache_clear()


def packed_otherwise(content: bytes) -> bytes:
    return gzip.compress(content, compresslevel=1, mtime=0)


@pytest.mark.parametrize("pack", [bytes, gzip.compress, packed_otherwise])
@pytest.mark.parametrize("folder", ["data/fashion", "cache/wann/data/fashion", "system"])
def test_any_gzip_in_any_of_the_folders_is_taken(tmp_path, small_fashion, pack, folder):
    (tmp_path / folder).mkdir(parents=True)
    assert missing_files("fashion") == list(NAMES)
    ending = "" if pack is bytes else ".gz"
    for name, content in zip(NAMES, small_fashion, strict=True):
        (tmp_path / folder / f"{name}{ending}").write_bytes(pack(content))
    assert missing_files("fashion") == []
    assert home("fashion") == tmp_path / folder
    assert len(load("fashion").test) == 4


def test_torn_and_other_files_are_one_clear_line(tmp_path, small_fashion):
    (tmp_path / "system").mkdir()
    for name, content in zip(NAMES, small_fashion, strict=True):
        (tmp_path / "system" / f"{name}.gz").write_bytes(gzip.compress(content))
    for torn in (gzip.compress(small_fashion[2])[:-9], small_fashion[2][:-1], b"", b"<html>no</html>"):
        (tmp_path / "system" / f"{NAMES[2]}.gz").write_bytes(torn)
        with pytest.raises(DataError, match=f"{NAMES[2]}.gz: .*get it again") as caught:
            load("fashion")
        assert "\n" not in str(caught.value)


def test_fashion_is_read_from_its_own_folder(tmp_path, monkeypatch):
    rng = np.random.default_rng(1)
    arrays = [
        rng.integers(0, 256, shape, dtype=np.uint8) for shape in ((12, 28, 28), (12,), (4, 28, 28), (4,))
    ]
    arrays[1] %= 10
    arrays[3] %= 10
    (tmp_path / "fashion").mkdir()
    plain = [idx(array) for array in arrays]
    for name, content in zip(NAMES, plain, strict=True):
        (tmp_path / "fashion" / f"{name}.gz").write_bytes(gzip.compress(content))
    sums = tuple(hashlib.md5(content).hexdigest() for content in plain)
    monkeypatch.setitem(COLLECTIONS, "fashion", replace(COLLECTIONS["fashion"], checksums=sums))
    monkeypatch.setenv("WANN_DATA_DIR", str(tmp_path))
    catalogue._load.cache_clear()
    data = load("fashion")
    catalogue._load.cache_clear()
    assert (len(data.train), len(data.validation), len(data.test)) == (10, 2, 4)
    assert data.classes[0] == "T-shirt"
    np.testing.assert_allclose(data.test.images[0], arrays[2][0].ravel() / 255, rtol=1e-6)
    assert data.validation.labels.tolist() == arrays[1][10:].tolist()


def test_mnist_is_what_was_published(mnist):
    data = load("mnist28")
    assert (len(data.train), len(data.validation), len(data.test)) == (55000, 5000, 10000)
    assert data.train.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert np.bincount(data.test.labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    small = load("mnist16")
    assert small.train.images.shape == (55000, 256)
    assert small.shape == (16, 16)
    assert small.train.images.min() >= 0
    assert small.train.images.max() <= 1


def test_digits_need_no_download(monkeypatch, tmp_path):
    monkeypatch.setenv("WANN_DATA_DIR", str(tmp_path))
    data = load("digits")
    assert (len(data.train), len(data.validation), len(data.test)) == (1165, 232, 400)
    everything = np.concatenate([data.train.images, data.validation.images, data.test.images])
    assert len(np.unique(everything, axis=0)) == 1797  # no image is in two splits


def test_an_npz_of_ones_own(tmp_path):
    rng = np.random.default_rng(2)
    path = tmp_path / "own.npz"
    np.savez(path, images=rng.random((30, 4, 5)), labels=np.arange(30) % 3)
    data = read_npz(path)
    assert (len(data.train), len(data.validation), len(data.test)) == (20, 4, 6)
    assert (data.shape, data.classes, len(data.inputs)) == ((4, 5), ("0", "1", "2"), 20)
    np.savez(
        path,
        images=np.ones((12, 2)),
        labels=np.zeros(12, int),
        test_images=np.ones((3, 2)),
        test_labels=[0, 1, 0],
    )
    assert len(read_npz(path).test) == 3


@pytest.mark.parametrize(
    ("labels", "tests", "classes"),
    [
        ([1, 2, 5], [5, 1], ("1", "2", "5")),
        ([-1, 1], None, ("-1", "1")),
        (["cat", "dog"], ["dog"], ("cat", "dog")),
        ([b"cat", b"dog"], None, ("cat", "dog")),
        ([False, True], None, ("False", "True")),
        ([0.0, 2.0], [1.0], ("0", "1", "2")),
    ],
)
def test_labels_of_an_npz_go_by_name(tmp_path, labels, tests, classes):
    every = np.array(labels * 10)
    arrays = {"images": np.arange(len(every))[:, None], "labels": every}
    if tests:
        arrays |= {"test_images": np.ones((len(tests), 1)), "test_labels": np.array(tests)}
    np.savez(tmp_path / "own.npz", **arrays)
    data = read_npz(tmp_path / "own.npz")
    assert data.classes == classes
    for split in (data.train, data.validation, *([] if tests else [data.test])):
        for image, label in zip(split.images, split.labels, strict=True):
            text = every[int(image[0])]
            name = text.decode() if isinstance(text, bytes) else str(text).removesuffix(".0")
            assert data.classes[label] == name


def test_inputs_of_very_different_size_are_warned_of(tmp_path):
    rng = np.random.default_rng(0)
    labels = np.arange(40) % 2

    def told(images: np.ndarray) -> str:
        path = tmp_path / f"own{rng.integers(10**9)}.npz"
        np.savez(path, images=images, labels=labels)
        return " ".join(make_classification(str(path)).notes)

    assert told(rng.normal(size=(40, 3))) == ""
    assert told(rng.normal(size=(40, 3)) * [1, 30, 0]) == ""  # a constant has no size
    unlike = told(rng.normal(size=(40, 3)) * [1, 1, 1000])
    assert "'x2' about" in unlike
    assert "run the same again with --set task.scale=standard" in unlike
    assert "inputs are large" in told(rng.normal(size=(40, 3)) * 1000)
    assert "inputs are large" in told(rng.integers(0, 256, (40, 4, 4)))
    assert make_classification("digits").notes == ()


@pytest.mark.parametrize(
    ("arrays", "told"),
    [
        ({"images": np.ones((9, 2))}, "expected the arrays 'images' and 'labels', got images"),
        ({"images": np.ones((9, 2)), "labels": np.ones(8)}, "9 images but 8 labels"),
        ({"images": np.ones(9), "labels": np.ones(9)}, r"expected \(N, ...\) images"),
        ({"images": np.full((9, 2), np.nan), "labels": np.zeros(9)}, "NaN or infinite"),
        ({"images": np.ones((9, 2)), "labels": np.full(9, 0.5)}, "label 0.5 of image 0 is out of range"),
        (
            {"images": np.ones((10001, 1)), "labels": np.arange(1, 10002)},
            "10001 different values; expected at most",
        ),
        ({"images": np.array([["a"]] * 9), "labels": np.zeros(9)}, "expected numbers"),
        ({"images": np.ones((2, 2)), "labels": np.zeros(2)}, "no images; expected at least 7"),
        ({"images": np.ones((5, 2)), "labels": np.zeros(5)}, "at least 6 training images, got 4"),
        (
            {
                "images": np.ones((9, 2)),
                "labels": np.zeros(9),
                "test_images": np.ones((2, 3)),
                "test_labels": np.zeros(2),
            },
            "training images have 2 inputs, test images 3",
        ),
    ],
)
def test_arrays_that_cannot_be_used(tmp_path, arrays, told):
    np.savez(tmp_path / "own.npz", **arrays)
    with pytest.raises(DataError, match=told):
        read_npz(tmp_path / "own.npz")


def test_files_that_are_something_else(tmp_path):
    for name, content in (("a.npz", b"PK nonsense"), ("b.csv", b"label\n"), ("c.csv", b"x,label\na,1\n")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(DataError, match=name):
            load(str(tmp_path / name))
    with pytest.raises(UnknownDataset, match="did you mean 'digits'"):
        load("digit")
    with pytest.raises(UnknownDataset, match="no such file"):
        load("nothing.csv")
    np.savez(tmp_path / "pickled.npz", images=np.array([{}] * 9), labels=np.zeros(9))
    with pytest.raises(DataError, match="plain arrays"):
        load(str(tmp_path / "pickled.npz"))


def test_one_class_is_no_classification(tmp_path):
    path = Path(tmp_path / "one.npz")
    np.savez(path, images=np.ones((30, 2)), labels=np.zeros(30))
    with pytest.raises(TaskError, match="at least 2 classes, got 1"):
        make_classification(str(path))
