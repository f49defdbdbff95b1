"""A pruning that goes on with other data is refused; with another criterion's file it says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from wann.config import PruneConfig, load_prune_config
from wann.errors import DataChanged
from wann.records.manifest import read_manifest
from wann.workflows.pruning.checks import check
from wann.workflows.pruning.prune import resume, start
from wann.workflows.pruning.watcher import SilentPruning

CONFIG = """
task: {dataset: d.csv}
model: {hidden: [4]}
training: {epochs: 1, batch_size: 20}
prune: {recipes: [{name: mine, criterion: "mine.py:mine"}], densities: [0.5], seeds: [0]}
evaluation: {backend: local, workers: 1}
"""
MINE = """
from wann.pruning.criteria.registry import criterion

@criterion("mine", "the size", looks_at="weights")
def mine(case):
    return [weight.abs() for weight in case.weights]
"""


class Notes(SilentPruning):
    def __init__(self) -> None:
        self.said: list[str] = []

    def note(self, text: str) -> None:
        self.said.append(text)


def write_data(folder: Path, shift: float = 0.0) -> None:
    images = np.random.default_rng(0).random((60, 3)) + shift
    rows = [",".join(map(str, [*row, k % 2])) for k, row in enumerate(images)]
    (folder / "d.csv").write_text("\n".join(["a,b,c,label", *rows]) + "\n")


@pytest.fixture
def pruned(tmp_path: Path) -> Path:
    """The run of a small pruning of data and with a criterion of one's own."""
    write_data(tmp_path)
    (tmp_path / "mine.py").write_text(MINE)
    (tmp_path / "c.yaml").write_text(CONFIG)
    assert start(config(tmp_path), tmp_path / "run", "c").status == "finished"
    return tmp_path / "run"


def config(folder: Path) -> PruneConfig:
    return load_prune_config(folder / "c.yaml", (), check)


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*.json")}


def test_changed_data_are_refused_and_nothing_is_lost(pruned: Path) -> None:
    folder, before = pruned.parent, contents(pruned)
    write_data(folder, 0.5)
    ways: list[Callable[[], object]] = [
        lambda: resume(pruned),
        lambda: start(config(folder), pruned, "c"),  # the same command again
    ]
    for again in ways:
        with pytest.raises(DataChanged, match=r"d\.csv has changed.*wann prune .*config.yaml"):
            again()
    assert contents(pruned) == before
    write_data(folder)
    assert resume(pruned).status == "finished"


@pytest.mark.parametrize("again", ["resume", "start"])
def test_a_changed_criterion_is_said_and_noted(pruned: Path, again: str) -> None:
    folder, notes = pruned.parent, Notes()
    (folder / "mine.py").write_text(MINE.replace("weight.abs()", "-weight.abs()"))
    cell = pruned / "cells" / "mine-d0.5-s0.json"
    kept = (pruned / "networks" / "mine-d0.5-s0.json").read_bytes()
    cell.unlink()
    if again == "resume":
        resume(pruned, watcher=notes)
    else:
        start(config(folder), pruned, "c", notes)
    assert [line for line in notes.said if "mine.py: was changed" in line and "from now on" in line]
    assert "mine.py" in read_manifest(pruned)["sessions"][-1]["changed"][0]
    assert (pruned / "networks" / "mine-d0.5-s0.json").read_bytes() != kept  # it is the new one that was used
    notes = Notes()
    cell.unlink()
    resume(pruned, watcher=notes)
    assert not any("was changed" in line for line in notes.said)
