"""The files of a tuning: every field survives, and whatever is wrong with them is one clear line."""

from __future__ import annotations

import csv
import json
import math
from dataclasses import asdict, fields

import numpy as np
import pytest

from wann.config import TaskConfig
from wann.errors import OutputError, RunBusy, RunDamaged, TuneError
from wann.records.network.file import NetworkFile
from wann.records.tuning.files import COLUMNS, TuningFiles
from wann.training.state import TuneInfo, TuneState

IDENTITY = {"method": "cma", "settings": {"sigma": 0.1, "population": 8}, "seed": 3, "network": "ab"}


def state_after(iterations: int) -> TuneState:
    rng = np.random.default_rng(iterations)
    rows = tuple(
        TuneInfo(k, 1.5 * k, math.nan, 0.1, -math.inf, 10 * k, 2**53 - k, k, 0.25 * k)
        for k in range(1, iterations + 1)
    )
    method = {
        "told": rng.normal(size=(iterations, 8)),
        "mean": rng.normal(size=5),
        "step": np.array([iterations]),
        "first": rng.normal(size=5).astype(np.float32),
    }
    return TuneState(
        iteration=iterations,
        start=rng.normal(size=5),
        method=method,
        weights=rng.normal(size=5),
        score=-math.inf if iterations == 0 else 0.1 + iterations,
        source="mean",
        evaluations=10 * iterations,
        env_steps=2**53 - 1,
        failed=2,
        seconds=0.1,
        rows=rows,
        over=iterations > 2,
    )


def content(state: TuneState):
    found = {f.name: getattr(state, f.name) for f in fields(state)}
    found["method"] = {name: (a.dtype, a.shape, a.tobytes()) for name, a in state.method.items()}
    found["rows"] = repr(state.rows)
    return found | {name: found[name].tobytes() for name in ("start", "weights")}


@pytest.fixture
def result(tmp_path):
    return tmp_path / "tuned.json"


@pytest.mark.parametrize("iterations", [0, 1, 3])
def test_a_state_survives_to_the_bit(result, iterations):
    state = state_after(iterations)
    with TuningFiles(result, IDENTITY) as files:
        assert files.load() is None
        files.save(state)
        again = files.load()
    assert again is not None
    assert content(again) == content(state)
    with TuningFiles(result, json.loads(json.dumps(IDENTITY))) as files:
        later = files.load()
    assert later is not None
    assert content(later) == content(state)


@pytest.mark.parametrize(
    ("name", "stem"),
    [("tuned.json", "tuning"), ("swing.tuned.json", "swing.tuning"), ("best.json", "best.tuning")],
)
def test_the_files_lie_beside_the_result(tmp_path, name, stem):
    with TuningFiles(tmp_path / name, IDENTITY) as files:
        files.save(state_after(2))
    found = {path.name for path in tmp_path.iterdir()}
    assert found == {f"{stem}.npz", f"{stem}.csv", f".{stem}.lock"}


def test_the_history_is_a_row_an_iteration(result):
    with TuningFiles(result, IDENTITY) as files:
        files.save(state_after(3))
        with files.history.open(newline="") as file:
            rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert [row["iteration"] for row in rows] == ["1", "2", "3"]
    assert float(rows[2]["best"]) == 4.5
    assert math.isnan(float(rows[0]["mean"]))
    assert int(rows[1]["env_steps"]) == 2**53 - 2


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"seed": 4}, "seed 3, now 4"),
        ({"settings": {"sigma": 0.2, "population": 8}}, "sigma 0.1, now 0.2"),
        ({"method": "reinforce", "settings": {"lr": 1}}, "method cma, now reinforce"),
        ({"network": "cd"}, "network ab, now cd"),
    ],
)
def test_another_tuning_is_not_gone_on_with(result, change, told):
    with TuningFiles(result, IDENTITY) as files:
        files.save(state_after(1))
    with TuningFiles(result, IDENTITY | change) as files, pytest.raises(TuneError) as caught:
        files.load()
    message = str(caught.value)
    assert told in message
    assert "--restart" in message
    assert "-o FILE" in message
    assert "\n" not in message


def test_any_damage_is_one_error(result):
    with TuningFiles(result, IDENTITY) as files:
        files.save(state_after(3))
        good = files.checkpoint.read_bytes()
        rng = np.random.default_rng(0)
        damaged = [b"", b"x", good[:100], good[:-1], good[len(good) // 2 :]]
        for _ in range(60):
            place = int(rng.integers(len(good)))
            damaged.append(good[:place] + bytes([good[place] ^ 0x55]) + good[place + 1 :])
        survived = 0
        for bad in damaged:
            files.checkpoint.write_bytes(bad)
            message, state = "", None
            try:
                state = files.load()
            except RunDamaged as error:
                message = str(error)
            if state:  # a bit that zip itself does not look at
                survived += 1
                assert content(state) == content(state_after(3))
            else:
                assert str(files.checkpoint) in message
                assert "\n" not in message
        assert survived < 20


def test_what_holds_pickles_is_refused(result):
    with TuningFiles(result, IDENTITY) as files:
        np.savez(files.checkpoint, meta=np.array([object()]), hash=np.zeros(1))
        with pytest.raises(RunDamaged):
            files.load()
        files.set_aside()
        assert files.load() is None
    assert result.with_name("tuning.damaged").exists()


def test_one_process_at_a_time(result, tmp_path):
    with TuningFiles(result, IDENTITY):
        with pytest.raises(RunBusy, match="another process is tuning into it"):
            TuningFiles(result, IDENTITY)
        TuningFiles(tmp_path / "other.json", IDENTITY).close()
    TuningFiles(result, IDENTITY).close()


def test_folders_that_are_not_there(tmp_path):
    with pytest.raises(OutputError, match="cannot be written"):
        TuningFiles(tmp_path / "none" / "tuned.json", IDENTITY)


def test_a_result_is_known_by_what_it_is_of(result, random_genome):
    genome = random_genome(5)
    state = state_after(2)

    def known(**provenance) -> bool:
        with TuningFiles(result, IDENTITY) as files:
            files.write(NetworkFile(TaskConfig(env="CartPole-v1"), genome, provenance=provenance))
            return files.recorded(state) is not None

    assert known(**IDENTITY, iterations=2)
    assert not known(**IDENTITY, iterations=1)
    assert not known(**IDENTITY | {"seed": 4}, iterations=2)
    with TuningFiles(result, IDENTITY) as files:
        result.write_text("{")
        assert files.recorded(state) is None
        result.unlink()
        assert files.recorded(state) is None


def test_beginning_anew_leaves_nothing(result):
    with TuningFiles(result, IDENTITY) as files:
        files.save(state_after(1))
        result.write_text("{}")
        files.clear()
        assert not [path for path in result.parent.iterdir() if path.suffix != ".lock"]
        files.clear()


def test_rows_hold_what_infos_do():
    assert tuple(asdict(state_after(1).rows[0])) == COLUMNS
