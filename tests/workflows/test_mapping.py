"""A config as a mapping: what a file would say, checked alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import wann
from wann.config import config_of, load_config
from wann.config.document import write_yaml
from wann.errors import ConfigError

TINY: dict[str, Any] = {
    "task": {"env": "CartPole-v1", "max_episode_steps": 20},
    "search": {"population": 4, "generations": 1},
    "evaluation": {"episodes": 1, "shared_weights": [1.0], "backend": "local", "workers": 1},
}


def told(config: dict[str, Any], overrides: tuple[str, ...] = ()) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        config_of(config, overrides)
    return str(caught.value).splitlines()


def test_a_search_of_a_mapping_is_that_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "run.yaml").write_text(write_yaml(TINY))
    runs = [
        wann.evolve(config, run_dir=tmp_path / name, seed=2, overrides=("search.population=5",))
        for name, config in (("a", TINY), ("b", tmp_path / "run.yaml"))
    ]
    recorded = [(run.folder / "config.yaml").read_text() for run in runs]
    assert recorded[0] == recorded[1]
    assert "population: 5" in recorded[0]
    assert [row.best for row in runs[0].history] == [row.best for row in runs[1].history]


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"task": {}},
        {**TINY, "serach": {}},
        {**TINY, "search": {"population": "many"}},
        {**TINY, "search": {"populaton": 4, "generations": -1}},
        {**TINY, "task": {"dataset": "no.csv"}},
    ],
)
def test_faults_are_told_as_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: Any) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "c.yaml"
    file.write_text(write_yaml(wrong))
    with pytest.raises(ConfigError) as caught:
        load_config(file)
    words = [line.split(": ", 1)[1] for line in str(caught.value).splitlines()]
    got = told(wrong)
    assert all(line.startswith("config: ") for line in got)
    assert sorted(line.split(": ", 1)[1] for line in got) == sorted(words)


def test_files_are_from_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.py").write_text("")
    monkeypatch.chdir(tmp_path)
    config = config_of({"task": {"env": "mine.py:Mine"}})
    assert config.task.env == f"{tmp_path}/mine.py:Mine"


def test_what_numpy_and_pathlib_say_is_taken() -> None:
    values = {
        "task": {"env": "CartPole-v1", "kwargs": {"a": np.arange(2), "b": Path("x/y"), "c": np.float32(0.5)}},
        "search": {"population": np.int64(7)},
        "evaluation": {"shared_weights": (np.float64(-1), 1e-5)},
    }
    config = config_of(values)
    assert config.task.kwargs == {"a": [0, 1], "b": "x/y", "c": 0.5}
    assert config.search.population == 7
    assert list(config.evaluation.shared_weights) == [-1.0, 1e-5]


def test_a_list_that_is_there_twice_is_no_fault() -> None:
    same = [1, 2]
    config = config_of({"task": {"env": "CartPole-v1", "kwargs": {"a": same, "b": same}}})
    assert config.task.kwargs == {"a": [1, 2], "b": [1, 2]}


@pytest.mark.parametrize("value", [object, {1, 2}, b"x", 1j, np.array(1j), {3: 1}])
def test_what_yaml_cannot_hold_is_refused_by_its_key(value: Any) -> None:
    (line,) = told({"task": {"env": "CartPole-v1", "kwargs": {"a": value}}})
    assert line.startswith("config: task.kwargs.a: ")
    assert "expected" in line


def test_a_fault_of_an_override_is_told_too() -> None:
    (line,) = told(TINY, ("search.population=x",))
    assert line.startswith("--set search.population=x")


def test_tuning_takes_one_with_a_topology(tmp_path: Path) -> None:
    config = {**TINY, "topology": {"hidden": [2]}}
    outcome = wann.tune(
        config, settings={"iterations": 1, "population": 4}, run_dir=tmp_path / "t", workers=1
    )
    assert outcome.status == "finished"
    with pytest.raises(ConfigError, match="config: topology: there is none"):
        wann.tune(TINY)
