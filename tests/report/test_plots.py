"""Curves show what the run recorded; runs of any age have a dossier."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure
from typer.testing import CliRunner

from wann.cli.main import app
from wann.config import parse_config
from wann.evaluation.lanes import Candidate, Lanes
from wann.evaluation.play import evaluate
from wann.network.plan import compile_genome
from wann.records.manifest import read_manifest
from wann.records.run.checkpoint import load_checkpoint
from wann.records.run.history import read_history
from wann.report import plots
from wann.seeding import Purpose, episode_seeds
from wann.workflows.dossiers import gather
from wann.workflows.search.evolve import start

TEXT = """
task: {env: CartPole-v1, max_episode_steps: 60}
search: {population: 12, generations: GENERATIONS}
evaluation: {episodes: 2, backend: local, workers: 1}
"""


@pytest.fixture(scope="module", params=[1, 5])
def run(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / f"g{request.param}"
    start(parse_config(TEXT.replace("GENERATIONS", str(request.param)), "test"), folder, "test")
    return folder


@pytest.fixture(scope="module")
def dossier(run):
    return gather(run, episodes=4, workers=1)


def drawn(draw, dossier):
    axes = Figure().subplots()
    assert draw(axes, dossier)
    return axes


def test_the_learning_curve_is_the_history(run, dossier):
    rows = read_history(run / "history.csv")
    lines = {line.get_label(): line.get_ydata() for line in drawn(plots.learning, dossier).lines}
    assert np.array_equal(lines["best mean over weights"], [row.best for row in rows])
    assert np.array_equal(lines["median of the means"], [row.median for row in rows])
    assert np.array_equal(lines["best with one weight"], [row.peak for row in rows])
    assert np.array_equal(lines["champion"], [row.champion for row in rows])
    grown = {line.get_label(): line.get_ydata() for line in drawn(plots.growth, dossier).lines}
    assert np.array_equal(grown["connections"], [row.connections for row in rows])


def test_the_population_is_that_of_the_newest_checkpoint(run, dossier):
    path = max((run / "checkpoints").iterdir())
    state = load_checkpoint(path, read_manifest(run)["config_hash"])
    found = dossier.population
    assert found.generation == state.generation
    lanes = Lanes.product(6, episode_seeds(0, Purpose.SELECT, found.episodes))
    for k in (0, 7):
        network = compile_genome(state.population[k])
        result = evaluate(dossier.task, Candidate.shared("x", network, dossier.shared_weights), lanes)
        assert found.means[k] == pytest.approx(result.mean)
        assert found.connections[k] == network.n_connections


def test_the_front_is_what_none_beats(dossier):
    line = drawn(plots.pareto, dossier).lines[0]
    front = list(zip(line.get_xdata(), line.get_ydata(), strict=True))
    everyone = list(zip(dossier.population.connections, dossier.population.means, strict=True))
    for size, mean in front:
        assert not any(s <= size and m > mean for s, m in everyone)
    for size, mean in everyone:
        assert any(s <= size and m >= mean for s, m in front)


def test_each_weight_has_its_interval(dossier):
    axes = drawn(plots.by_weight, dossier)
    lanes = Lanes.product(1, episode_seeds(0, Purpose.TEST, 4))
    weights, means = axes.lines[0].get_data()
    for k in (0, 11, 32):
        candidate = Candidate.shared("x", dossier.portrait.network, [weights[k]])
        assert means[k] == pytest.approx(evaluate(dossier.task, candidate, lanes).mean)
    band = axes.collections[0].get_paths()[0].vertices
    assert set(band[:, 0]) == set(weights)


def test_shares_of_activations_add_up(dossier):
    axes = Figure().subplots()
    if plots.activations(axes, dossier):
        heights = [[bar.get_height() for bar in bars] for bars in axes.containers]
        assert sum(heights[-1]) == pytest.approx(100)


def test_the_command_writes_a_page_and_pictures(run):
    done = CliRunner().invoke(app, ["report", str(run), "--plots", "--episodes", "3", "--workers", "1"])
    assert done.exit_code == 0, done.output
    assert (run / "report.html").stat().st_size > 10_000
    names = {path.name for path in (run / "plots").iterdir()}
    assert {"learning.png", "learning.svg", "pareto.png", "by_weight.svg", "growth.png"} <= names


def test_equal_dossiers_give_equal_pictures(dossier):
    assert plots.as_svg(dossier) == plots.as_svg(dossier)
