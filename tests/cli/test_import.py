"""wann import at the command line, and what other commands do with the file that it writes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import networkx as nx
import pytest

CONFIGS = Path(__file__).parents[2] / "configs"
CARTPOLE = CONFIGS / "cartpole.yaml"

# bias 0, inputs 1 to 4, hidden 5 (tanh), outputs 6 7; the pole's speed pushes, its angle is disabled
MATRIX = """\
0,0,0,0,0,0,0.5,0,1
0,0,0,0,0,0,0,0,1
0,0,0,0,0,0,0,0,1
0,0,0,0,0,nan,0,0,1
0,0,0,0,0,-1.2e-1,0,0,1
0,0,0,0,0,0,0,3,5
0,0,0,0,0,0,0,0,1
0,0,0,0,0,0,0,0,1
"""


def wann(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from wann.cli.main import main; main()", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, stdin=subprocess.DEVNULL)


def one_line(done: subprocess.CompletedProcess[str], *parts: str) -> None:
    assert done.returncode == 2, done
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1, done.stderr
    for part in parts:
        assert part in done.stderr


@pytest.fixture
def matrix(tmp_path: Path) -> Path:
    path = tmp_path / "champion.out"
    path.write_text(MATRIX)
    return path


@pytest.fixture
def genome(matrix: Path) -> Path:
    path, weights = matrix.with_name("genome.json"), matrix.with_name("weights.json")
    weights.write_text("[[0.0, 1.5, 3.5], 500]")
    done = wann("import", matrix, "--task", CARTPOLE, "--weights", weights, "--offset-from", -1.5, "-o", path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{path}: 8 nodes, 3 connections, 3 weights; try: wann test {path}\n"
    return path


def test_the_file_is_judged_filmed_and_exported(genome: Path):
    data = json.loads(genome.read_text())
    rows = [row for row in data["genome"]["connections"] if row[2]]
    assert [row[4] for row in rows] == [-1.5, 0.0, 2.0]
    judged = wann("test", genome, "--episodes", 5, "--json")
    assert (judged.returncode, judged.stderr) == (0, "")
    assert set(json.loads(judged.stdout)["tuned_weights"]) == {"mean", "median", "std"}
    film = genome.with_name("film.gif")
    rendered = wann("render", genome, "-o", film)
    assert (rendered.returncode, rendered.stderr) == (0, "")
    assert "its own weights" in rendered.stdout
    assert film.stat().st_size > 0
    graph = genome.with_name("graph.graphml")
    assert wann("export", genome, "-o", graph).returncode == 0
    weights = nx.get_edge_attributes(nx.read_graphml(graph), "weight")
    assert weights == {
        ("bias", "output_0"): -1.5,
        ("input_3", "hidden_0"): 0.0,
        ("hidden_0", "output_1"): 2.0,
    }


def test_without_weights_there_are_none(matrix: Path):
    out = matrix.with_name("genome.json")
    done = wann("import", matrix, "--task", CARTPOLE, "-o", out)
    assert done.stdout == f"{out}: 8 nodes, 3 connections, no weights; try: wann test {out}\n"
    assert json.loads(out.read_text())["weights"] is None


def test_what_cannot_be_imported_is_one_line_and_writes_nothing(matrix: Path, tmp_path: Path):
    out, swingup = tmp_path / "genome.json", CONFIGS / "cartpole_swingup.yaml"
    out.write_text("old")
    (tmp_path / "few.json").write_text("[[1.0], 500]")
    start = ("import", matrix, "--task", CARTPOLE, "-o", out)
    one_line(wann("import", matrix, "--task", swingup, "-o", out), "champion.out: line", "another task")
    one_line(wann("import", tmp_path / "no.out", "--task", CARTPOLE, "-o", out), "no.out: cannot be read")
    one_line(wann("import", matrix, "--task", tmp_path / "no.yaml", "-o", out), "no.yaml", "no such file")
    one_line(wann(*start, "--weights", tmp_path / "few.json"), "few.json: expected 3 weights", "got 1")
    one_line(wann(*start, "--weights", matrix), "champion.out", "JSON")
    one_line(wann(*start, "--offset-from", 1), "--offset-from", "--weights")
    one_line(wann(*start, "--weights", tmp_path / "few.json", "--offset-from", "nan"), "--offset-from", "nan")
    one_line(
        wann(*start, "--weights", tmp_path / "few.json", "--offset-from", "x"), "--offset-from", "number"
    )
    one_line(wann("import", matrix, "--task", CARTPOLE), "-o")
    one_line(wann("import", matrix, "-o", out), "--task")
    assert out.read_text() == "old"


def test_what_is_read_is_not_written_over(matrix: Path):
    for path in (matrix, CARTPOLE):
        one_line(wann("import", matrix, "--task", CARTPOLE, "-o", path), "is read here")
    assert matrix.read_text() == MATRIX
    one_line(wann("import", matrix, "--task", CARTPOLE, "-o", matrix.parent), "cannot be written")
    missing = matrix.parent / "missing" / "x.json"
    one_line(wann("import", matrix, "--task", CARTPOLE, "-o", missing), "cannot be written")


# wann test


def test_weights_of_ones_own_at_the_command_line(genome: Path):
    done = wann("test", genome, "--episodes", 5, "--weights", "-1.5,0.25", "--json")
    found = json.loads(done.stdout)
    assert list(found["own_weights"]["per_weight"]) == ["-1.5", "0.25"]
    assert set(found["own_weights"]["sweep"][0]) == {"weight", "mean", "std", "low", "high"}
    for text, part in (
        ("x", "'x'"),
        ("1,,2", "''"),
        ("nan", "nan"),
        ("inf", "inf"),
        ("1e7", "within +-1e+06"),
    ):
        one_line(wann("test", genome, "--weights", text), "weights", part)


def test_trained_weights_of_another_network_are_one_line(genome: Path):
    data = json.loads(genome.read_text())
    data["genome"]["activations"][0] = "cos"
    genome.with_name("genome.tuned.json").write_text(json.dumps(data))
    one_line(wann("test", genome), "genome.tuned.json", "another network", "wann tune")


def test_a_run_goes_on_whatever_was_trained_for_its_former_champion(genome: Path, tmp_path: Path):
    run = tmp_path / "run"
    assert wann("evolve", CONFIGS / "smoke.yaml", "--run-dir", run).returncode == 0
    (run / "tuned.json").write_bytes(genome.read_bytes())
    one_line(wann("test", run), "tuned.json", "another network")
    done = wann("resume", run, "--generations", 4)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_table_fits_eighty_columns(genome: Path):
    genome.with_name("genome.tuned.json").write_bytes(genome.read_bytes())
    long = genome.rename(genome.with_name("a_network_with_quite_a_long_name_of_its_own.json"))
    genome.with_name("genome.tuned.json").rename(long.with_suffix(".tuned.json"))
    done = wann("test", long, "--episodes", 3, "--weights", "-1.5,123456.789")
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert sum(line.startswith("tuned weights") for line in lines) == 1
    assert "  -1.5" in done.stdout
    assert "  123457" in done.stdout
