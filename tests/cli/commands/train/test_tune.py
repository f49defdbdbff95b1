"""`wann tune` at the command line: what it prints, how it stops and goes on, and its one-line errors."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from wann.config import TaskConfig
from wann.genome.genome import Genome
from wann.records.network.file import NetworkFile

CONFIGS = Path(__file__).parents[4] / "configs"
COMMAND = [sys.executable, "-c", "from wann.cli.main import main; main()"]
QUICK = ("--iterations", 3, "--population", 4, "--episodes", 1)


def wann(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], capture_output=True, text=True, cwd=cwd, stdin=subprocess.DEVNULL
    )


def one_line(done: subprocess.CompletedProcess[str], *parts: str) -> None:
    assert done.returncode == 2, done
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    for part in parts:
        assert part in line


@pytest.fixture
def genome(grow, tmp_path) -> Path:
    path = tmp_path / "net.json"
    NetworkFile(TaskConfig(env="CartPole-v1", max_episode_steps=50), grow(4, 2, 10, seed=8)[2]).save(path)
    return path


def test_it_shows_how_it_goes_and_what_came_out(genome):
    done = wann("tune", genome, *QUICK, "--seed", 2)
    assert done.returncode == 0, done.stderr
    assert "choosing the shared weight to begin with" in done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("CartPole-v1: ")
    assert "weights by cma, 4 candidates x 1 episodes, up to 3 iterations, seed 2" in lines[0]
    assert [line for line in lines if line.startswith("iteration 3/3  best ")]
    assert [line for line in lines if line.startswith("Finished after 3 iterations: ")]
    assert [line for line in lines if line.startswith("tuned weights, 100 held-out episodes: mean ")]
    assert f"In {genome.with_name('net.tuned.json')}" in lines
    again = wann("tune", genome, *QUICK, "--seed", 2)
    assert again.returncode == 0
    assert "nothing to do" in again.stderr
    assert "Finished after 3 iterations" in again.stdout


def test_json_prints_nothing_else(genome, tmp_path):
    output = tmp_path / "best.json"
    done = wann("tune", genome, *QUICK, "--method", "reinforce", "-o", output, "--json", "--set", "sigma=0.3")
    value = json.loads(done.stdout)
    assert (value["status"], value["file"], value["method"]) == ("finished", str(output), "reinforce")
    assert (value["iterations"], value["start"]) == (3, "shared")
    assert value["test"].keys() == {"mean", "median", "std", "low", "high"}
    assert NetworkFile.load(output).provenance["settings"]["sigma"] == 0.3
    shown = json.loads(wann("test", output, "--episodes", 100, "--json").stdout)
    assert shown["tuned_weights"]["mean"] == pytest.approx(value["test"]["mean"])


def test_a_config_with_a_topology_becomes_a_run(tmp_path):
    run = tmp_path / "run"
    config = CONFIGS / "dense" / "cartpole_swingup.yaml"
    done = wann("tune", config, *QUICK, "--run-dir", run)
    assert done.returncode == 0, done.stderr
    assert "71 weights by cma" in done.stdout
    assert (run / "tuned.json").is_file()
    shown = json.loads(wann("test", run, "--episodes", 3, "--json").stdout)
    assert (shown["connections"], shown["tuned_weights"] is None) == (71, False)
    default = wann("tune", config, *QUICK, cwd=tmp_path)
    assert default.returncode == 0
    (folder,) = (tmp_path / "runs" / "cartpole_swingup").iterdir()
    assert folder.name.split("-")[2] == "s0"
    assert "cartpole_swingup" in wann("list", tmp_path / "runs", "--json").stdout


def test_ctrl_c_says_how_to_go_on(tmp_path):
    run = tmp_path / "run"
    config = CONFIGS / "dense" / "cartpole_swingup.yaml"
    arguments = ["tune", str(config), "--population", "4", "--set", "sigma=0.2", "--run-dir", str(run)]
    process = subprocess.Popen(
        [*COMMAND[:1], "-u", *COMMAND[1:], *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout is not None
    while not process.stdout.readline().startswith("iteration "):
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0
    assert errors == "wann: stopping after this iteration; once more stops at once\n"
    (line,) = [line for line in output.splitlines() if line.startswith("To go on: ")]
    assert line == f"To go on: wann tune {run} --population 4 --set sigma=0.2"
    (line,) = [line for line in output.splitlines() if line.startswith("Stopped after ")]
    done = int(line.split()[2])
    ended = wann("tune", run, "--population", 4, "--set", "sigma=0.2", "--iterations", done, "--json")
    assert json.loads(ended.stdout)["iterations"] == done
    assert (run / "tuned.json").is_file()


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        (["--method", "cmaes"], ["method: got 'cmaes'", "did you mean 'cma'?"]),
        (["--method", "gradient"], ["gradient does not fit CartPole-v1"]),
        (["--population", 3], ["population: got 3, expected a whole number, 4 to 100000"]),
        (["--population", "many"], ["--population"]),
        (["--method", "reinforce", "--population", 9], ["must be even; got 9"]),
        (["--iterations", 0], ["iterations: got 0"]),
        (["--set", "sigma"], ["--set sigma: expected NAME=VALUE"]),
        (["--set", "sgma=1"], ["sgma: cma has no such setting", "did you mean 'sigma'?"]),
        (["--set", "sigma=wide"], ["sigma: got 'wide', expected a number"]),
        (["--seed", -1], ["seed: got -1"]),
        (["--start", "zero"], ["start: got 'zero', expected one of weights, random, shared"]),
        (["--backend", "spark"], ["spark", "ray", "local"]),
        (["--run-dir", "x"], ["--run-dir: goes with a config alone"]),
        (["-o", "tuned.txt"], ["another .json file"]),
        (["-o", "/dev/null/tuned.json"], ["/dev/null/tuned.json: cannot be written"]),
    ],
)
def test_wrong_options(genome, options, parts):
    one_line(wann("tune", genome, *options, cwd=genome.parent), *parts)
    assert [path.name for path in genome.parent.iterdir()] == ["net.json"]


def test_what_cannot_be_tuned(tmp_path):
    one_line(wann("tune", tmp_path / "nothing"), "nothing", "no such folder")
    one_line(wann("tune", tmp_path), "no run there")
    one_line(wann("tune", "latest", cwd=tmp_path), "latest", "wann evolve")
    one_line(wann("tune", tmp_path / "none.yaml"), "none.yaml", "no such file")
    one_line(wann("tune", CONFIGS / "cartpole.yaml"), "cartpole.yaml: topology: there is none", "wann evolve")
    path = tmp_path / "empty.json"
    NetworkFile(TaskConfig(env="CartPole-v1"), Genome(4, 2, [0, 0], [], [], [], [])).save(path)
    one_line(wann("tune", path), "empty.json: has no live connections")
    path.write_text("{")
    one_line(wann("tune", path), "empty.json")
    assert {path.name for path in tmp_path.iterdir()} == {"empty.json"}


def test_a_fixed_topology_is_not_evolved(tmp_path):
    config = CONFIGS / "dense" / "cartpole_swingup.yaml"
    for options in ([], ["--seeds", "0-1"]):
        done = wann("evolve", config, "--backend", "local", *options, cwd=tmp_path)
        one_line(done, "topology", f"wann tune {config}")
    assert list(tmp_path.iterdir()) == []


def test_help_has_an_example():
    done = wann("tune", "--help")
    assert done.returncode == 0
    assert "Example: wann tune latest" in done.stdout
