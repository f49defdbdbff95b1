"""Verify: what was changed in a run is found by its replay, and a run is left as it is."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from wann.config import parse_config
from wann.errors import RunDamaged, RunNotFound
from wann.records.run.directory import RunDirectory
from wann.records.run.history import COLUMNS
from wann.records.storage.paths import RunPaths
from wann.workflows.search.evolve import resume, start
from wann.workflows.search.verify import Verification, verify

TEXT = """
task: {env: CartPole-v1, failure_return: -1}
search: {population: 12, generations: 4}
evaluation: {episodes: 2, backend: local, workers: WORKERS}
run: {seed: 3}
"""
GENERATIONS = 8


@pytest.fixture(scope="module", params=[1, 2], ids=["1 worker", "2 workers"])
def original(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run in two sessions, so that there are checkpoints after generations 4 and 8."""
    folder = tmp_path_factory.mktemp("runs") / "run"
    start(parse_config(TEXT.replace("WORKERS", str(request.param)), "text"), folder, "text")
    resume(folder, GENERATIONS)
    return folder


@pytest.fixture
def run(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "run"))


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def change_row(run: Path, generation: int, column: str, value: str) -> None:
    path = RunPaths(run).history
    lines = path.read_text().splitlines(keepends=True)
    values = lines[generation].rstrip("\n").split(",")
    values[COLUMNS.index(column)] = value
    lines[generation] = ",".join(values) + "\n"
    path.write_text("".join(lines))


def faulty(found: Verification, *parts: str) -> None:
    assert found.fault is not None
    assert "\n" not in found.fault
    for part in parts:
        assert part in found.fault


# All equal


def test_a_run_equals_its_replay(run):
    before = contents(run)
    found = verify(run, workers=2)
    assert (found.fault, found.first, found.last) == (None, 1, GENERATIONS)
    assert contents(run) == before


def test_the_last_generations_begin_at_a_checkpoint(run):
    found = verify(run, last=3)
    assert (found.fault, found.first, found.last) == (None, 5, GENERATIONS)


@pytest.mark.parametrize("last", [4, 5, 100])
def test_a_checkpoint_after_the_first_generation_asked_for_is_of_no_use(run, last):
    assert verify(run, last=last).first == (5 if last == 4 else 1)


def test_a_checkpoint_that_cannot_be_read_is_passed_over(run):
    path = RunPaths(run).checkpoint(4)
    path.write_bytes(path.read_bytes()[:500])
    found = verify(run, last=2)
    assert (found.fault, found.first) == (None, 1)
    assert path.exists()


def test_a_run_that_another_process_works_on(run):
    with RunDirectory(run):
        assert verify(run).fault is None


def test_a_read_only_run(run):
    before = contents(run)
    for path in [*run.rglob("*"), run]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        assert verify(run).fault is None
        assert contents(run) == before
    finally:
        for path in [run, *run.rglob("*")]:
            path.chmod(0o755)


def test_a_torn_last_row_is_not_yet_a_row(run):
    path = RunPaths(run).history
    path.write_bytes(path.read_bytes() + b"9,23.0,1")
    assert verify(run).fault is None
    assert path.read_bytes().endswith(b"9,23.0,1")


def test_a_champion_may_be_ahead_of_the_rows_by_one_generation(original, tmp_path):
    """A process that is killed, or read, between a champion's file and its row."""
    generation = json.loads(RunPaths(original).champion.read_text())["provenance"]["generation"]
    assert generation > 1, "choose another seed"
    text = TEXT.replace("WORKERS", "1").replace("generations: 4", "generations: 1")
    folder = tmp_path / "run"
    start(parse_config(text, "text"), folder, "text")
    resume(folder, generation)
    paths = RunPaths(folder)
    lines = paths.history.read_text().splitlines(keepends=True)
    paths.history.write_text("".join(lines[:-1]))
    manifest = json.loads(paths.manifest.read_text())
    del manifest["sessions"][-1]["generation"]
    paths.manifest.write_text(json.dumps(manifest))
    paths.checkpoint(generation).unlink()
    found = verify(folder)
    assert (found.fault, found.last) == (None, generation - 1)

    champion = json.loads(paths.champion.read_text())
    champion["provenance"]["select_mean"] += 1
    paths.champion.write_text(json.dumps(champion))
    faulty(verify(folder), "champion.json", "select_mean")


def test_a_run_that_ran_out_of_time_is_replayed_up_to_its_last_row(tmp_path):
    text = TEXT.replace("WORKERS", "1").replace("seed: 3", "seed: 3, max_seconds: 0.001")
    assert start(parse_config(text, "text"), tmp_path / "run", "text").status == "out of time"
    found = verify(tmp_path / "run")
    assert (found.fault, found.first, found.last) == (None, 1, 1)


# Rows


@pytest.mark.parametrize("column", [name for name in COLUMNS if name not in ("generation", "seconds")])
def test_a_changed_figure_is_found(run, column):
    value = "0123456789abcdef" if column == "digest" else "77"
    change_row(run, 6, column, value)
    for last in (None, 3):
        found = verify(run, last)
        faulty(found, "history.csv", "generation 6 ", column)
        assert (found.generation, list(found.columns)) == (6, [column])
        assert str(found.columns[column][0]) in (value, value + ".0")
        assert found.last == 5


def test_seconds_are_no_result(run):
    change_row(run, 6, "seconds", "1.5")
    assert verify(run).fault is None


def test_the_first_of_several_changes_is_named(run):
    change_row(run, 7, "best", "1.0")
    change_row(run, 3, "nodes", "1")
    change_row(run, 3, "failed", "1")
    found = verify(run)
    faulty(found, "generation 3 ", "nodes is 1", "failed is 1")
    assert list(found.columns) == ["nodes", "failed"]


@pytest.mark.parametrize(
    ("line", "says"),
    [(1, "expected generation 1"), (5, "expected generation 5"), (GENERATIONS, "ends after generation 7")],
)
def test_a_deleted_row_is_found(run, line, says):
    path = RunPaths(run).history
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:line] + lines[line + 1 :]))
    faulty(verify(run), "history.csv", says)


def test_a_deleted_history_is_found(run):
    RunPaths(run).history.unlink()
    faulty(verify(run), "history.csv")


def test_two_rows_that_changed_places_are_found(run):
    path = RunPaths(run).history
    lines = path.read_text().splitlines(keepends=True)
    lines[3], lines[4] = lines[4], lines[3]
    path.write_text("".join(lines))
    faulty(verify(run), "history.csv:4", "expected generation 3, got 4")


def test_other_versions_are_named(run):
    path = RunPaths(run).manifest
    manifest = json.loads(path.read_text())
    manifest["sessions"][0]["versions"]["numpy"] = "1.0"
    path.write_text(json.dumps(manifest))
    assert verify(run).fault is None
    change_row(run, 2, "peak", "1.0")
    faulty(verify(run), "generation 2 ", "the run was made with numpy 1.0")


# Champions


def former(run: Path) -> list[Path]:
    return sorted(RunPaths(run).champions.glob("*.json"))


def test_a_swapped_champion_is_found(run):
    assert len(former(run)) > 1, "choose another seed"
    shutil.copy(former(run)[0], RunPaths(run).champion)
    faulty(verify(run), "champion.json", "generation", "genome")
    faulty(verify(run, last=2), "champion.json", "genome")


def test_a_changed_gene_of_the_champion_is_found(run):
    path = RunPaths(run).champion
    champion = json.loads(path.read_text())
    gene = champion["genome"]["connections"][0]
    gene[2] = not gene[2]
    path.write_text(json.dumps(champion))
    faulty(verify(run), "champion.json", "another genome")


def test_a_changed_former_champion_is_found(run):
    path = former(run)[0]
    champion = json.loads(path.read_text())
    champion["shared_weight"] = 0.125
    path.write_text(json.dumps(champion))
    faulty(verify(run), path.name, "shared_weight")


def test_a_missing_or_torn_champion_is_found(run):
    path = RunPaths(run).champion
    path.write_text(path.read_text()[:50])
    faulty(verify(run), "champion.json", "not a readable network file")
    path.unlink()
    faulty(verify(run), "champion.json", "is missing")


# Nothing to compare with


def test_what_cannot_be_verified(run, tmp_path):
    with pytest.raises(RunNotFound):
        verify(tmp_path)
    path = RunPaths(run).config
    path.write_text(path.read_text().replace("seed: 3", "seed: 4"))
    with pytest.raises(RunDamaged, match="was changed after the run began"):
        verify(run)


def test_a_run_without_a_generation(tmp_path):
    config = parse_config(TEXT.replace("WORKERS", "1"), "text")
    RunDirectory.create(tmp_path / "new", "text", config).close()
    with pytest.raises(RunNotFound, match="no generation is recorded yet"):
        verify(tmp_path / "new")
