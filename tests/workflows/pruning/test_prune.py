"""Pruning runs: every cell once, the same figures however they come about, nothing lost."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from wann.config import PruneConfig, parse_prune_config
from wann.errors import NothingLeft, RunDamaged, RunError, RunExists
from wann.pruning.cell import prune_cell
from wann.pruning.learners.training import Training
from wann.pruning.recipe.presets import PRESETS
from wann.records.cells import working
from wann.records.cells.directory import PruneDirectory, read_cells
from wann.records.cells.row import CellRow
from wann.records.cells.working import WorkingFolder
from wann.records.manifest import read_manifest
from wann.records.network.file import NetworkFile
from wann.records.run.earlier import as_begun
from wann.records.run.reading import RecordedRun
from wann.records.target import find_network
from wann.tasks.classification import make_classification
from wann.workflows.build import build_task
from wann.workflows.comparing.compare import compare
from wann.workflows.judge import test as judge_network
from wann.workflows.listing import describe_run
from wann.workflows.pruning.budget import find_density
from wann.workflows.pruning.checks import check
from wann.workflows.pruning.plan import Cell, training_of
from wann.workflows.pruning.prune import leads_to_the_same, resume, start
from wann.workflows.pruning.watcher import SilentPruning
from wann.workflows.pruning.work import Job, work

TEXT = """
task: {dataset: digits}
model: {hidden: [12]}
training: {epochs: 2, batch_size: 50, learning_rate: 0.01}
prune: {recipes: [magnitude, snip], densities: [0.3], connections: [150], seeds: [0, 1]}
evaluation: {backend: local, workers: 1}
"""
NAMES = {
    *(f"dense-s{seed}" for seed in (0, 1)),
    *(
        f"{recipe}-{size}-s{seed}"
        for recipe in ("magnitude", "snip")
        for size in ("d0.3", "n150")
        for seed in (0, 1)
    ),
}


class Recorder(SilentPruning):
    def __init__(self) -> None:
        self.notes: list[str] = []
        self.cells: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)

    def cell(self, row: CellRow, done: int, total: int) -> None:
        self.cells.append(row.cell)


def config(*overrides: str) -> PruneConfig:
    return parse_prune_config(TEXT, "test", overrides, check)


def figures(folder: Path) -> dict[str, dict]:
    """All that is known of each cell but how long it took."""
    return {row.cell: {**asdict(row), "seconds": 0.0} for row in read_cells(folder)}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prune") / "run"
    assert start(config(), folder, "tiny").status == "finished"
    return folder


def test_every_cell_is_made_and_recorded(run: Path):
    rows = {row.cell: row for row in read_cells(run)}
    assert rows.keys() == NAMES
    for row in rows.values():
        assert row.score == round(row.score * 400) / 400  # a share of the 400 test images
        assert row.dense_score == rows[f"dense-s{row.seed}"].score
        assert row.effective_connections <= row.connections
    assert rows["dense-s0"].score > 0.3  # of ten classes
    assert rows["magnitude-d0.3-s0"].density_per_layer[0] < 0.35
    n_weights = 64 * 12 + 12 * 10
    assert rows["snip-d0.3-s0"].compression == pytest.approx(1 / 0.3, rel=2 / (0.3 * n_weights))
    with (run / "results.csv").open() as file:
        table = list(csv.DictReader(file))
    assert {row["cell"] for row in table} == NAMES
    assert {float(row["score"]) for row in table} == {row.score for row in rows.values()}
    manifest = read_manifest(run)
    assert (manifest["kind"], manifest["status"], manifest["generations"]) == (
        "prune",
        "finished",
        len(NAMES),
    )
    assert describe_run(run)["generation"] == len(NAMES)


def test_a_finished_run_has_no_unfinished_work(run: Path):
    assert not (run / "working").exists()


@pytest.mark.parametrize("size", [{"density": 0.3, "wanted": None}, {"density": None, "wanted": 150}])
def test_a_job_that_was_cut_off_goes_on(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size):
    """The second attempt begins where the first one was cut off, and comes to the same cell."""
    monkeypatch.setattr(working, "_SECONDS_BETWEEN_SAVES", 0.0)
    changed = config("training.epochs=6", "prune.recipes=[magnitude]")
    task = build_task(changed.task)
    epochs: list[str] = []

    def job(cell: Cell | None, folder: Path | None, dense: Any = None) -> Job:
        model = changed.model
        return Job(model.hidden, model.activation, training_of(changed), 0, cell, dense, folder)

    def tell(folder: WorkingFolder, words: str) -> None:
        epochs.append(words)
        if len(epochs) == stop_at:
            raise KeyboardInterrupt

    def after_a_stop(cell: Cell | None, dense: Any = None) -> Any:
        with pytest.raises(KeyboardInterrupt):
            work(task, job(cell, tmp_path / "work", dense))
        assert list((tmp_path / "work").glob("*.npz"))
        epochs.clear()
        return work(task, job(cell, tmp_path / "work", dense))

    monkeypatch.setattr(WorkingFolder, "tell", tell)
    stop_at = -1
    dense = work(task, job(None, None))
    epochs.clear()
    cell = Cell(PRESETS["magnitude"], seed=0, **size)
    whole = work(task, job(cell, None, dense))
    all_epochs = list(epochs)

    epochs.clear()
    stop_at = 5
    again = after_a_stop(None)
    assert epochs == ["dense 5/6", "dense 6/6"]
    assert (again.score, again.best_epoch) == (dense.score, dense.best_epoch)
    shutil.rmtree(tmp_path / "work")

    epochs.clear()
    stop_at = len(all_epochs) - 1
    made = after_a_stop(cell, dense)
    assert epochs[-2:] == all_epochs[-2:] == ["round 1/1 5/6", "round 1/1 6/6"]
    assert len(epochs) <= len(all_epochs) - 4  # four epochs of six were kept
    assert made.score == whole.score
    assert made.effective_connections == whole.effective_connections
    assert not (tmp_path / "work").exists()


def test_rivals_that_are_small_by_themselves(tmp_path: Path):
    changed = config(
        "prune.recipes=[small-dense, linear, magnitude]", "prune.seeds=[0]", "prune.controls=[reinit]"
    )
    assert start(changed, tmp_path / "run", "tiny").status == "finished"
    rows = {row.cell.removesuffix("-s0"): row for row in read_cells(tmp_path / "run")}
    assert "magnitude+reinit-d0.3" in rows
    assert not any("linear+" in name or "small-dense+" in name for name in rows)
    whole = 64 * 12 + 12 * 10
    for name, width in (("small-dense-d0.3", round(0.3 * whole / 74)), ("small-dense-n150", 2)):
        row = rows[name]
        assert row.neurons_alive == [width]
        assert row.compression == pytest.approx(whole / (width * 74))
        assert row.effective_connections <= width * 75 + 10
    assert rows["small-dense-d0.3"].score > 0.2  # of ten classes, after two epochs
    assert rows["small-dense-d0.3"].density == 0.3  # as it was asked for
    assert rows["small-dense-n150"].density == pytest.approx(2 * 74 / whole)
    assert rows["linear-d0.3"].compression == pytest.approx(1 / 0.3, rel=0.01)
    assert rows["linear-n150"].effective_connections == pytest.approx(150, rel=0.05)
    assert rows["linear-n150"].neurons_alive == []
    assert rows["linear-n150"].dense_score == rows["dense"].score
    network = NetworkFile.load(tmp_path / "run" / rows["linear-n150"].network)
    assert network.genome.n_nodes == 1 + 64 + 10  # bias, inputs, outputs


def test_a_run_that_is_named_twice_counts_once(run: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(run.parent)
    comparison, points = compare([run, "run", "./run/"])
    assert len(points) == len(NAMES)
    assert {entry.seeds for entry in comparison.entries} == {(0, 1)}


def test_networks_of_several_kinds_are_told_apart(run: Path, tmp_path: Path):
    narrow = config("model.hidden=[6]", "prune.connections=[]", "prune.recipes=[magnitude]")
    again = config("prune.connections=[]", "prune.recipes=[magnitude]")
    assert start(narrow, tmp_path / "narrow", "tiny").status == "finished"
    assert start(again, tmp_path / "again", "tiny").status == "finished"
    comparison, _ = compare([run, tmp_path / "narrow"])
    assert {entry.method for entry in comparison.entries} == {
        *("magnitude hidden=[12]", "snip hidden=[12]", "magnitude hidden=[6]", "dense hidden=[6]")
    }
    assert comparison.dense is not None
    assert comparison.dense.method == "dense hidden=[12]"
    # a recipe of the same name that does something else
    other = config("prune.connections=[]", "prune.recipes=[{preset: magnitude, name: magnitude, scope: erk}]")
    assert start(other, tmp_path / "other", "tiny").status == "finished"
    comparison, _ = compare([run, tmp_path / "other"])
    assert {entry.method for entry in comparison.entries} == {
        *("magnitude scope=global", "snip", "magnitude scope=erk")
    }
    # the same networks, made a second time, are no further seeds
    comparison, _ = compare([run, tmp_path / "again"])
    assert {entry.method for entry in comparison.entries} == {"magnitude", "snip"}
    assert {entry.seeds for entry in comparison.entries} == {(0, 1)}


def test_budgets_are_met(run: Path):
    for row in read_cells(run):
        if row.wanted:
            assert row.wanted == 150
            assert row.effective_connections == pytest.approx(150, rel=0.05)


def test_a_cells_network_earns_its_score(run: Path):
    for row in read_cells(run):
        path = run / row.network
        file = NetworkFile.load(path)
        assert file.weights is not None
        assert len(file.weights) == row.effective_connections
        if row.seed == 0:
            report = judge_network(path, episodes=1, workers=1)
            assert report.judgement.tuned_weights is not None
            assert report.judgement.tuned_weights.mean == row.score
            assert report.network.n_connections == row.effective_connections


def test_a_finished_run_is_left_alone(run: Path):
    before, watch = {path: path.read_bytes() for path in run.rglob("*.*")}, Recorder()
    assert resume(run, watcher=watch).status == "finished"
    assert watch.cells == []
    assert watch.notes == ["nothing to do: all 10 cells are finished already"]
    assert start(config("evaluation.workers=2"), run, "tiny").status == "finished"
    assert {path: path.read_bytes() for path in run.rglob("*.*")} == before


def test_what_is_missing_is_made_again_and_equals_what_was(run: Path, tmp_path: Path):
    """A killed run has some cells, networks without a cell, and files that were being written."""
    folder, kept = tmp_path / "run", {"dense-s0", "magnitude-d0.3-s0", "dense-s1"}
    (folder / "cells").mkdir(parents=True)
    (folder / "networks").mkdir()
    for name in ("config.yaml", "manifest.json"):
        (folder / name).write_bytes((run / name).read_bytes())
    for name in kept:
        (folder / "cells" / f"{name}.json").write_bytes((run / "cells" / f"{name}.json").read_bytes())
    (folder / "networks" / "snip-d0.3-s0.json").write_text("{}")
    (folder / "cells" / ".snip-d0.3-s0.json.123.part").write_text("{")
    (folder / "cells" / "snip-d0.3-s1.json").write_text('{"schema"')
    watch = Recorder()
    assert resume(folder, workers=2, watcher=watch).status == "finished"
    assert set(watch.cells) == NAMES - kept
    assert len(watch.notes) == 1
    assert "not a readable cell" in watch.notes[0]
    assert figures(folder) == figures(run)
    for name in NAMES - kept:
        network = Path("networks") / f"{name}.json"
        assert (folder / network).read_bytes() == (run / network).read_bytes()
    assert not list(folder.rglob("*.part"))


def test_a_cell_that_fails_is_said_and_the_others_are_made(tmp_path: Path):
    # no layer has as many weights as the first recipe wants to keep
    watch = Recorder()
    greedy = "{preset: magnitude, name: greedy, keep_at_least: 100000}"
    changed = config(f"prune.recipes=[{greedy}, magnitude]", "prune.connections=[]", "prune.seeds=[0]")
    outcome = start(changed, tmp_path / "run", "tiny", watch)
    assert outcome.status == "failed"
    assert set(outcome.failed) == {"greedy-d0.3-s0"}
    assert {row.cell for row in outcome.rows} == {"dense-s0", "magnitude-d0.3-s0"}
    assert watch.notes == [f"greedy-d0.3-s0: {outcome.failed['greedy-d0.3-s0']}"]
    assert "Traceback" in (tmp_path / "run" / "log.txt").read_text()
    assert read_manifest(tmp_path / "run")["status"] == "failed"


def test_a_folder_with_another_run_is_not_touched(run: Path):
    with pytest.raises(RunExists, match="holds another run"):
        start(config("prune.densities=[0.4]"), run, "tiny")


def test_commands_for_searches_say_what_it_is(run: Path):
    with pytest.raises(RunError, match="is a run of wann prune, which has many networks"):
        find_network(run)
    with pytest.raises(RunError, match="is a run of wann prune"):
        RecordedRun(run)


def test_a_changed_config_is_refused(run: Path, tmp_path: Path):
    (tmp_path / "manifest.json").write_bytes((run / "manifest.json").read_bytes())
    (tmp_path / "config.yaml").write_text((run / "config.yaml").read_text().replace("0.3", "0.4"))
    with pytest.raises(RunDamaged, match="was changed after the run began"):
        PruneDirectory(tmp_path)


@pytest.mark.parametrize("change", [{"score": "high"}, {"score": True}, {"schema": "x"}, {"seed": None}])
def test_a_cell_that_is_none_is_refused(run: Path, tmp_path: Path, change: dict):
    data = json.loads((run / "cells" / "dense-s0.json").read_text()) | change
    (tmp_path / "a.json").write_text(json.dumps(data))
    with pytest.raises(RunDamaged, match=r"a.json"):
        CellRow.load(tmp_path / "a.json")


@pytest.mark.parametrize("wanted", [1, 37, 500, 9999])
@pytest.mark.parametrize("power", [0.7, 1.0, 1.6])
def test_a_density_is_found_for_any_growing_count(wanted: int, power: float):
    tries = []

    def count(density: float) -> int:
        tries.append(density)
        return round(10_000 * density**power)

    found = find_density(wanted, wanted / 10_000, count)
    assert abs(count(found) - wanted) <= max(1, 0.02 * wanted)
    assert len(tries) <= 13


def test_a_density_at_which_nothing_is_left_is_too_small():
    def count(density: float) -> int:
        if density < 0.1:
            raise NothingLeft("no connection")
        return round(1000 * density)

    assert find_density(150, 0.01, count) == pytest.approx(0.15, rel=0.01)


@pytest.mark.parametrize(
    ("schedule", "end"), [("cosine", 0.01 * 0.2), ("steps", 0.01 * 0.01), ("constant", 0.01)]
)
def test_an_earlier_versions_finetune_kept_the_rate_at_which_its_schedule_ends(schedule: str, end: float):
    """Written out as config keys; the rates are those of the code of then, to the bit."""
    section = f"training: {{learning_rate: 0.01, lowest: 0.2, schedule: {schedule}"
    old, new = (
        parse_prune_config(TEXT.replace(TEXT.splitlines()[3], section + keys), "c.yaml")
        for keys in ("}", f", finetune_rate: {end!r}, finetune_schedule: constant}}")
    )
    assert as_begun(old) == new
    assert as_begun(new) == new
    training = training_of(as_begun(old))
    assert isinstance(training, Training)
    assert {training.finetuning_rate(share) for share in (0.0, 0.5, 0.99)} == {training.rate(1.0)}


def test_a_run_of_an_earlier_version_goes_on_at_its_rate_of_finetune_and_says_so(tmp_path: Path):
    text = TEXT.replace("connections: [150], seeds: [0, 1]", "seeds: [0]")
    config, folder, seen = parse_prune_config(text, "old.yaml"), tmp_path / "old", Recorder()
    with PruneDirectory.create(folder, "old", config, 3):
        pass
    recorded = folder / "config.yaml"
    lines = recorded.read_text().splitlines(keepends=True)
    recorded.write_text("".join(line for line in lines if "finetune_" not in line))
    with pytest.raises(RunExists, match="wann resume"):  # the same command means another rate now
        start(config, folder, "old")
    rows = {row.recipe: row for row in resume(folder, watcher=seen).rows}
    assert sum("earlier version" in note and "at the rate 0.0025;" in note for note in seen.notes) == 1
    task, training = make_classification("digits"), Training(epochs=2, batch_size=50, learning_rate=0.01)
    then = replace(training, finetune_rate=0.0025, finetune_schedule="constant")
    for recipe, how in (("magnitude", then), ("snip", training)):
        made = prune_cell(task, (12,), "relu", PRESETS[recipe], 0.3, 0, how)
        assert rows[recipe].score == made.score.test
        assert rows[recipe].validation_score == made.score.validation


def test_what_no_recipe_uses_makes_no_other_run(tmp_path: Path):
    """A run of an earlier version without finetune is gone on with by its own command."""
    config = parse_prune_config(TEXT.replace("[magnitude, snip]", "[snip]"), "old.yaml")
    with PruneDirectory.create(tmp_path / "old", "old", config, 6) as directory:
        changed = directory.config.training.model_copy(update={"finetune_rate": 0.5})
        recorded = directory.config.model_copy(update={"training": changed})
    assert leads_to_the_same(config, recorded)
    with_finetune = parse_prune_config(TEXT, "new.yaml")
    assert not leads_to_the_same(with_finetune, with_finetune.model_copy(update={"training": changed}))
