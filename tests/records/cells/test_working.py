"""What an unfinished cell has come to, on disk."""

from __future__ import annotations

import numpy as np
import pytest

from wann.records.cells import working
from wann.records.cells.working import WorkingFolder, under_way


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr(working, "_SECONDS_BETWEEN_SAVES", 0.0)
    monkeypatch.setattr(working, "_SECONDS_BETWEEN_WORDS", 0.0)


def snapshot(value):
    return lambda: ({"a": np.full(3, value)}, {"epoch": int(value)})


def test_trainings_are_found_in_their_order(tmp_path):
    first = WorkingFolder(tmp_path / "cell")
    assert first.next().found() is None
    first.next().keep(snapshot(2.0), False)
    again = WorkingFolder(tmp_path / "cell")
    assert again.next().found() is None
    arrays, numbers = again.next().found()
    assert (arrays["a"].tolist(), numbers) == ([2.0] * 3, {"epoch": 2})
    again.remove()
    assert not (tmp_path / "cell").exists()


def test_a_folder_at_rest_says_nothing_and_keeps_what_it_has(tmp_path):
    folder, empty = WorkingFolder(tmp_path / "dense-s0"), WorkingFolder(tmp_path / "dense-s1")
    folder.next().keep(snapshot(1.0), False)
    for each in (folder, empty):
        each.tell("dense 2/2")
        each.rest()
    assert under_way(tmp_path) == []
    assert WorkingFolder(tmp_path / "dense-s0").next().found() is not None
    assert not empty.folder.exists()


def test_nothing_is_kept_so_soon_after_the_last_time(tmp_path, monkeypatch):
    monkeypatch.setattr(working, "_SECONDS_BETWEEN_SAVES", 3600.0)
    folder = WorkingFolder(tmp_path / "cell")
    place = folder.next()
    place.keep(lambda: pytest.fail("no snapshot is made"), False)
    assert place.found() is None


def test_a_damaged_file_is_as_good_as_none(tmp_path):
    folder = WorkingFolder(tmp_path / "cell")
    place = folder.next()
    place.keep(snapshot(1.0), False)
    path = next((tmp_path / "cell").glob("*.npz"))
    path.write_bytes(path.read_bytes()[:-30])
    assert place.found() is None
    path.write_bytes(b"")
    assert place.found() is None


@pytest.mark.parametrize("where", [None, "there/is/none"])
def test_where_nothing_can_be_written_nothing_is(tmp_path, where):
    folder = WorkingFolder(where and tmp_path / where)
    place = folder.next()
    place.keep(snapshot(1.0), False)
    folder.tell("epoch 1/2")
    assert place.found() is None
    folder.remove()
    assert not list(tmp_path.iterdir())


def test_what_is_under_way_is_told(tmp_path):
    WorkingFolder(tmp_path / "lottery-d0.1-s0").tell("round 2/9 1/3")
    WorkingFolder(tmp_path / "dense-s1").tell("dense 7/20")
    WorkingFolder(tmp_path / "snip-d0.1-s0")
    assert under_way(tmp_path) == ["dense-s1: dense 7/20", "lottery-d0.1-s0: round 2/9 1/3"]
    assert under_way(tmp_path / "none") == []
