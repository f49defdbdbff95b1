"""`wann` and `python -m wann`, from another folder than the config's, take the files beside the config."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from wann.records.run.history import read_history

ENVIRONMENT = """
import numpy as np, gymnasium
from physics import g

class Tracker(gymnasium.Env):
    observation_space = action_space = gymnasium.spaces.Box(-1, 1, (1,), np.float64)
    def reset(self, *, seed=None, options=None):
        return np.zeros(1), {}
    def step(self, action):
        return np.zeros(1), g, False, False, {}
"""
CONFIG = """
task: {env: "NAME:Tracker", max_episode_steps: 2}
search: {population: 2, generations: 1}
evaluation: {episodes: 1, shared_weights: [1], backend: local, workers: 1}
"""
SCRIPT = Path(sysconfig.get_path("scripts")) / "wann"
WAYS = {"wann": [str(SCRIPT)], "python -m wann": [sys.executable, "-m", "wann"]}


@pytest.mark.parametrize("name", ["tracker.py", "tracker"])
@pytest.mark.parametrize("way", WAYS)
def test_files_beside_the_config_come_before_those_of_the_working_folder(
    tmp_path: Path, way: str, name: str
) -> None:
    if way == "wann" and not SCRIPT.is_file():
        pytest.skip("the command is not installed")
    for folder, g in (("mine", 1.0), ("elsewhere", 100.0)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "tracker.py").write_text(ENVIRONMENT)
        (tmp_path / folder / "physics.py").write_text(f"g = {g}\n")
    (tmp_path / "mine" / "c.yaml").write_text(CONFIG.replace("NAME", name))
    command = [*WAYS[way], "evolve", "../mine/c.yaml", "--run-dir", str(tmp_path / "run")]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=tmp_path / "elsewhere", stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, done.stderr
    (row,) = read_history(tmp_path / "run" / "history.csv")
    assert row.best == 2.0  # two steps of 1, not of 100
