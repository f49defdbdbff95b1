"""Run folders that were half deleted or edited: one clear line, or mended; never a traceback."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from wann.config import parse_config
from wann.errors import GenomeError, RunDamaged
from wann.records.target import find_network
from wann.workflows.listing import describe_run
from wann.workflows.search.evolve import resume, start

TEXT = """
task: {env: CartPole-v1}
search: {population: 8, generations: 3}
evaluation: {episodes: 1, backend: local, workers: 1}
"""


@pytest.fixture
def run(tmp_path: Path) -> Path:
    start(parse_config(TEXT, "text"), tmp_path / "run", "text")
    return tmp_path / "run"


@pytest.mark.parametrize("lost", ["checkpoints", "champions"])
def test_a_lost_folder_is_made_again(run: Path, lost: str):
    shutil.rmtree(run / lost)
    assert resume(run, generations=4).state.generation == 4
    assert (run / lost).is_dir()


def test_a_lost_champion_is_written_again(run: Path):
    before = (run / "champion.json").read_bytes()
    (run / "champion.json").unlink()
    resume(run)
    assert (run / "champion.json").read_bytes() == before


def test_a_history_that_is_a_folder(run: Path):
    (run / "history.csv").unlink()
    (run / "history.csv").mkdir()
    with pytest.raises(RunDamaged, match=r"history\.csv"):
        resume(run)
    assert describe_run(run)["status"] == "damaged"


@pytest.mark.parametrize(("key", "value"), [("generations", "x"), ("sessions", {}), ("sessions", [1])])
def test_a_manifest_with_other_types(run: Path, key: str, value: object):
    path = run / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {key: value}))
    with pytest.raises(RunDamaged, match=key):
        resume(run)


@pytest.mark.parametrize("value", ["abc", [{}], 3, [float("nan")], [10**400], []])
def test_a_champion_with_edited_weights(run: Path, value: object):
    path = run / "champion.json"
    data = json.loads(path.read_text())
    data["provenance"]["shared_weights"] = value
    path.write_text(json.dumps(data))
    with pytest.raises(GenomeError, match="shared_weights"):
        find_network(run)
