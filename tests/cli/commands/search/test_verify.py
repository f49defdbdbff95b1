"""wann verify at the command line: exit status 0, 1 or 2, and one line."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SMOKE = Path(__file__).parents[4] / "configs" / "smoke.yaml"


def wann(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from wann.cli.main import main; main()", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "smoke"
    done = wann("evolve", SMOKE, "--run-dir", folder, "--json")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def run(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "run"))


def change_the_second_row(run: Path) -> None:
    path = run / "history.csv"
    lines = path.read_text().splitlines()
    values = lines[2].split(",")
    values[1] = "1000.0"
    lines[2] = ",".join(values)
    path.write_text("\n".join(lines) + "\n")


def test_all_is_equal(run):
    done = wann("verify", run, "--workers", 1)
    assert (done.returncode, done.stderr) == (0, "")
    assert "generation 3/3" in done.stdout
    closing = done.stdout.splitlines()[-1]
    assert closing.startswith(f"{run}: generations 1 to 3 verified: all equal")


def test_all_is_equal_in_json(run):
    done = wann("verify", run, "--json")
    value = json.loads(done.stdout)
    assert value.pop("seconds") > 0
    assert value == {
        "run": str(run),
        "equal": True,
        "first": 1,
        "last": 3,
        "fault": None,
        "generation": None,
        "columns": {},
    }


def test_a_difference_is_one_line_and_status_1(run):
    change_the_second_row(run)
    done = wann("verify", run)
    assert (done.returncode, done.stderr) == (1, "")
    closing = done.stdout.splitlines()[-1]
    assert "history.csv: generation 2 differs: best is 1000.0, the replay gives" in closing

    done = wann("verify", run, "--json")
    assert done.returncode == 1
    value = json.loads(done.stdout)
    assert (value["equal"], value["generation"]) == (False, 2)
    assert value["columns"]["best"]["recorded"] == 1000.0


def test_bad_input_is_status_2(run, tmp_path):
    for arguments in ([tmp_path / "nothing"], [run, "--last", 0]):
        done = wann("verify", *arguments)
        assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    (run / "config.yaml").write_text((run / "config.yaml").read_text().replace("seed: 0", "seed: 1"))
    done = wann("verify", run)
    assert (done.returncode, done.stdout) == (2, "")
    assert "config.yaml: was changed after the run began" in done.stderr


def test_with_ray(run):
    done = wann("verify", run, "--backend", "ray", "--workers", 2)
    assert done.returncode == 0, done.stderr
