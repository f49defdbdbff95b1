"""The champions that come with the package score what they say, and are found by name everywhere."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from wann.cli.main import app
from wann.config import TaskConfig
from wann.errors import DataError, RunNotFound
from wann.records.target import find_network, find_tuned, zoo_names
from wann.workflows.build import build_task
from wann.workflows.judge import test as judge_network


@pytest.mark.parametrize("name", zoo_names())
def test_a_champion_scores_what_it_says(name):
    file, path = find_network(f"zoo:{name}")
    assert path.name == f"{name}.json"
    try:
        build_task(file.task)
    except DataError:
        assert file.task.dataset == "mnist16"
        pytest.skip("needs MNIST's files: wann data download mnist")
    said = file.provenance["score"]
    found = judge_network(f"zoo:{name}", episodes=said["episodes"]).judgement
    assert found.search_mean == said["mean_over_search_weights"]
    assert found.shared_mean == said["random_shared_weight"]
    assert (found.tuned_weight, found.tuned.mean) == (said["tuned_shared_weight"], said["tuned_shared"])
    assert file.shared_weight == found.tuned_weight


@pytest.mark.parametrize("name", zoo_names())
def test_a_champion_says_where_it_comes_from(name):
    provenance = find_network(f"zoo:{name}")[0].provenance
    assert {"config", "config_hash", "seed", "generation", "shared_weights", "made_by"} <= set(provenance)


def test_there_is_one_for_every_compiled_task():
    from wann.tasks.compiled import COMPILED

    tasks = {find_network(f"zoo:{name}")[0].task.env for name in zoo_names()}
    assert set(COMPILED) <= tasks
    assert TaskConfig(dataset="digits").dataset in {
        find_network(f"zoo:{name}")[0].task.dataset for name in zoo_names()
    }


def test_what_is_made_of_a_champion_goes_into_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for arguments in (["render", "zoo:cartpole"], ["export", "zoo:cartpole", "-f", "svg"]):
        done = CliRunner().invoke(app, arguments)
        assert done.exit_code == 0, done.output
    assert {path.name for path in tmp_path.iterdir()} == {"best.mp4", "cartpole.svg"}
    assert find_tuned("zoo:cartpole") is None


def test_an_unknown_name_is_told():
    with pytest.raises(
        RunNotFound, match=r"zoo:swinup: there is none of that name; expected zoo:acrobot.*swingup"
    ):
        find_network("zoo:swinup")
