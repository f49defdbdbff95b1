"""Fixed topologies: a config becomes a run whose champion is trained, not searched."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import numpy as np
import pytest

import wann
from wann.config import load_config, parse_config
from wann.errors import ConfigError, GenomeError, RunError, RunExists, TuneError
from wann.network.plan import compile_genome
from wann.records.manifest import read_manifest
from wann.records.network.file import NetworkFile
from wann.workflows.listing import describe_run
from wann.workflows.search.verify import verify
from wann.workflows.search.watcher import Silent

SHIPPED = Path(__file__).parents[3] / "configs" / "dense" / "cartpole_swingup.yaml"
TEXT = """
task: {env: CartPole-v1, max_episode_steps: 60}
topology: {hidden: [3], activation: relu}
run: {seed: 4}
"""
QUICK = {"iterations": 4, "population": 6, "episodes": 2}


def config_with(*overrides: str):
    return parse_config(TEXT, "test", overrides)


@pytest.fixture(scope="module")
def tuned(tmp_path_factory):
    return wann.tune(config_with(), settings=QUICK, run_dir=tmp_path_factory.mktemp("runs") / "dense")


def test_the_shipped_swing_up_is_the_papers_topology(tmp_path):
    outcome = wann.tune(SHIPPED, settings={"iterations": 1, "population": 4, "episodes": 1}, run_dir=tmp_path)
    champion = NetworkFile.load(tmp_path / "champion.json")
    network = compile_genome(champion.genome)
    assert (network.n_connections, network.n_nodes) == (71, 17)
    assert network.activations == ["tanh"] * 10 + ["linear"]
    assert champion.weights is None
    assert champion.provenance["config"] == "cartpole_swingup"
    assert outcome.job.start == "random"


def test_a_run_folder_has_the_files_of_a_run(tuned):
    folder = tuned.job.output.parent
    assert {path.name for path in folder.iterdir()} == {
        "config.yaml",
        "manifest.json",
        "champion.json",
        "tuned.json",
        "tuning.npz",
        "tuning.csv",
        ".tuning.lock",
    }
    assert load_config(folder / "config.yaml") == config_with()
    manifest = read_manifest(folder)
    assert (manifest["status"], manifest["seed"], manifest["generations"]) == ("finished", 4, 0)
    assert [session["status"] for session in manifest["sessions"]] == ["finished"]


def test_it_begins_with_small_random_weights_of_the_configs_seed(tuned, tmp_path):
    assert (tuned.job.seed, tuned.job.start) == (4, "random")
    start = tuned.state.start
    assert len(set(start)) == len(start) == 4 * 3 + 3 + 4 * 2
    assert 0.1 < start.std() < 1
    # the same by the run's name, and with another seed another run
    again = wann.tune(tuned.job.output.parent, settings=QUICK)
    assert again.job.seed == 4
    assert again.file is not None
    other = wann.tune(config_with(), settings=QUICK, seed=5, run_dir=tmp_path / "other")
    assert other.job.seed == 5
    assert load_config(tmp_path / "other" / "config.yaml").run.seed == 5
    assert not np.array_equal(other.state.start, start)


def test_wann_test_works_on_it(tuned):
    report = wann.load(tuned.job.output.parent).test(episodes=5)
    assert report.judgement.tuned_weights is not None
    assert report.network.n_connections == 23
    assert np.isfinite(report.search_mean)


def test_wann_list_works_on_it(tuned):
    row = describe_run(tuned.job.output.parent)
    assert (row["status"], row["connections"], row["generation"]) == ("finished", 23, 0)


class StopAfter(Silent):
    def iteration(self, info) -> None:
        if info.iteration == 2:
            os.kill(os.getpid(), signal.SIGINT)


def test_an_interrupted_one_goes_on_by_config_or_run(tuned, tmp_path):
    folder = tmp_path / "run"
    with pytest.raises(KeyboardInterrupt):
        wann.tune(config_with(), settings=QUICK, run_dir=folder, watcher=StopAfter())
    assert read_manifest(folder)["status"] == "interrupted"
    assert wann.tune(folder, settings=QUICK).status == "finished"
    assert read_manifest(folder)["status"] == "finished"
    assert (folder / "tuned.json").read_bytes() == tuned.job.output.read_bytes()
    assert wann.tune(config_with(), settings=QUICK, run_dir=folder).status == "finished"


def test_a_run_that_was_killed_before_its_champion_is_completed(tuned, tmp_path):
    folder = tmp_path / "run"
    wann.tune(config_with(), settings=QUICK, run_dir=folder)
    (folder / "champion.json").unlink()
    assert wann.tune(config_with(), settings=QUICK, run_dir=folder).status == "finished"
    assert (folder / "champion.json").is_file()


def test_linear_models_and_several_layers(tmp_path):
    for hidden, connections in (("[]", 10), ("[3, 2]", 15 + 8 + 6)):
        config = config_with(f"topology.hidden={hidden}")
        outcome = wann.tune(config, settings=QUICK, run_dir=tmp_path / hidden)
        assert outcome.job.network.n_connections == connections


def test_images_take_a_dense_network_too(tmp_path):
    text = "task: {dataset: digits}\ntopology: {hidden: [16], activation: relu}\n"
    outcome = wann.tune(parse_config(text, "test"), settings={"iterations": 12}, run_dir=tmp_path / "run")
    assert outcome.job.method == "gradient"
    found = wann.load(tmp_path / "run").test().judgement.tuned_weights
    assert found is not None
    assert found.mean > 0.9


# What cannot be


def test_a_fixed_topology_is_not_searched(tuned, tmp_path):
    with pytest.raises(ConfigError, match="wann tune") as caught:
        wann.evolve(config_with(), run_dir=tmp_path / "run")
    assert len(caught.value.faults) == 1
    assert not (tmp_path / "run").exists()
    folder = tuned.job.output.parent
    before = sorted(folder.iterdir())
    for command in (wann.resume, verify):
        with pytest.raises(RunError, match="has a fixed topology and no generations"):
            command(folder)
    assert sorted(folder.iterdir()) == before


def test_a_config_without_a_topology_is_not_tuned(tmp_path):
    with pytest.raises(ConfigError, match="topology: there is none, so it is searched: wann evolve"):
        wann.tune(parse_config("task: {env: CartPole-v1}", "test"), run_dir=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_nothing_is_made_for_what_cannot_be_tuned(tmp_path):
    with pytest.raises(TuneError, match="gradient does not fit"):
        wann.tune(config_with(), "gradient", run_dir=tmp_path / "run")
    with pytest.raises(GenomeError, match="expected at most"):
        wann.tune(config_with("topology.hidden=[5000, 5000]"), run_dir=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_folder_of_another_config_is_left_alone(tuned):
    with pytest.raises(RunExists, match="holds a run of another config"):
        wann.tune(config_with("topology.hidden=[4]"), run_dir=tuned.job.output.parent)
