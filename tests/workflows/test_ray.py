"""Ray gives the very run that this machine's threads give."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from wann.config import parse_config
from wann.records.history import read_history
from wann.workflows.evolve import start

TEXT = """
task: {env: CartPole-v1, max_episode_steps: 40}
search: {population: 16, generations: 4}
evaluation: {episodes: 2, backend: local, workers: 1}
"""

# In a process of its own: a cluster leaves threads, sockets and warnings behind.
RUN = """
import sys
from pathlib import Path
from wann.config import load_config
from wann.workflows.evolve import start

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
