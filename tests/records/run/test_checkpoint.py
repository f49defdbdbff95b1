"""Checkpoints: every field survives, and whatever is wrong with a file is one clear error."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wann.config import SearchConfig
from wann.errors import RunDamaged
from wann.genome.population import ARRAYS
from wann.network.plan import compile_population
from wann.records.run.checkpoint import load_checkpoint, save_checkpoint
from wann.search.search import Results, ask, contender, crown, init, tell

SEARCH = SearchConfig(population=6)
HASH = "0123456789abcdef"


def state_after(generations: int, champion: bool = True):
    rng = np.random.default_rng(generations)
    state = init(SEARCH, 0, 2, 1, "linear")
    for _ in range(generations):
        returns = rng.normal(size=(6, 2, 2))
        results = Results(compile_population(ask(state)), returns, np.ones(returns.shape))
        state, _ = tell(state, results, SEARCH, 0, None)
        if champion and (genome := contender(state)):
            returns = rng.normal(size=(2, 3))
            state = crown(state, genome, returns, np.ones((2, 3)), np.array([0.1, -2.0]))
    return replace(state, seconds=0.1 + generations, failed=generations)


def content(state):
    found = {f.name: getattr(state, f.name) for f in fields(state)}
    arrays = [getattr(state.population, name) for name in ARRAYS]
    found["population"] = [
        state.population.n_inputs,
        state.population.n_outputs,
        *((array.dtype, array.tolist()) for array in arrays),
    ]
    for name in ("earned", "episodes"):
        found[name] = (found[name].dtype, found[name].tolist())
    found["running_mean"] = repr(state.running_mean)
    return found


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """The bytes of a checkpoint and the state that is in it."""
    path = tmp_path_factory.mktemp("checkpoint") / "a.npz"
    state = state_after(6)
    save_checkpoint(path, state, HASH)
    return path.read_bytes(), state


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("scratch") / "b.npz"


@pytest.mark.parametrize("generations", [0, 1, 2, 6])
@pytest.mark.parametrize("champion", [False, True])
def test_every_field_survives(tmp_path, generations, champion):
    state = state_after(generations, champion)
    save_checkpoint(tmp_path / "a.npz", state, HASH)
    assert content(load_checkpoint(tmp_path / "a.npz", HASH)) == content(state)


def test_odd_floats_survive(tmp_path):
    state = replace(
        state_after(3),
        running_mean=-0.0,
        seconds=1e-308,
        earned=np.array([np.inf, -0.0, 1e300, 0.1, 5e-324, -1.0]),
    )
    save_checkpoint(tmp_path / "a.npz", state, HASH)
    again = load_checkpoint(tmp_path / "a.npz", HASH)
    assert content(again) == content(state)
    assert again.earned.tobytes() == state.earned.tobytes()


def test_nothing_but_the_checkpoint_is_left_behind(tmp_path):
    save_checkpoint(tmp_path / "a.npz", state_after(2), HASH)
    assert [path.name for path in tmp_path.iterdir()] == ["a.npz"]


def test_a_checkpoint_holds_no_pickle(saved):
    data, _ = saved
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        assert all(file[name].dtype != object for name in file.files)


def assert_same_or_damaged(path, data, state) -> bool:
    """A file is read in full (True) or refused in one line; nothing else."""
    path.write_bytes(data)
    found = message = None
    try:
        found = load_checkpoint(path, HASH)
    except RunDamaged as error:
        message = str(error)
    if message is None:
        assert content(found) == content(state)
        return True
    assert str(path) in message
    assert "\n" not in message
    return False


@settings(max_examples=400)
@given(data=st.data())
def test_flipped_bytes_are_noticed(saved, scratch, data):
    good, state = saved
    damaged = bytearray(good)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(good) - 1))
        damaged[place] ^= data.draw(st.integers(1, 255))
    assert_same_or_damaged(scratch, bytes(damaged), state)


def test_a_flipped_bit_in_every_byte_of_the_archive_structure_is_noticed(saved, scratch):
    good, state = saved
    central = good.index(b"PK\x01\x02")
    read = 0
    for place in [*range(60), *range(central, len(good))]:
        damaged = bytearray(good)
        damaged[place] ^= 1 << (place % 8)
        read += assert_same_or_damaged(scratch, bytes(damaged), state)
    assert read < len(good) - central


@given(st.data())
def test_truncated_files_are_noticed(saved, scratch, data):
    good, state = saved
    length = data.draw(st.integers(0, len(good) - 1))
    assert not assert_same_or_damaged(scratch, good[:length], state)


@given(st.binary(max_size=300))
def test_foreign_bytes_are_noticed(saved, scratch, junk):
    for data in (junk, b"PK\x03\x04" + junk, b"\x93NUMPY\x01\x00" + junk, b"\x80\x04" + junk):
        assert not assert_same_or_damaged(scratch, data, None)


def archive(**arrays) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def plain_array() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.arange(5))
    return buffer.getvalue()


def other_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name in ("hash.npy", "meta.npy", "readme.txt"):
            file.writestr(name, "hello")
    return buffer.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        plain_array(),
        other_zip(),
        archive(a=np.arange(3)),
        archive(hash=np.zeros(32, np.uint8)),
        archive(hash=np.zeros(32, np.uint8), meta=np.frombuffer(b"{}", np.uint8)),
    ],
)
def test_files_of_other_kinds_are_refused(scratch, data):
    assert not assert_same_or_damaged(scratch, data, None)


def test_a_pickle_is_refused_and_not_run(tmp_path, scratch):
    class Evil:
        def __reduce__(self):
            return (tmp_path.joinpath("ran").write_text, ("yes",))

    trap = np.empty(1, object)
    trap[0] = Evil()
    assert not assert_same_or_damaged(scratch, archive(hash=trap, meta=trap), None)
    assert not (tmp_path / "ran").exists()


def test_missing_files_and_folders_are_refused(tmp_path):
    for path in (tmp_path / "none.npz", tmp_path):
        with pytest.raises(RunDamaged, match="not a readable checkpoint"):
            load_checkpoint(path, HASH)


def test_a_checkpoint_of_another_config_is_refused(saved, scratch):
    scratch.write_bytes(saved[0])
    with pytest.raises(RunDamaged, match="another config"):
        load_checkpoint(scratch, "f" * 16)


def test_a_changed_number_is_noticed_even_where_the_archive_is_sound(saved, scratch):
    with np.load(io.BytesIO(saved[0])) as file:
        arrays = {name: file[name] for name in file.files}
    for name in sorted(arrays.keys() - {"hash"}):
        changed = arrays[name].copy()
        changed[-1] = not changed[-1] if changed.dtype == bool else changed[-1] + 1
        assert not assert_same_or_damaged(scratch, archive(**(arrays | {name: changed})), None)


def test_the_meta_data_is_json(saved):
    with np.load(io.BytesIO(saved[0])) as file:
        meta = json.loads(file["meta"].tobytes())
    assert meta["config"] == HASH
    assert meta["generation"] == 6
