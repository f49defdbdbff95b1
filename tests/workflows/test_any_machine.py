"""The same bits on any machine: kernels for a generic processor, NumPy without its special instructions."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from numpy._core._multiarray_umath import __cpu_dispatch__

SEARCH = """
import json, sys
from pathlib import Path
from wann.config import parse_config
from wann.records.run.history import read_history
from wann.workflows.search.evolve import start

found = {}
tasks = ["env: '%s'" % env for env in ("CartPole-v1", "wann_envs:wann/CartPoleSwingUp-v0", "Acrobot-v1")]
for task in [*tasks, "dataset: digits"]:
    text = "task: {%s}" % task
    text += chr(10) + "search: {population: 16, generations: 4}"
    text += chr(10) + "evaluation: {episodes: 2, backend: local, workers: 1}"
    folder = Path(sys.argv[1]) / str(len(found))
    start(parse_config(text, "text"), folder, "text")
    found[task] = [row.digest for row in read_history(folder / "history.csv")]
print(json.dumps(found))
"""


def digests(folder: Path, **environment: str) -> dict[str, list[str]]:
    command = [sys.executable, "-c", SEARCH, str(folder)]
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    return digests(tmp_path_factory.mktemp("here"))


def test_kernels_for_a_generic_processor_give_the_same_bits(here, tmp_path: Path):
    cache = tmp_path / "kernels"
    assert digests(tmp_path, NUMBA_CPU_NAME="generic", NUMBA_CACHE_DIR=str(cache)) == here
    assert list(cache.rglob("*.nbc")), "the kernels were not compiled anew"


def test_numpy_with_fewer_instructions_gives_the_same_bits(here, tmp_path: Path):
    assert __cpu_dispatch__
    assert digests(tmp_path, NPY_DISABLE_CPU_FEATURES=" ".join(__cpu_dispatch__)) == here
