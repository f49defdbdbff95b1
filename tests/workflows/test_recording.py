"""Evolve and resume: what a session leaves behind when it is cut short."""

from __future__ import annotations

from pathlib import Path

import pytest

from wann.config import Config, parse_config
from wann.errors import OutputError
from wann.records.manifest import read_manifest
from wann.records.run.directory import RunDirectory
from wann.records.run.history import read_history
from wann.workflows.search.evolve import resume, start
from wann.workflows.search.verify import verify

TEXT = """
task: {env: CartPole-v1}
search: {population: 8, generations: 5}
evaluation: {episodes: 1, backend: local, workers: 1}
"""


@pytest.fixture
def config() -> Config:
    return parse_config(TEXT, "text")


def test_a_generation_that_cannot_be_recorded_is_not_reached(config: Config, tmp_path: Path, monkeypatch):
    record = RunDirectory.record

    def full_disk(self, info, state):
        if info.generation == 4:
            raise OSError("No space left on device")
        record(self, info, state)

    folder = tmp_path / "run"
    with monkeypatch.context() as patch:
        patch.setattr(RunDirectory, "record", full_disk)
        with pytest.raises(OutputError, match="No space left"):
            start(config, folder, "text")
    assert len(read_history(folder / "history.csv")) == 3
    assert read_manifest(folder)["sessions"][-1]["generation"] == 3
    assert max(path.name for path in (folder / "checkpoints").iterdir()) == "gen_000003.npz"
    assert resume(folder).state.generation == 5
    assert verify(folder).fault is None
