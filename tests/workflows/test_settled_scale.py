"""Inputs that no network with one weight could use are scaled at the first try, and it is said."""

from __future__ import annotations

import numpy as np
import pytest

from wann.config import TaskConfig, load_config, parse_config
from wann.workflows.build import settled
from wann.workflows.judge import test as judge
from wann.workflows.search.evolve import resume, start
from wann.workflows.search.verify import verify
from wann.workflows.tuning.fixed_topology import DenseRun
from wann.workflows.tuning.tune import tune

SMALL = "search: {population: 8, generations: 2}\nevaluation: {backend: local}\n"
SIZES = {"unlike": (1.0, 1000.0), "large": (500.0, 700.0), "alike": (1.0, 2.0)}


@pytest.fixture
def table(tmp_path):
    def made(kind):
        rng = np.random.default_rng(0)
        columns = [rng.normal(size=60) * size for size in SIZES[kind]]
        rows = [f"{a:.3f},{b:.3f},{'yes' if a > 0 else 'no'}" for a, b in zip(*columns, strict=True)]
        path = tmp_path / f"{kind}.csv"
        path.write_text("\n".join(["a,b,class", *rows]) + "\n")
        return path

    return made


@pytest.mark.parametrize(("kind", "scale"), [("unlike", "standard"), ("large", "standard"), ("alike", None)])
def test_only_inputs_that_no_network_could_use_are_scaled(table, kind, scale):
    said: list[str] = []
    found = settled(TaskConfig(dataset=str(table(kind))), said.append)
    assert found.scale == scale
    assert ["task.scale=standard is taken" in line for line in said] == ([True] if scale else [])


@pytest.mark.parametrize("named", ["none", "minmax", "standard"])
def test_what_a_config_names_stays(table, named):
    section = TaskConfig(dataset=str(table("unlike")), scale=named)
    assert settled(section, pytest.fail) == section


def test_data_sets_by_name_and_environments_stay():
    for section in (TaskConfig(dataset="digits"), TaskConfig(env="CartPole-v1")):
        assert settled(section, pytest.fail) == section


def test_a_run_records_what_was_settled_and_keeps_it(table, tmp_path):
    text = f"task: {{dataset: {table('unlike')}}}\n{SMALL}"
    config = parse_config(text, "table")
    outcome = start(config, tmp_path / "run", "table")
    recorded = load_config(tmp_path / "run" / "config.yaml")
    assert recorded.task.scale == "standard"
    assert outcome.task.data.scaling.name == "standard"
    assert resume(tmp_path / "run", 3).task.data.scaling.name == "standard"
    verify(tmp_path / "run")
    # a network takes its inputs as it was made, also for a config that names no scale
    assert judge(tmp_path / "run", config, episodes=1, quick=True).task.data.scaling.name == "standard"


def test_a_scale_of_none_is_recorded(table, tmp_path):
    text = f"task: {{dataset: {table('unlike')}, scale: none}}\n{SMALL}"
    start(parse_config(text, "table"), tmp_path / "run", "table")
    assert load_config(tmp_path / "run" / "config.yaml").task.scale == "none"


def test_a_fixed_topology_is_trained_on_what_was_settled(table, tmp_path):
    text = f"task: {{dataset: {table('unlike')}}}\ntopology: {{hidden: [2]}}\n"

    def tuned(iterations):
        run = DenseRun.of(parse_config(text, "table"), folder=tmp_path / "run")
        return tune(run, settings={"iterations": iterations})

    assert tuned(1).job.task.data.scaling.name == "standard"
    assert load_config(tmp_path / "run" / "config.yaml").task.scale == "standard"
    assert tuned(2).state.iteration == 2  # it goes on with the same run
