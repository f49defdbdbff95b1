"""Curves for TensorBoard: every generation once, however often a run was stopped."""

from __future__ import annotations

import importlib.util
import shutil
import struct
from dataclasses import asdict
from pathlib import Path

import pytest
from tensorboardX.proto.event_pb2 import Event

from wann.config import Config, parse_config
from wann.errors import OutputError
from wann.records.run.history import COLUMNS, read_history
from wann.records.storage.paths import RunPaths
from wann.workflows.search.evolve import resume, start
from wann.workflows.search.watcher import Silent

TEXT = """
task: {env: CartPole-v1}
search: {population: 8, generations: 4}
evaluation: {episodes: 1, backend: local, workers: 1}
"""


@pytest.fixture
def config() -> Config:
    return parse_config(TEXT, "text")


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "run"
    start(parse_config(TEXT, "text"), folder, "text", tensorboard=True)
    return folder


@pytest.fixture
def run(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "run"))


def events(path: Path) -> list[Event]:
    """The whole events of a file, read as TensorBoard does."""
    content, found, start = path.read_bytes(), [], 0
    while start < len(content):
        (size,) = struct.unpack_from("<Q", content, start)
        end = start + 16 + size
        if end > len(content):
            break
        found.append(Event.FromString(content[start + 12 : end - 4]))
        start = end
    return found


def files(run: Path) -> list[Path]:
    return sorted(RunPaths(run).tensorboard.iterdir())


def points(run: Path) -> dict[str, list[tuple[int, float]]]:
    """A curve's name -> (generation, value) in the order in which TensorBoard meets them."""
    curves: dict[str, list[tuple[int, float]]] = {}
    for path in files(run):
        first, *rest = events(path)
        assert first.file_version == "brain.Event:2"
        for event in rest:
            for value in event.summary.value:
                curves.setdefault(value.tag, []).append((event.step, value.simple_value))
    return curves


def whole(run: Path) -> None:
    """The curves hold the history, each row once and in order."""
    rows = [asdict(row) for row in read_history(RunPaths(run).history)]
    curves = points(run)
    assert set(curves) == set(COLUMNS) - {"generation", "digest"}
    for name, curve in curves.items():
        assert [step for step, _ in curve] == [row["generation"] for row in rows]
        assert [value for _, value in curve] == pytest.approx([row[name] for row in rows], rel=1e-6)


def test_the_curves_are_the_history(run):
    whole(run)
    assert [path.name for path in files(run)] == ["events.out.tfevents.000001.wann"]


def test_without_the_wish_there_are_none(config, tmp_path):
    start(config, tmp_path / "run", "text")
    assert not RunPaths(tmp_path / "run").tensorboard.exists()


def test_a_resumed_run_goes_on_with_its_curves(run):
    before = [path.read_bytes() for path in files(run)]
    resume(run, 7)
    whole(run)
    assert len(files(run)) == 2
    assert [path.read_bytes() for path in files(run)][:1] == before


def test_a_finished_run_gets_no_empty_file(run):
    resume(run)
    assert len(files(run)) == 1


def test_a_run_without_curves_gets_all_of_them_when_they_are_asked_for(config, tmp_path):
    start(config, tmp_path / "run", "text")
    resume(tmp_path / "run", 6, tensorboard=True)
    whole(tmp_path / "run")


@pytest.mark.parametrize("lost", [1, 40, 300, 700])
def test_what_a_killed_session_had_not_written_is_made_up_for(run, lost):
    """The file is cut off somewhere, and a checkpoint is older than the rows."""
    (path,) = files(run)
    path.write_bytes(path.read_bytes()[:-lost])
    RunPaths(run).checkpoint(4).unlink()
    resume(run, 6)
    rows = read_history(RunPaths(run).history)
    assert [step for step, _ in points(run)["best"]] == [row.generation for row in rows] == [1, 2, 3, 4, 5, 6]


def test_a_damaged_file_is_read_up_to_the_damage(run):
    (path,) = files(run)
    path.write_bytes(path.read_bytes() + b"\xff" * 100)
    resume(run, 5)
    assert [event.step for event in events(files(run)[-1])] == [0, 5]


# The package


@pytest.fixture
def not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "tensorboardX" else find_spec(name)
    )


def test_without_the_package_nothing_is_made(config, tmp_path, not_installed):
    with pytest.raises(OutputError, match="pip install tensorboardX"):
        start(config, tmp_path / "run", "text", tensorboard=True)
    assert list(tmp_path.iterdir()) == []


class Notes(Silent):
    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


def test_without_the_package_a_run_goes_on_without_its_curves(run, not_installed):
    with pytest.raises(OutputError, match="pip install tensorboardX"):
        resume(run, 5, tensorboard=True)
    watcher = Notes()
    assert resume(run, 5, watcher=watcher).state.generation == 5
    assert len(watcher.notes) == 1
    assert "do not go on" in watcher.notes[0]
    assert len(points(run)["best"]) == 4


def test_curves_catch_up_once_the_package_is_there(run, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("wann.records.run.curves.importlib.util.find_spec", lambda name: None)
        resume(run, 5)
    resume(run, 6)
    whole(run)
