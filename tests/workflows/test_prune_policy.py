"""Pruning runs of a control task: scores are returns, and what they cost is recorded."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from wann.config import PruneConfig, load_config, override, parse_prune_config
from wann.evaluation.lanes import Candidate, Lanes
from wann.evaluation.play import evaluate
from wann.evaluation.players.reference import evaluate_reference
from wann.network.plan import compile_genome
from wann.records.cells.directory import read_cells
from wann.records.cells.row import CellRow
from wann.records.network.file import NetworkFile
from wann.records.run.history import read_history
from wann.seeding import Purpose, episode_seeds
from wann.tasks.environments.environment import make_task
from wann.workflows.comparing.compare import compare, write_points
from wann.workflows.judge import test as judge_network
from wann.workflows.pruning.checks import check
from wann.workflows.pruning.prune import resume, start
from wann.workflows.search.evolve import start as search

TEXT = """
task: {env: CartPole-v1, max_episode_steps: 200}
model: {hidden: [4]}
policy: {iterations: 10, retrain_iterations: 2, population: 8, episodes: 2, sigma: 0.5}
prune:
  recipes: [obd, connection-effect, random]
  densities: [0.5]
  connections: [14]
  seeds: [0, 1]
evaluation: {backend: local, workers: 1}
"""


def config(*overrides: str) -> PruneConfig:
    return parse_prune_config(TEXT, "test", overrides, check)


def contents(folder: Path) -> dict[str, dict]:
    """All that is known of each cell but how long it took."""
    return {path.name: {**json.loads(path.read_text()), "seconds": 0} for path in folder.glob("cells/*.json")}


def network_of(run: Path, row: CellRow) -> Candidate:
    file = NetworkFile.load(run / row.network)
    network = compile_genome(file.genome)
    weights = file.connection_weights(network)
    assert weights is not None
    return Candidate(row.cell, network, weights)


@pytest.fixture(scope="module")
def task():
    return make_task("CartPole-v1", max_episode_steps=200)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prune") / "run"
    assert start(config(), folder, "tiny").status == "finished"
    return folder


def test_every_cell_records_what_its_file_earns(run, task):
    rows = read_cells(run)
    assert len(rows) == 2 + 3 * 2 * 2
    lanes = Lanes.product(1, episode_seeds(0, Purpose.TEST, 100))
    chosen = Lanes.product(1, episode_seeds(0, Purpose.SELECT, 32))
    for row in rows:
        candidate = network_of(run, row)
        assert evaluate_reference(task, candidate, lanes).mean == row.score
        assert evaluate(task, candidate, chosen).mean == row.validation_score
        assert row.effective_connections == candidate.network.n_connections
        assert not row.accuracy


def test_wann_test_says_the_same(run):
    row = read_cells(run)[-1]
    judged = judge_network(run / row.network, workers=1).judgement
    assert judged.tuned_weights is not None
    assert judged.tuned_weights.mean == row.score


def test_steps_are_counted_with_the_dense_training_where_it_is_needed(run):
    rows = {row.cell: row for row in read_cells(run)}
    for row in rows.values():
        dense = rows[f"dense-s{row.seed}"]
        assert row.env_steps is not None
        assert dense.env_steps is not None
        assert row.dense_score == dense.score
        if row.recipe in ("obd", "connection-effect"):
            assert row.env_steps > dense.env_steps
            assert row.training_steps > 10
        if row.recipe == "random":  # a training of its own: candidates, the start, and two last judgements
            assert row.training_steps == 10
            assert row.env_steps <= 200 * (10 * 8 * 2 + 32 * (1 + 2 + 1))
    with (run / "results.csv").open() as file:
        assert {line["cell"]: int(line["env_steps"]) for line in csv.DictReader(file)} == {
            name: row.env_steps for name, row in rows.items()
        }


def test_budgets_are_met(run):
    found = [row.effective_connections for row in read_cells(run) if row.wanted]
    assert len(found) == 6
    assert all(abs(count - 14) <= 3 for count in found)


def test_neither_workers_nor_a_stop_change_a_figure(run, tmp_path):
    folder, kept = tmp_path / "run", ("dense-s0", "obd-d0.5-s0")
    (folder / "cells").mkdir(parents=True)
    for name in ("config.yaml", "manifest.json", *(f"cells/{cell}.json" for cell in kept)):
        (folder / name).write_bytes((run / name).read_bytes())
    assert resume(folder, workers=2).status == "finished"
    assert contents(folder) == contents(run)
    for path in (folder / "networks").iterdir():
        assert path.read_bytes() == (run / "networks" / path.name).read_bytes()


def test_a_cell_without_steps_is_that_of_a_data_set(run, tmp_path):
    """Cells of earlier versions have no such field."""
    data = json.loads((run / "cells" / "dense-s0.json").read_text())
    del data["env_steps"]
    (tmp_path / "old.json").write_text(json.dumps(data))
    row = CellRow.load(tmp_path / "old.json")
    assert row.env_steps is None
    assert row.accuracy


def test_a_policy_of_which_nothing_is_left_fails_its_cell_alone(tmp_path):
    greedy = "{preset: magnitude, name: greedy, keep_at_least: 100000}"
    changed = config(f"prune.recipes=[{greedy}, magnitude]", "prune.connections=[]", "prune.seeds=[0]")
    outcome = start(changed, tmp_path / "run", "tiny")
    assert set(outcome.failed) == {"greedy-d0.5-s0"}
    assert len(outcome.failed["greedy-d0.5-s0"].splitlines()) == 1
    assert {row.cell for row in outcome.rows} == {"dense-s0", "magnitude-d0.5-s0"}


# Beside a search


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = Path(__file__).parents[2] / "configs" / "cartpole.yaml"
    changes = ["search.population=16", "search.generations=2", "task.max_episode_steps=200"]
    folder = tmp_path_factory.mktemp("search") / "run"
    search(override(load_config(path), [*changes, "evaluation.backend=local"]), folder, "evolved")
    return folder


def test_a_search_and_policies_in_one_comparison(run, searched, tmp_path):
    comparison, points = compare([searched, run], workers=1)
    rows = read_cells(run)
    assert not comparison.accuracy
    assert {point.file: (point.score, point.env_steps) for point in points[1:]} == {
        str(run / row.network): (row.score, row.env_steps) for row in rows
    }
    assert points[0].env_steps == read_history(searched / "history.csv")[-1].env_steps
    by_method = {(entry.method, entry.label): entry for entry in comparison.entries}
    assert by_method["evolved", ""].env_steps == (points[0].env_steps,)
    expected = sorted(row.env_steps or 0 for row in rows if row.cell.startswith("obd-d0.5"))
    assert sorted(by_method["obd", "0.5"].env_steps) == expected
    assert comparison.dense is not None
    assert len(comparison.dense.env_steps) == 2
    write_points(tmp_path / "a.csv", points)
    with (tmp_path / "a.csv").open() as file:
        assert [int(line["env_steps"]) for line in csv.DictReader(file)] == [p.env_steps for p in points]


def test_other_test_episodes_are_played_anew(run, task):
    _, points = compare([run], episodes=7, seed=3, workers=1)
    lanes = Lanes.product(1, episode_seeds(3, Purpose.TEST, 7))
    for row, point in zip(read_cells(run), points, strict=True):
        assert point.score == evaluate(task, network_of(run, row), lanes).mean
