"""wann evolve --seeds and --tensorboard at the command line."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import pytest

from wann.cli.main import main
from wann.cli.views.summaries.seeds import show_seeds
from wann.records.run.history import read_history
from wann.workflows.search.seeds import SeedResult

SMOKE = Path(__file__).parents[4] / "configs" / "smoke.yaml"


@pytest.fixture
def wann(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Run the command line in this process: `wann(...)` gives status, stdout and stderr."""

    def wann(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["wann", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            main()
        output = capsys.readouterr()
        return int(end.value.code or 0), output.out, output.err

    return wann


def test_a_table_over_seeds(wann, tmp_path):
    status, out, err = wann("evolve", SMOKE, "--seeds", "0,2-3", "--run-dir", tmp_path)
    assert (status, err) == (0, "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["s0", "s2", "s3"]
    lines = out.splitlines()
    assert max(map(len, lines[lines.index("") :])) <= 80
    table = lines[lines.index("") + 1 :]
    assert table[0].split() == ["seed", "status", "generations", "seconds", "connections", "held-out"]
    assert [line.split()[:3] for line in table[1:4]] == [[s, "finished", "3"] for s in "023"]
    assert table[4].startswith("mean ± std")
    assert "of 3" in table[4]
    assert "3.0 ± 0.0" in table[4]
    assert lines[-1] == f"In {tmp_path}"


def test_json_is_a_list(wann, tmp_path):
    status, out, err = wann("evolve", SMOKE, "--seeds", "1-2", "--run-dir", tmp_path, "--json")
    assert (status, err) == (0, "")
    values = json.loads(out)
    assert [value["seed"] for value in values] == [1, 2]
    for value in values:
        assert set(value) == {
            "seed",
            "run",
            "status",
            "generations",
            "seconds",
            "connections",
            "held_out_mean",
        }
        assert len(read_history(Path(value["run"]) / "history.csv")) == value["generations"] == 3


def test_seeds_get_folders_below_runs(wann, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, out, _ = wann("evolve", SMOKE, "--seeds", "4-5")
    assert status == 0
    assert sorted(path.name.split("-")[2] for path in (tmp_path / "runs" / "smoke").iterdir()) == ["s4", "s5"]
    assert out.splitlines()[-1] == "In runs/smoke"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--seeds", "0-1", "--seed", 3], "--seed"),
        (["--seeds", "1-0"], "write 0-1"),
        (["--seeds", "x"], "0,3,5-7"),
    ],
)
def test_bad_seeds_are_one_line(wann, tmp_path, arguments, says):
    status, out, err = wann("evolve", SMOKE, *arguments, "--run-dir", tmp_path / "run")
    assert (status, out, len(err.splitlines())) == (2, "", 1)
    assert says in err
    assert not (tmp_path / "run").exists()


def test_the_means_are_of_complete_runs_alone(capsys):
    results = [
        SeedResult(0, "runs/x/a", "out of environment steps", 12, 3.25, 4, 100.0),
        SeedResult(1, "runs/x/b", "solved", 14, 4.25, 6, 200.0),
        SeedResult(2, "runs/x/c", "failed"),
        SeedResult(123456789, "runs/x/d", "interrupted", 1, 9.0, 50, -1000.0),
    ]
    show_seeds(results, as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    text = " ".join(" ".join(lines).split())
    assert "mean ± std of 2 13.0 ± 1.4 3.8 ± 0.7 5.0 ± 1.4 150.0 ± 70.7" in text
    assert "2 failed 0 0.0 - -" in text
    show_seeds(results[2:3], as_json=False)
    assert "±" not in capsys.readouterr().out


def test_tensorboard_for_each_seed(wann, tmp_path):
    status, _, _ = wann("evolve", SMOKE, "--seeds", "0-1", "--run-dir", tmp_path, "--tensorboard", "--json")
    assert status == 0
    assert len(list(tmp_path.glob("s*/tensorboard/events.out.tfevents.*"))) == 2


@pytest.mark.parametrize("seeds", [[], ["--seeds", "0-1"]])
def test_tensorboard_without_its_package_is_one_line(wann, tmp_path, monkeypatch, seeds):
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "tensorboardX" else find_spec(name)
    )
    status, out, err = wann("evolve", SMOKE, "--tensorboard", "--run-dir", tmp_path / "run", *seeds)
    assert (status, out, len(err.splitlines())) == (2, "", 1)
    assert "pip install tensorboardX" in err
    assert not (tmp_path / "run").exists()


def test_resume_takes_curves_up(wann, tmp_path):
    folder = tmp_path / "run"
    assert wann("evolve", SMOKE, "--run-dir", folder, "--json")[0] == 0
    assert wann("resume", folder, "--generations", 4, "--tensorboard", "--json")[0] == 0
    assert len(list((folder / "tensorboard").iterdir())) == 1
