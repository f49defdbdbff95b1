"""Ctrl-C on a terminal, where it reaches the command and all its workers at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from wann.records.manifest import read_manifest
from wann.records.run.history import read_history

CONFIG = """
task: {{env: "wann_toys:toys/Slow-v0", kwargs: {{folder: {folder}, length: 2, seconds: 0.002}}}}
search: {{population: 8, generations: 100000}}
evaluation: {{backend: local, workers: 2, episodes: 2}}
"""
COMMAND = "import sys; from wann.cli.main import main; main()"


def wait_for(condition: Callable[[], object]) -> None:
    patience = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < patience
        time.sleep(0.01)


def anyone_in(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("moment", ["at work", "while workers start"])
def test_ctrl_c_stops_with_a_checkpoint_and_leaves_no_process(toys, tmp_path, moment):
    (tmp_path / "pids").mkdir()
    (tmp_path / "config.yaml").write_text(CONFIG.format(folder=tmp_path / "pids"))
    run = tmp_path / "run"
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", COMMAND, "evolve", str(tmp_path / "config.yaml"), "--run-dir", str(run)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("wann_toys:toys/Slow-v0: ")  # its workers are starting
    if moment == "at work":
        wait_for(lambda: read_history(run / "history.csv"))
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (
        0,
        "wann: stopping after this generation; once more stops at once\n",
    )
    assert read_manifest(run)["status"] == "interrupted"
    done = len(read_history(run / "history.csv"))
    assert done == 0 or (run / "checkpoints" / f"gen_{done:06d}.npz").exists()
    wait_for(lambda: not anyone_in(process.pid))
