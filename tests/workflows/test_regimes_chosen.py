"""Some of the regimes, and quick ones: what is asked for is as it is in the whole, the rest is left out."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

import wann
from wann.cli.views.judgement import show_judgement
from wann.config import parse_config
from wann.errors import EvaluationError
from wann.judging.judgement import REGIMES
from wann.judging.regimes import GRID, QUICK, WHOLE
from wann.records.network.file import NetworkFile
from wann.workflows.judge import TestReport
from wann.workflows.judge import test as judge
from wann.workflows.search.evolve import start

TEXT = """
task: {env: CartPole-v1, max_episode_steps: 30}
search: {population: 8, generations: 3}
evaluation: {episodes: 1, backend: local, workers: 1}
run: {seed: 5}
"""
KEYS = {
    "search": {"search_weights", "ensemble"},
    "random": {"random_weights"},
    "random-shared": {"random_shared_weight"},
    "tuned-shared": {"tuned_shared_weight"},
    "trained": {"tuned_weights"},
    "signed-shared": {"signed_shared_weight"},
    "tuned-signed-shared": {"tuned_signed_shared_weight"},
}


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Path:
    """A run with trained weights beside its champion."""
    folder = start(parse_config(TEXT, "t"), tmp_path_factory.mktemp("run") / "run", "t").folder
    file = NetworkFile.load(folder / "champion.json")
    weights = np.random.default_rng(0).normal(size=int(file.genome.enabled.sum()))
    NetworkFile(file.task, file.genome, weights=weights).save(folder / "tuned.json")
    return folder


@pytest.fixture(scope="module")
def whole(run) -> TestReport:
    return judge(run, episodes=5)


@pytest.mark.parametrize("regime", REGIMES)
def test_one_regime_alone_is_as_in_the_whole_judgement(run, whole, regime):
    report = judge(run, episodes=5, regimes=[regime])
    found, everything = report.to_json(), whole.to_json()
    assert found == {key: everything[key] for key in found}
    assert everything.keys() - found.keys() == set().union(*(KEYS[name] for name in KEYS if name != regime))
    assert 0 < report.judgement.env_steps < whole.judgement.env_steps


def test_figures_that_were_left_out_are_not_numbers(run):
    j = judge(run, episodes=5, regimes=["tuned-shared"]).judgement
    assert all(map(math.isnan, (j.search_mean, j.random_weights.mean, j.shared_mean, j.search.together.mean)))
    assert (j.tuned_weights, j.signed) == (None, None)
    assert np.isfinite([j.tuned.mean, j.tuned_weight]).all()


def test_the_order_and_repetition_of_names_change_nothing(run):
    once = judge(run, episodes=3, regimes=["random", "search"])
    again = judge(run, episodes=3, regimes=["search", "random", "search"])
    assert once.judgement.regimes == again.judgement.regimes == ("search", "random")
    assert once.to_json() == again.to_json()


def test_the_table_has_what_was_asked_for(run, capsys):
    show_judgement(judge(run, episodes=5, regimes=["random", "tuned-signed-shared"]))
    names = [line[:36].rstrip() for line in capsys.readouterr().out.splitlines()]
    assert names[2] == "random weights, one per connection"
    assert names[3].startswith("tuned size ")
    assert names[4].startswith("std: over episodes")


@pytest.mark.parametrize("names", [[], ["serach"], "search", ["search", "ALL"]])
def test_names_of_no_regime_are_refused(run, names):
    with pytest.raises(EvaluationError, match=r"regimes: .*search,random,random-shared") as caught:
        judge(run, regimes=names)
    assert ("did you mean 'search'?" in str(caught.value)) == (names == ["serach"])


@pytest.mark.parametrize("regime", ["trained", "signed-shared", "tuned-signed-shared"])
def test_what_needs_trained_weights_says_so(run, tmp_path, regime):
    bare = tmp_path / "network.json"
    NetworkFile.load(run / "champion.json").save(bare)
    with pytest.raises(EvaluationError, match=f"{regime} needs trained weights.*wann tune"):
        judge(bare, regimes=["search", regime])
    assert judge(bare, episodes=2).judgement.tuned_weights is None  # where nobody asks, it is left out


def test_a_quick_judgement_takes_nine_weights_of_the_grid_and_twenty_episodes(run, whole):
    assert QUICK.grid.tolist() == [-2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0]
    assert set(QUICK.grid) <= set(GRID)
    report = judge(run, quick=True)
    found = report.to_json()
    assert (found["quick"], found["grid_weights"], found["episodes"]) == (True, 9, 20)
    assert found["tuned_shared_weight"]["weight"] in QUICK.grid
    assert report.judgement.without_zero.n_weights == 8
    assert "quick" not in whole.to_json()
    swept = judge(run, episodes=20, own_weights=list(QUICK.grid), regimes=["random"]).judgement.own
    assert swept is not None
    assert report.judgement.shared_mean == pytest.approx(swept.mean)


def test_quick_is_quick(run):
    quick, slow = (judge(run, quick=quick).judgement.env_steps for quick in (True, False))
    assert quick < slow / 20
    assert len(WHOLE.grid) == 81
    assert judge(run, episodes=3, quick=True).judgement.episodes == 3


def test_from_a_run_in_python(run):
    report = wann.load(run).test(regimes=("search",), quick=True)
    assert report.judgement.regimes == ("search",)
    json.dumps(report.to_json(), allow_nan=False)
