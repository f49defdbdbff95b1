"""Where the trained weights of regime 4 come from, and what a report says."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import wann
from wann.config import parse_config
from wann.errors import EvaluationError, GenomeError
from wann.evaluation.lanes import Candidate, Lanes
from wann.evaluation.play import evaluate
from wann.genome.genome import Genome
from wann.network.plan import compile_genome
from wann.records.network.file import NetworkFile
from wann.records.storage.files import finite
from wann.seeding import Purpose, episode_seeds
from wann.tasks.environments.environment import make_task
from wann.workflows.judge import test as judge
from wann.workflows.search.evolve import start

TEXT = """
task: {env: CartPole-v1, max_episode_steps: 60}
search: {population: 8, generations: 2}
evaluation: {episodes: 1, backend: local, workers: 1}
"""
CONFIG = parse_config(TEXT, "text")


@pytest.fixture(scope="module")
def evolved(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "run"
    start(CONFIG, folder, "text")
    return folder


@pytest.fixture
def run(evolved, tmp_path) -> Path:
    return Path(shutil.copytree(evolved, tmp_path / "run"))


@pytest.fixture
def genome(grow) -> Genome:
    return grow(4, 2, 12, seed=5)[0]


def with_weights(genome: Genome, seed: int) -> NetworkFile:
    weights = np.random.default_rng(seed).normal(0, 1, int(genome.enabled.sum()))
    return NetworkFile(CONFIG.task, genome, weights=weights)


def played(file: NetworkFile, episodes: int = 7) -> np.ndarray:
    """What a file's own weights earn in the test episodes of seed 0."""
    network = compile_genome(file.genome)
    weights = file.connection_weights(network)
    assert weights is not None
    test = episode_seeds(0, Purpose.TEST, episodes)
    task = make_task("CartPole-v1", max_episode_steps=60)
    return evaluate(task, Candidate("direct", network, weights), Lanes.product(1, test)).returns


def figures(report) -> tuple[float, float, float]:
    found = report.judgement.tuned_weights
    assert found is not None
    return found.mean, found.median, found.std


def expected(returns: np.ndarray):
    return pytest.approx((returns.mean(), np.median(returns), returns.std()))


def test_without_trained_weights_there_is_no_such_figure(run):
    report = judge(run, episodes=7)
    assert (report.judgement.tuned_weights, report.tuned_file) == (None, None)


def test_a_file_that_carries_weights_is_judged_by_them(genome, tmp_path):
    file = with_weights(genome, 1)
    file.save(tmp_path / "x.json")
    report = judge(tmp_path / "x.json", episodes=7)
    assert figures(report) == expected(played(file))
    assert report.tuned_file == tmp_path / "x.json"


def test_a_run_is_judged_by_its_tuned_json(run):
    champion = wann.load(run).champion
    tuned = with_weights(champion.genome, 2)
    tuned.save(run / "tuned.json")
    report = judge(run, episodes=7)
    assert figures(report) == expected(played(tuned))
    assert report.tuned_file == run / "tuned.json"
    assert judge(run, episodes=7, tuned=False).judgement.tuned_weights is None


def test_what_was_trained_beside_a_file_comes_before_its_own_weights(genome, tmp_path):
    file, tuned = with_weights(genome, 1), with_weights(genome, 2)
    file.save(tmp_path / "x.json")
    tuned.save(tmp_path / "x.tuned.json")
    with_weights(genome, 3).save(tmp_path / "y.tuned.json")
    assert figures(judge(tmp_path / "x.json", episodes=7)) == expected(played(tuned))
    # a file that is named is meant
    report = judge(tmp_path / "x.tuned.json", episodes=7)
    assert figures(report) == expected(played(tuned))
    assert not np.array_equal(played(file), played(tuned))


def test_trained_weights_follow_their_connections_into_another_order(genome, tmp_path):
    NetworkFile(CONFIG.task, genome).save(tmp_path / "x.json")
    order = np.random.default_rng(4).permutation(len(genome.source))
    parts = {name: getattr(genome, name)[order] for name in ("source", "target", "enabled", "innovation")}
    tuned = with_weights(replace(genome, **parts), 2)
    tuned.save(tmp_path / "x.tuned.json")
    assert figures(judge(tmp_path / "x.json", episodes=7)) == expected(played(tuned))


@pytest.mark.parametrize("change", ["connection", "activation", "inputs"])
def test_weights_of_another_network_are_refused(change, genome, tmp_path):
    NetworkFile(CONFIG.task, genome).save(tmp_path / "x.json")
    if change == "connection":
        enabled = genome.enabled.copy()
        enabled[compile_genome(genome).genes[0]] = False
        other = replace(genome, enabled=enabled)
    elif change == "activation":
        other = replace(genome, activations=genome.activations[::-1].copy() + 1)
    else:
        other = Genome(5, 2, [0, 0], [1], [6], [True], [0])
    with_weights(other, 2).save(tmp_path / "x.tuned.json")
    with pytest.raises(GenomeError) as caught:
        judge(tmp_path / "x.json", episodes=7)
    for part in ("x.tuned.json: has the weights of another network", "x.json", "wann tune"):
        assert part in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "{}", None])
def test_a_tuned_file_that_cannot_be_read_is_refused(text, genome, tmp_path):
    NetworkFile(CONFIG.task, genome).save(tmp_path / "x.json")
    if text is None:
        NetworkFile(CONFIG.task, genome).save(tmp_path / "x.tuned.json")  # has no weights
    else:
        (tmp_path / "x.tuned.json").write_text(text)
    with pytest.raises(GenomeError, match=r"x\.tuned\.json: ") as caught:
        judge(tmp_path / "x.json", episodes=7)
    assert "\n" not in str(caught.value)


def test_weights_from_python_are_checked_too(run):
    for weights in ([float("nan")], [1e7]):
        with pytest.raises(EvaluationError, match="weights: expected numbers within"):
            judge(run, own_weights=weights)
        with pytest.raises(EvaluationError, match="weights: expected numbers within"):
            judge(run, shared_weights=weights)
    with pytest.raises(EvaluationError, match="at least one weight"):
        judge(run, shared_weights=[])


def test_the_json_is_what_the_judgement_holds(run):
    champion = wann.load(run).champion
    with_weights(champion.genome, 2).save(run / "tuned.json")
    report = judge(run, episodes=7, own_weights=[0.25, -1.5, 0.25])
    j = report.judgement
    assert j.tuned_weights is not None
    assert j.own is not None
    found = report.to_json()
    assert found["search_weights"]["mean"] == report.search_mean
    assert found["search_weights"]["per_weight"] == {repr(w): m for w, m in j.per_weight}
    assert [row["weight"] for row in found["search_weights"]["sweep"]] == [w for w, _ in j.per_weight]
    assert found["own_weights"]["sweep"] == [
        {"weight": w, "mean": s.mean, "std": s.std, "low": s.low, "high": s.high}
        for w, s in zip((0.25, -1.5), j.own.each, strict=True)
    ]
    assert found["tuned_shared_weight"] == {
        "weight": j.tuned_weight,
        "mean": j.tuned.mean,
        "std": j.tuned.std,
    }
    mean, median, std = figures(report)
    assert found["tuned_weights"] == {"mean": mean, "median": median, "std": std}
    assert found["random_weights"] == {"mean": j.random_weights.mean, "std": j.random_weights.std}
    assert found["ensemble"] is None
    json.dumps(found, allow_nan=False)


def test_one_episode_makes_valid_json(run):
    found = finite(judge(run, episodes=1).to_json())
    json.dumps(found, allow_nan=False)
    assert found["search_weights"]["sweep"][0]["low"] is None
    assert (found["own_weights"], found["tuned_weights"]) == (None, None)
