"""Ray gives the very run that this machine's threads give."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from wann.config import load_config, parse_config
from wann.records.run.history import read_history
from wann.workflows.search.evolve import start

TEXT = """
task: {env: CartPole-v1, max_episode_steps: 40}
search: {population: 16, generations: 4}
evaluation: {episodes: 2, backend: local, workers: 1}
"""

TRACKER = """
import numpy as np, gymnasium
from physics import g

class Tracker(gymnasium.Env):
    observation_space = action_space = gymnasium.spaces.Box(-1, 1, (1,), np.float64)
    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.x = self.np_random.uniform(-1, 1, 1)
        self.t = 0
        return self.x, {}
    def step(self, action):
        self.t += 1
        self.x = np.clip(self.x + g * action, -1, 1)
        return self.x, float(1 - abs(self.x[0])), False, self.t == 8, {}
"""

# In a process of its own: a cluster leaves threads, sockets and warnings behind.
RUN = """
import sys
from pathlib import Path
from wann.config import load_config
from wann.workflows.search.evolve import start

config = load_config(sys.argv[1], ["evaluation.backend=ray", "evaluation.workers=2"])
print(start(config, Path(sys.argv[2]), "t").status)
"""


def test_ray_gives_the_same_rows(tmp_path):
    pytest.importorskip("ray")
    (tmp_path / "config.yaml").write_text(TEXT)
    start(parse_config(TEXT, "test"), tmp_path / "local", "t")
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(tmp_path / "config.yaml"), str(tmp_path / "ray")],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "finished\n"
    rows = [
        [replace(row, seconds=0.0) for row in read_history(tmp_path / name / "history.csv")]
        for name in ("local", "ray")
    ]
    assert len(rows[0]) == 4
    assert rows[1] == rows[0]


def test_an_environment_file_of_ones_own_gives_the_same_rows(tmp_path):
    """With a module beside it, and from another folder: Ray's workers find both."""
    pytest.importorskip("ray")
    (folder := tmp_path / "mine").mkdir()
    (folder / "tracker.py").write_text(TRACKER)
    (folder / "physics.py").write_text("g = 0.5\n")
    text = TEXT.replace("{env: CartPole-v1, max_episode_steps: 40}", "{env: 'tracker.py:Tracker'}")
    (folder / "config.yaml").write_text(text)
    start(load_config(folder / "config.yaml"), tmp_path / "local", "t")
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(folder / "config.yaml"), str(tmp_path / "ray")],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    rows = [
        [replace(row, seconds=0.0) for row in read_history(tmp_path / name / "history.csv")]
        for name in ("local", "ray")
    ]
    assert rows[0][-1].failed == 0
    assert rows[0][-1].champion != 0.0
    assert rows[1] == rows[0]


LOSS = """
import os, signal, sys
from pathlib import Path
import numpy as np
from wann.config import load_config
from wann.evaluation.lanes import Lanes
from wann.evaluation.play import play
from wann.evaluation.pools.backends import make_pool
from wann.network.plan import compile_population
from wann.search.search import ask, init
from wann.workflows.build import build_task

def parent(pid):
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])

def own_players():
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if b"ray::_Player" in (entry / "cmdline").read_bytes():
                if parent(parent(entry.name)) == os.getpid():
                    yield int(entry.name)
        except (FileNotFoundError, ProcessLookupError):
            pass

config = load_config(sys.argv[1])
task = build_task(config.task)
networks = compile_population(ask(init(config.search, 0, task.n_inputs, task.n_outputs, "linear")))
weights, lanes = np.array([[-1.0], [1.0]]), Lanes.product(2, np.arange(40))
expected = play(task, networks, weights, lanes)
with make_pool(task, "ray", 2) as pool:
    pool.prepare(len(networks), len(lanes))
    players = list(own_players())
    os.kill(players[0], signal.SIGKILL)
    pool._seconds_per_lane = 0.0  # not so little that the driver plays it itself
    got = pool.play(networks, weights, lanes)
print(len(players), np.array_equal(got.returns, expected.returns), np.array_equal(got.steps, expected.steps))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="finds the worker in /proc")
def test_a_lost_worker_of_ray_costs_nothing(tmp_path):
    pytest.importorskip("ray")
    (tmp_path / "config.yaml").write_text(TEXT)
    command = [sys.executable, "-c", LOSS, str(tmp_path / "config.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("2 True True\n")  # after what Ray itself says of the loss
