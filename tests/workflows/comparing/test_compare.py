"""wann compare: different settings are different methods, and the figure is the one that was asked for."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

import wann
from wann.cli.commands.judge.compare import FIGURES
from wann.errors import RunError
from wann.workflows.comparing import candidates as reading
from wann.workflows.comparing import points as playing
from wann.workflows.comparing.compare import Figure, compare, write_points
from wann.workflows.comparing.settings import told, varying
from wann.workflows.judge import test as judge

SMOKE = Path(__file__).parents[3] / "configs" / "smoke.yaml"
SMALL = (
    *("search.population=8", "search.tournament_size=2", "search.generations=2"),
    *("evaluation.episodes=1", "task.max_episode_steps=20"),
)
OTHER = ("search.mutation.add_connection=0.45", "search.mutation.change_activation=0.25")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    below = tmp_path_factory.mktemp("runs")
    for name, seed, changes in (
        *(("a0", 0, ()), ("a1", 1, ()), ("b0", 0, OTHER), ("b1", 1, OTHER)),
        *(("longer", 2, ("search.generations=3",)), ("steps", 3, ("task.max_episode_steps=30",))),
        ("workers", 4, ("evaluation.workers=1", "run.max_seconds=1000")),
    ):
        wann.evolve(SMOKE, overrides=(*SMALL, *changes), seed=seed, run_dir=below / name)
    return below


def scores(comparison) -> dict[str, tuple[float, ...]]:
    return {entry.method: entry.scores for entry in comparison.entries}


def test_two_settings_are_two_methods_with_their_own_means(runs):
    names = ["a0", "a1", "b0", "b1"]
    own = {name: judge(runs / name, episodes=5, workers=1).search_mean for name in names}
    comparison, points = compare([runs / name for name in names], 5, workers=1, figure="search")
    assert scores(comparison) == {
        "change_activation=0.5 add_connection=0.2": (own["a0"], own["a1"]),
        "change_activation=0.25 add_connection=0.45": (own["b0"], own["b1"]),
    }
    assert [point.score for point in points] == list(own.values())


def test_run_limits_workers_and_seeds_are_no_other_method_but_lengths_are_said(runs):
    comparison, _ = compare([runs / name for name in ("a0", "a1", "longer", "workers")], 3, workers=1)
    (entry,) = comparison.entries
    assert (entry.method, entry.seeds) == ("smoke", (0, 1, 2, 4))
    assert (
        "smoke: runs of different length are seeds of one method: 3 of 2, 1 of 3 generations"
        in comparison.notes
    )


def test_a_run_that_was_stopped_early_is_said(runs, tmp_path):
    shutil.copytree(runs / "a1", tmp_path / "a1")
    path = tmp_path / "a1" / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"generations": 9, "status": "interrupted"}))
    comparison, points = compare([runs / "a0", tmp_path / "a1"], 3, workers=1)
    assert len(comparison.entries) == 1
    assert f"stopped early: {tmp_path / 'a1'}, after 2 of 9 generations" in comparison.notes
    assert [(point.generations, point.of_generations) for point in points] == [(2, 2), (2, 9)]
    for status in ("solved", "out of time"):
        path.write_text(json.dumps(json.loads(path.read_text()) | {"status": status}))
        comparison, _ = compare([runs / "a0", tmp_path / "a1"], 3, workers=1)
        assert not [note for note in comparison.notes if note.startswith("stopped early")]


def test_a_copy_of_a_run_is_no_further_seed(runs, tmp_path):
    shutil.copytree(runs / "a0", tmp_path / "copy")
    comparison, points = compare(
        [runs / "a0", tmp_path / "copy", runs / "a0" / "champion.json"], 3, workers=1
    )
    assert [point.run for point in points] == [str(runs / "a0")]
    assert len([note for note in comparison.notes if "left out" in note]) == 2


def test_tasks_are_compared_before_anything_is_played(runs, monkeypatch):
    monkeypatch.setattr(playing, "test", lambda *_, **__: pytest.fail("played"))
    with pytest.raises(RunError, match="several tasks: CartPole-v1, Acrobot-v1"):
        compare([runs / "a0", "zoo:acrobot"])
    with pytest.raises(RunError, match=r"at most 20 steps.*at most 30 steps"):  # equal in name alone
        compare([runs / "a0", runs / "steps"])


def test_network_files_and_the_zoo_stand_beside_runs(tmp_path):
    run = wann.evolve(SMOKE, overrides=SMALL[:4], seed=0, run_dir=tmp_path / "run").folder
    shutil.copy(run / "champion.json", tmp_path / "net.json")
    wann.tune(tmp_path / "net.json", settings={"iterations": 1, "population": 4, "episodes": 1})
    comparison, points = compare([run, "zoo:cartpole", tmp_path / "net.tuned.json"], 3, workers=1)
    assert [entry.method for entry in comparison.entries if entry.method == "zoo:cartpole"]
    by_run = {point.run: point for point in points}
    assert by_run["zoo:cartpole"].weights == "shared"
    trained = judge(tmp_path / "net.tuned.json", episodes=3, workers=1).judgement.tuned_weights
    assert trained
    tuned = by_run[str(tmp_path / "net.tuned.json")]
    assert (tuned.score, tuned.weights) == (trained.mean, "trained")


@pytest.mark.parametrize("figure", FIGURES)
def test_the_figure_is_that_of_wann_test_and_is_never_another(runs, tmp_path, figure):
    shutil.copytree(runs / "a0", tmp_path / "a0")
    wann.tune(tmp_path / "a0", settings={"iterations": 1, "population": 4, "episodes": 1})
    said = judge(tmp_path / "a0", episodes=4, workers=1).to_json()
    comparison, points = compare([tmp_path / "a0", runs / "a1"], 4, workers=1, figure=figure)
    key = {"search": "search_weights", "random": "random_weights", "trained": "tuned_weights"}
    name = key.get(figure, figure.replace("-", "_") + "_weight")
    assert f"figure {figure}: {Figure(figure).told}" in comparison.notes
    assert {point.figure for point in points} == {figure}
    if figure == "best":
        best = max(said["tuned_shared_weight"]["mean"], said["tuned_weights"]["mean"])
        assert points[0].score == best
        return
    assert points[0].score == said[name]["mean"]
    needs = figure in ("trained", "signed-shared", "tuned-signed-shared")
    assert len(points) == (1 if needs else 2)
    assert [note for note in comparison.notes if "left out, no trained weights" in note] == (
        [f"left out, no trained weights: {runs / 'a1'}"] if needs else []
    )
    if Figure(figure).has_zero:
        assert points[0].score_without_zero == said[name]["mean_without_zero"]


def test_a_figure_that_none_has_is_refused(runs):
    with pytest.raises(RunError, match="--figure trained: none of them has trained weights"):
        compare([runs / "a0"], 3, workers=1, figure="trained")


def test_the_table_is_filled_for_searches_too(runs, tmp_path):
    _, points = compare([runs / "a0", runs / "b0"], 3, workers=1)
    write_points(tmp_path / "a.csv", points)
    with (tmp_path / "a.csv").open() as file:
        first, second = csv.DictReader(file)
    assert json.loads(first["setup"])["evaluation.episodes"] == 1
    assert json.loads(second["definition"])["search.mutation.add_connection"] == 0.45
    for name in ("env_steps", "seed", "status", "generations", "of_generations", "figure", "weights", "file"):
        assert first[name], name


def test_the_command_knows_all_figures():
    assert set(FIGURES) == set(Figure)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ([{"a.x": 1, "b": 2}, {"a.x": 1, "b": 3}], ["b=2", "b=3"]),
        ([{"a.x": 1, "b.x": 2}, {"a.x": 2, "b.x": 2}], ["x=1", "x=2"]),
        ([{"a.x": 1, "b.x": 2}, {"a.x": 2, "b.x": 3}], ["a.x=1 b.x=2", "a.x=2 b.x=3"]),
        ([{"x": [6]}, {"x": [6, 7]}], ["x=[6]", "x=[6,7]"]),
        ([{"x": 1, "options.tries": 3}, {"x": 1}], ["tries=3", ""]),  # what one has not is told where needed
        ([{"x": 1, "options.tries": 3}, {"x": 2}], ["x=1", "x=2"]),
        ([{"x": 0.1 + 0.2}, {"x": 0.3}], ["x=0.30000000000000004", "x=0.3"]),
        ([{"x": 1}, {"x": 1}], ["", ""]),
    ],
)
def test_names_are_short_and_tell_apart(settings, expected):
    assert [told(each, varying(settings)) for each in settings] == expected


def test_latest_is_read_once(runs, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(runs / "a0", "runs/x/a0")
    assert [each.run for each in reading.read_candidates(["latest", "latest"])[0]] == ["runs/x/a0"]


@pytest.mark.parametrize("figure", ["search", "random", "tuned-shared"])
def test_only_the_figure_that_is_asked_for_is_played(runs, monkeypatch, figure):
    asked = []

    def noted(*args, **kwargs):
        asked.append(kwargs["regimes"])
        return judge(*args, **kwargs)

    monkeypatch.setattr(playing, "test", noted)
    compare([runs / "a0", runs / "a1"], 2, workers=1, figure=figure)
    assert asked == [[figure], [figure]]
