"""Commands on an environment that prints in every way: standard output holds what the command says, alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from wann.records.manifest import read_manifest
from wann.records.run.history import read_history

ENVIRONMENT = """
import atexit, ctypes, os, subprocess, sys
import gymnasium as gym, numpy as np

def shout():
    print("python")
    sys.__stdout__.write("dunder\\n")
    os.write(1, b"descriptor\\n")
    ctypes.CDLL(None).puts(b"libc")

class Noisy(gym.Env):
    observation_space = gym.spaces.Box(-1, 1, (2,), np.float32)
    action_space = gym.spaces.Discrete(2)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        print("reset")
        return np.zeros(2, np.float32), {}

    def step(self, action):
        sys.stdout.write("step\\n")
        return np.zeros(2, np.float32), 1.0, True, False, {}

    def close(self):
        print("closed")

shout()
subprocess.run(["echo", "child"])
atexit.register(shout)
gym.register("Noisy-v0", Noisy)
"""
CONFIG = """
task: {env: "noisy_toy:Noisy-v0"}
search: {population: 4, generations: 2}
evaluation: {episodes: 1, workers: 1, backend: local, shared_weights: [1.0]}
"""
NOISE = {"python", "dunder", "descriptor", "libc", "child", "reset", "step", "closed"}


def wann(folder: Path, *arguments: str, shell: str = "") -> subprocess.CompletedProcess[str]:
    """Run `wann` in a folder; `shell` follows the command."""
    code = "from wann.cli.main import main; main()"
    command = ["bash", "-c", f'"$0" "$@" {shell}', sys.executable, "-c", code, *arguments]
    env = os.environ | {"PYTHONPATH": str(folder)}
    return subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=300
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    made = tmp_path_factory.mktemp("noisy")
    (made / "noisy_toy.py").write_text(ENVIRONMENT)
    (made / "c.yaml").write_text(CONFIG)
    done = wann(made, "evolve", "c.yaml", "--run-dir", "run", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["status"] == "finished"
    assert set(done.stderr.split()) >= NOISE
    return made


@pytest.mark.parametrize(
    "command",
    [
        "test run --episodes 1 --workers 1 --json",
        "verify run --json",
        "tune run --iterations 1 --episodes 1 --population 4 --workers 1 --json",
        "compare run --episodes 1 --workers 1 --json",
    ],
)
def test_json_stays_json(folder, command):
    done = wann(folder, *command.split())
    assert done.returncode == 0, done.stderr
    assert isinstance(json.loads(done.stdout), dict | list)
    assert {"python", "descriptor", "libc", "child"} <= set(done.stderr.split())


def test_words_for_people_stand_alone_too(folder):
    done = wann(folder, "export", "run", "-f", "json", "-o", "network.json")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("network.json: ")
    assert len(done.stdout.splitlines()) == 1


def test_nobody_reading_ends_no_episode(folder):
    """An environment goes on printing into a pipe that `head` has left."""
    printing = ENVIRONMENT.partition("shout()\nsubprocess")[0] + 'gym.register("Noisy-v0", Noisy)'
    (folder / "printing_toy.py").write_text(printing)
    (folder / "printing.yaml").write_text(CONFIG.replace("noisy_toy", "printing_toy"))
    arguments = ("evolve", "printing.yaml", "--run-dir", "unread", "--set", "search.generations=30")
    done = wann(folder, *arguments, shell="2>&1 | head -1; exit ${PIPESTATUS[0]}")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 1
    assert read_manifest(folder / "unread")["status"] == "finished"
    rows = read_history(folder / "unread" / "history.csv")
    assert len(rows) == 30
    assert rows[-1].failed == 0


def test_a_search_goes_on_when_head_has_its_line(folder):
    (folder / "quiet.yaml").write_text(
        CONFIG.replace('"noisy_toy:Noisy-v0"', "CartPole-v1, max_episode_steps: 10")
    )
    arguments = ("evolve", "quiet.yaml", "--run-dir", "piped", "--set", "search.generations=300")
    done = wann(folder, *arguments, shell="| head -1; exit ${PIPESTATUS[0]}")
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 1), done.stderr
    assert done.stderr == ""
    assert read_manifest(folder / "piped")["status"] == "finished"


def test_figures_that_nobody_asks_for_are_not_played(folder):
    """A search of a slow task takes less time than its judgement."""
    done = wann(folder, "evolve", "c.yaml", "--run-dir", "unjudged", "--no-test")
    assert done.returncode == 0, done.stderr
    assert "held-out" not in done.stdout
    assert "wann test unjudged " in done.stdout
    command = "test unjudged --quick --regimes search,random --json --workers 1"
    done = wann(folder, *command.split())
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert {"search_weights", "random_weights"} <= found.keys()
    assert "random_shared_weight" not in found
    assert [
        line for line in done.stderr.splitlines() if line.startswith("wann: quick, so rough: 20 episodes")
    ]
