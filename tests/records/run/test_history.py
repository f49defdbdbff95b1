"""history.csv: rows are appended, never changed; a torn last one is dropped."""

from __future__ import annotations

import csv
from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wann.errors import RunDamaged
from wann.records.run.history import COLUMNS, History, read_history
from wann.search.state import GenerationInfo


def row(generation: int, **changes) -> GenerationInfo:
    third = generation / 3
    info = GenerationInfo(
        generation=generation,
        best=third,
        median=-third,
        peak=1e-7 * third,
        running=third * 1e20,
        champion=0.1,
        connections=generation + 2,
        nodes=7,
        evaluations=100 * generation,
        env_steps=10**12 + generation,
        failed=0,
        seconds=round(third, 3),
        digest=f"{generation:016x}",
    )
    return replace(info, **changes)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "history.csv"


def write(path, count, first=1):
    history = History(path)
    assert all(history.record(row(k)) for k in range(first, first + count))
    history.close()


@given(st.floats(allow_nan=False), st.integers(0, 10**15))
def test_numbers_survive_to_the_last_bit(tmp_path_factory, value, count):
    path = tmp_path_factory.mktemp("history") / "h.csv"
    info = row(1, best=value, running=-value, env_steps=count)
    history = History(path)
    history.record(info)
    history.close()
    assert read_history(path) == [info]


def test_a_champion_that_is_not_there_yet_is_nan(path):
    history = History(path)
    history.record(row(1, champion=float("nan")))
    history.close()
    (again,) = read_history(path)
    assert str(again.champion) == "nan"


def test_the_header_names_every_column(path):
    write(path, 2)
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [f.name for f in fields(GenerationInfo) if f.name != "accuracy"] == list(COLUMNS)
    assert rows[1]["generation"] == "2"
    assert rows[1]["digest"] == row(2).digest


def test_a_row_is_on_its_way_to_the_disk_when_its_generation_ends(path):
    history = History(path)
    history.record(row(1))
    assert read_history(path) == [row(1)]
    history.close()


def test_opening_again_goes_on_after_the_last_row(path):
    write(path, 3)
    write(path, 2, first=4)
    assert read_history(path) == [row(k) for k in range(1, 6)]
    assert path.read_text().count("generation") == 1


def test_a_replayed_generation_writes_nothing(path):
    write(path, 3)
    before = path.read_bytes()
    history = History(path)
    assert history.record(row(2, seconds=99.0)) is False
    history.close()
    assert path.read_bytes() == before


def test_a_replayed_generation_must_match(path):
    write(path, 3)
    before = path.read_bytes()
    history = History(path)
    with pytest.raises(RunDamaged, match="generation 2 gives the digest ffff") as caught:
        history.record(row(2, digest="f" * 16))
    history.close()
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == before


def test_a_gap_is_refused(path):
    write(path, 3)
    before = path.read_bytes()
    history = History(path)
    with pytest.raises(RunDamaged, match="ends with generation 3"):
        history.record(row(5))
    history.close()
    assert path.read_bytes() == before


@settings(max_examples=100)
@given(st.data())
def test_a_torn_last_row_is_dropped_and_the_others_are_untouched(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("history") / "h.csv"
    write(path, 5)
    whole = path.read_bytes()
    length = data.draw(st.integers(0, len(whole)))
    path.write_bytes(whole[:length])
    complete = max(0, whole[:length].count(b"\n") - 1)
    assert read_history(path) == [row(k) for k in range(1, complete + 1)]
    assert path.read_bytes() == whole[:length]  # reading changes nothing
    write(path, 5 - complete, first=complete + 1)
    assert path.read_bytes() == whole


def test_bytes_that_a_crash_left_behind_are_dropped(path):
    write(path, 2)
    whole = path.read_bytes()
    path.write_bytes(whole + b"\x00" * 40)
    write(path, 1, first=3)
    assert read_history(path) == [row(1), row(2), row(3)]


def test_reading_what_is_not_there_is_empty(path):
    assert read_history(path) == []
    assert not path.exists()


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("generation,best", "generation,worst", ":1:"),
        ("\n2,", "\ntwo,", ":3:"),
        ("\n2,", "\n7,", ":3:"),
        ("\n2,", "\n1,2,", ":3:"),
        ("\n2,", "\n\n2,", ":3:"),
        ("0000000000000002", "", None),
    ],
)
def test_damaged_rows_are_named_by_their_line(path, old, new, place):
    write(path, 4)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    if place is None:  # an empty digest is still a row; the replay would notice it
        return
    with pytest.raises(RunDamaged, match=place) as caught:
        read_history(path)
    assert "\n" not in str(caught.value)


@settings(max_examples=200)
@given(st.data())
def test_any_damage_is_read_or_refused_clearly(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("history") / "h.csv"
    write(path, 4)
    damaged = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(
            st.sampled_from(b'\x00"\r\n,;\xff-9e')
        )
    path.write_bytes(damaged)
    try:
        rows, message = read_history(path), ""
    except RunDamaged as error:
        rows, message = [], str(error)
    assert "\n" not in message
    assert [info.generation for info in rows] == list(range(1, len(rows) + 1))


def test_the_file_can_be_synced(path):
    history = History(path)
    history.record(row(1))
    history.sync()
    history.close()
    assert read_history(path) == [row(1)]
