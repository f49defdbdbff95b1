"""What a run was computed from outside its config: noted, and what has changed is refused or said."""

from __future__ import annotations

import gzip
import json
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from wann.config import load_config, parse_config
from wann.errors import DataChanged, DataError
from wann.records.manifest import read_manifest
from wann.records.origin import changed_code, changed_data
from wann.tasks.classification import make_classification
from wann.tasks.datasets import named as catalogue
from wann.tasks.datasets.files import COLLECTIONS, NAMES, checksum
from wann.tasks.environments.environment import make_task
from wann.tasks.origin import origin_of
from wann.workflows.judge import test as judge
from wann.workflows.search.evolve import resume, start
from wann.workflows.search.verify import verify
from wann.workflows.search.watcher import Silent
from wann.workflows.tuning.tune import tune

REST = "search: {population: 4, generations: 1}\nevaluation: {episodes: 1, backend: local, workers: 1}\n"
RNG = np.random.default_rng(0)
IMAGES, LABELS = RNG.random((60, 3)), np.arange(60) % 2

TRACKER = """
import numpy as np, gymnasium
from physics import g

class TrackerEnv(gymnasium.Env):
    observation_space = action_space = gymnasium.spaces.Box(-1, 1, (1,), np.float64)
    def reset(self, *, seed=None, options=None):
        return np.zeros(1), {}
    def step(self, action):
        return np.zeros(1), g, False, False, {}
"""


class Notes(Silent):
    def __init__(self) -> None:
        self.said: list[str] = []

    def note(self, text: str) -> None:
        self.said.append(text)


def write_csv(path: Path, images: np.ndarray = IMAGES) -> None:
    rows = [",".join(map(str, [*row, label])) for row, label in zip(images, LABELS, strict=True)]
    path.write_text("\n".join(["a,b,c,label", *rows]) + "\n")


def write_npz(path: Path, images: np.ndarray = IMAGES) -> None:
    np.savez(path, images=images, labels=LABELS)


WRITERS: dict[str, Callable[..., None]] = {"d.csv": write_csv, "d.npz": write_npz}


def searched(folder: Path, task: str) -> Path:
    (folder / "c.yaml").write_text(f"task: {{{task}}}\n{REST}")
    return start(load_config(folder / "c.yaml"), folder / "run", "c").folder


@pytest.mark.parametrize("name", WRITERS)
def test_changed_data_are_refused(tmp_path: Path, name: str) -> None:
    data, write = tmp_path / name, WRITERS[name]
    write(data)
    run = searched(tmp_path, f"dataset: {name}")
    before = (run / "history.csv").read_bytes()
    write(data)  # the same again is no change
    resume(run, 2)
    assert tune(run, settings={"iterations": 1}).status == "finished"
    write(data, IMAGES + 0.5)
    for again in (lambda: resume(run, 3), lambda: verify(run)):
        with pytest.raises(DataChanged, match=r"d\.(csv|npz) has changed.*wann evolve .*config.yaml"):
            again()
    with pytest.raises(DataChanged, match="--restart begins anew"):
        tune(run, settings={"iterations": 2})
    assert any("has changed" in line for line in judge(run, episodes=1).changed)
    assert (run / "history.csv").read_bytes().startswith(before)
    write(data)
    assert resume(run, 3).state.generation == 3


def write_idx(folder: Path, monkeypatch: pytest.MonkeyPatch, shift: int, publish: bool = True) -> None:
    """Write 6 x 6 images as MNIST's four files, and take them for the published ones."""
    rng = np.random.default_rng(0)
    sums = []
    for name, count in zip(NAMES, (60, 60, 20, 20), strict=True):
        labels = "labels" in name
        array = np.arange(count) % 10 if labels else (rng.integers(0, 200, (count, 6, 6)) + shift)
        head = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
        content = head + array.astype(np.uint8).tobytes()
        (folder / name).write_bytes(content)
        sums.append(checksum(content))
    if publish:
        published = replace(COLLECTIONS["mnist"], checksums=tuple(sums), elsewhere=())
        monkeypatch.setitem(COLLECTIONS, "mnist", published)
    catalogue._load.cache_clear()  # as a new process does


def test_changed_files_of_mnist_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder := tmp_path / "mnist").mkdir()
    monkeypatch.setenv("WANN_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    write_idx(folder, monkeypatch, 0)
    run = searched(tmp_path, "dataset: mnist28")
    for path in list(folder.iterdir()):  # packed is no change
        (folder / f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    catalogue._load.cache_clear()
    assert resume(run, 2).state.generation == 2
    write_idx(folder, monkeypatch, 50, publish=False)
    for again in (lambda: resume(run, 3), lambda: verify(run)):
        with pytest.raises(DataError, match="another file than the published one"):
            again()
    write_idx(folder, monkeypatch, 50)  # and were it published anew, it would not be the run's
    for again in (lambda: resume(run, 3), lambda: verify(run)):
        with pytest.raises(DataChanged, match="mnist28 has changed"):
            again()
    with pytest.raises(DataChanged):
        tune_twice(run, folder, monkeypatch)
    write_idx(folder, monkeypatch, 0)
    assert resume(run, 3).state.generation == 3
    catalogue._load.cache_clear()


def tune_twice(run: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tune a run, and go on with that when the data are others."""
    write_idx(folder, monkeypatch, 0)
    tune(run, settings={"iterations": 1})
    write_idx(folder, monkeypatch, 50)
    tune(run, settings={"iterations": 2})


def test_changed_code_is_said_once_and_noted(tmp_path: Path) -> None:
    (tmp_path / "tracker.py").write_text(TRACKER)
    (tmp_path / "physics.py").write_text("g = 1.0\n")
    run = searched(tmp_path, "env: 'tracker:TrackerEnv', max_episode_steps: 3")
    (tmp_path / "physics.py").write_text("g = 1.5\n")
    notes = Notes()
    resume(run, 2, watcher=notes)
    assert [line for line in notes.said if "physics.py: was changed" in line]
    assert "physics.py" in read_manifest(run)["sessions"][-1]["changed"][0]
    notes = Notes()
    resume(run, 3, watcher=notes)
    assert notes.said == []
    assert "changed" not in read_manifest(run)["sessions"][-1]


def test_runs_of_older_versions_go_on(tmp_path: Path) -> None:
    write_csv(tmp_path / "d.csv")
    run = searched(tmp_path, "dataset: d.csv")
    manifest = json.loads((run / "manifest.json").read_text())
    del manifest["origin"]
    (run / "manifest.json").write_text(json.dumps(manifest))
    write_csv(tmp_path / "d.csv", IMAGES * 0.5)
    # rows that are replayed would differ, new ones are computed from what is there
    resume(run, 2)
    assert read_manifest(run)["origin"]["data"]["images"] == [40, 8, 12]


def test_digits_are_the_same_in_every_process() -> None:
    assert origin_of(make_classification("digits"))["data"]["images"] == [1165, 232, 400]


@pytest.mark.parametrize(
    ("env", "package"),
    [("CartPole-v1", "gymnasium"), ("LunarLander-v3", "box2d"), ("InvertedPendulum-v5", "mujoco")],
)
def test_the_packages_of_an_environment(env: str, package: str) -> None:
    pytest.importorskip({"box2d": "Box2D"}.get(package, package))
    packages = origin_of(make_task(env))["packages"]
    assert package in packages
    assert len(packages) <= 3


def test_what_differs_is_named() -> None:
    was = {"packages": {"box2d": "2.3.10"}, "code": {"/a.py": "1" * 16, "/b.py": "2" * 16}}
    now = {"packages": {"box2d": "2.4"}, "code": {"/a.py": "3" * 16}}
    assert changed_code(was, now) == [
        "/a.py: was changed (11111111 then, 33333333 now)",
        "/b.py: is no longer part of it",
        "box2d: 2.3.10 then, 2.4 now",
    ]
    assert changed_code({}, now) == []
    data = {"name": "d", "train": "a", "validation": "b", "test": "c", "images": [4, 1, 1], "inputs": 2}
    fewer = data | {"train": "x", "images": [3, 1, 1]}
    assert changed_data({"data": data}, {"data": fewer}) == (
        "the data set d has changed: 6 images of 2 inputs then, 5 images of 2 inputs now"
    )
    assert changed_data({}, {"data": data}) is None


def test_a_config_without_a_file_is_from_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_csv(tmp_path / "d.csv")
    monkeypatch.chdir(tmp_path)
    run = start(parse_config(f"task: {{dataset: d.csv}}\n{REST}", "c"), tmp_path / "run", "c").folder
    monkeypatch.chdir("/")
    assert resume(run, 2).state.generation == 2
