"""Files that are there in full or not at all."""

from __future__ import annotations

import json

import pytest

from wann.records.storage.files import finite, write_atomically, write_json


def test_a_file_is_replaced_in_one_go(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"old")
    write_atomically(path, lambda file: file.write(b"new"))
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_what_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"old")

    def fail(file):
        file.write(b"half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_atomically(path, fail)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_json_holds_no_number_that_is_not_finite(tmp_path):
    nan, inf = float("nan"), float("inf")
    write_json(tmp_path / "a.json", {"a": nan, "b": [1.5, -inf, {"c": (inf,)}], "d": "nan", "e": True})
    text = (tmp_path / "a.json").read_text()
    assert json.loads(text) == {"a": None, "b": [1.5, None, {"c": [None]}], "d": "nan", "e": True}


def test_finite_copies():
    value = {"a": [1.0]}
    assert finite(value) == value
    assert finite(value)["a"] is not value["a"]
