"""Run folders: made once, opened by one process at a time, never rewritten."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from wann.config import dump_config, parse_config
from wann.errors import OutputError, RunBusy, RunDamaged, RunExists, RunNotFound
from wann.evaluation.pools.backends import make_pool
from wann.records.manifest import begin_session, end_session, read_manifest
from wann.records.network.file import NetworkFile
from wann.records.run import directory as run_directory
from wann.records.run.checkpoint import load_checkpoint
from wann.records.run.directory import RunDirectory
from wann.records.storage.paths import RunPaths
from wann.records.target import find_network, find_run, find_runs
from wann.search.search import init
from wann.tasks.environments.environment import make_task
from wann.workflows.search.generation import next_generation

CONFIG = parse_config(
    """
task: {env: CartPole-v1, max_episode_steps: 20}
search: {population: 8, generations: 5}
evaluation: {episodes: 1, backend: local, workers: 1}
""",
    "test",
)


@pytest.fixture(scope="module")
def generations():
    """Five generations: (state, row) each."""
    task = make_task("CartPole-v1", max_episode_steps=20)
    state, found = init(CONFIG.search, 0, task.n_inputs, task.n_outputs, "linear"), []
    with make_pool(task, "local", 1) as pool:
        for _ in range(5):
            state, info = next_generation(state, pool, CONFIG)
            found.append((state, info))
    return found


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "runs" / "mine"


@pytest.fixture
def directory(folder):
    with RunDirectory.create(folder, "mine", CONFIG) as directory:
        yield directory


def one_line(error) -> str:
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_new_folder_holds_the_config_and_the_manifest(directory, folder):
    assert (folder / "config.yaml").read_text() == dump_config(CONFIG)
    manifest = read_manifest(folder)
    assert (manifest["name"], manifest["seed"], manifest["generations"]) == ("mine", 0, 5)
    assert directory.newest_state() == (None, [])
    assert find_run(folder) == folder


def test_an_empty_folder_may_be_used(folder):
    folder.mkdir(parents=True)
    RunDirectory.create(folder, "mine", CONFIG).close()


def test_a_folder_with_something_in_it_is_left_alone(folder):
    folder.mkdir(parents=True)
    (folder / "thesis.txt").write_text("mine")
    with pytest.raises(RunExists) as caught:
        RunDirectory.create(folder, "mine", CONFIG)
    assert str(folder) in one_line(caught)
    assert [path.name for path in folder.iterdir()] == ["thesis.txt"]


def test_a_file_in_the_place_of_the_folder_is_left_alone(folder):
    folder.parent.mkdir()
    folder.write_text("mine")
    with pytest.raises(RunExists):
        RunDirectory.create(folder, "mine", CONFIG)
    assert folder.read_text() == "mine"


@pytest.mark.parametrize("below", ["x", "x/y"])
def test_a_folder_that_cannot_be_made_is_told(below, tmp_path):
    with pytest.raises(OutputError) as caught:
        RunDirectory.create(Path("/dev/null") / below, "mine", CONFIG)
    assert f"/dev/null/{below}" in one_line(caught)


def test_a_run_is_opened_once_at_a_time(directory, folder):
    with pytest.raises(RunBusy) as caught:
        RunDirectory(folder)
    assert str(folder) in one_line(caught)
    directory.close()
    RunDirectory(folder).close()


def test_a_run_is_busy_for_other_processes_until_its_process_ends(folder):
    RunDirectory.create(folder, "mine", CONFIG).close()
    program = f"""
import pathlib, time
from wann.records.run.directory import RunDirectory
directory = RunDirectory(pathlib.Path({str(folder)!r}))
print("open", flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "open\n"
        with pytest.raises(RunBusy):
            RunDirectory(folder)
        process.kill()
    RunDirectory(folder).close()


def test_opening_what_is_no_run_is_told(tmp_path):
    for path in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(RunNotFound) as caught:
            RunDirectory(path)
        one_line(caught)


# What is recorded


def record_all(directory, generations):
    for state, info in generations:
        directory.record(info, state)


def test_a_checkpoint_holds_the_state_after_its_generation(directory, generations):
    state, _ = generations[2]
    directory.checkpoint(state)
    path = directory.paths.checkpoint(3)
    assert path.name == "gen_000003.npz"
    again = load_checkpoint(path, directory.manifest["config_hash"])
    assert again.population.digest() == state.population.digest()
    assert directory.newest_state()[0].generation == 3


def test_the_last_three_checkpoints_are_kept(directory, generations):
    for state, _ in generations:
        directory.checkpoint(state)
    names = sorted(path.name for path in directory.paths.checkpoints.iterdir())
    assert names == ["gen_000003.npz", "gen_000004.npz", "gen_000005.npz"]


def test_a_checkpoint_is_written_when_it_is_time(directory, generations, monkeypatch):
    clock = [1000.0]
    monkeypatch.setattr(run_directory.time, "monotonic", lambda: clock[0])
    directory._last_checkpoint = 1000.0
    for (state, info), seconds in zip(generations, (1.0, 2.0, 2.5, 4.0, 0.9), strict=True):
        clock[0] += seconds
        directory.record(info, state)
    # 5.5 s after the last one at generation 3, and no other
    assert [path.name for path in directory.paths.checkpoints.iterdir()] == ["gen_000003.npz"]


def test_the_newest_checkpoint_is_found_beyond_a_million_generations(directory, generations):
    state = generations[0][0]
    for generation in (999_998, 999_999, 1_000_000, 1_000_001):
        directory.checkpoint(replace(state, generation=generation))
    assert directory.newest_state()[0].generation == 1_000_001
    kept = {int(path.stem.removeprefix("gen_")) for path in directory.paths.checkpoints.iterdir()}
    assert kept == {999_999, 1_000_000, 1_000_001}


def test_an_unreadable_checkpoint_is_passed_over_and_told(directory, generations):
    for state, _ in generations[:3]:
        directory.checkpoint(state)
    newest = directory.paths.checkpoint(3)
    newest.write_bytes(newest.read_bytes()[:100])
    state, problems = directory.newest_state()
    assert state.generation == 2
    assert len(problems) == 1
    assert str(newest) in problems[0]
    # it is told once, and its generation can be written again
    assert directory.newest_state()[1] == []
    directory.checkpoint(generations[2][0])
    assert directory.newest_state()[0].generation == 3


def test_without_a_readable_checkpoint_the_run_starts_again(directory, generations):
    directory.checkpoint(generations[0][0])
    directory.paths.checkpoint(1).write_bytes(b"")
    state, problems = directory.newest_state()
    assert state is None
    assert len(problems) == 1


def test_each_champion_is_kept_and_the_last_is_champion_json(directory, generations):
    record_all(directory, generations)
    expected = {state.champion.generation: state.champion for state, _ in generations}
    found = {path.name: NetworkFile.load(path) for path in directory.paths.champions.iterdir()}
    assert found.keys() == {f"gen_{generation:06d}.json" for generation in expected}
    last = expected[max(expected)]
    champion = NetworkFile.load(directory.paths.champion)
    assert champion.genome == last.genome
    assert champion.shared_weight == last.best_weight
    assert champion.task == CONFIG.task
    assert champion.provenance["select_mean"] == last.score
    assert find_network(directory.paths.folder)[0].genome == last.genome


def test_replaying_writes_no_champion_again(directory, generations):
    record_all(directory, generations)
    files = [directory.paths.champion, *directory.paths.champions.iterdir(), directory.paths.history]
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino) for path in files}
    directory.close()
    with RunDirectory(directory.paths.folder) as again:
        record_all(again, generations)
    assert before == {
        path: (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino) for path in files
    }


def test_a_lost_champion_is_written_again_and_its_copy_is_not(directory, generations):
    record_all(directory, generations)
    content = directory.paths.champion.read_bytes()
    former = {path: path.stat().st_ino for path in directory.paths.champions.iterdir()}
    directory.paths.champion.unlink()
    directory.close()
    with RunDirectory(directory.paths.folder) as again:
        record_all(again, generations)
    assert directory.paths.champion.read_bytes() == content
    assert former == {path: path.stat().st_ino for path in directory.paths.champions.iterdir()}


def test_the_log_is_appended_line_by_line(directory):
    directory.log("first\nsecond")
    directory.log("third")
    lines = directory.paths.log.read_text().splitlines()
    assert [line.split(" ", 1)[1] for line in lines] == ["first", "second", "third"]


# What was changed by someone else


@pytest.mark.parametrize(
    ("old", "new"),
    [("population: 8", "population: 9"), ("population: 8", "population: many"), ("task:", "tusk:")],
)
def test_a_changed_config_is_refused(folder, old, new):
    RunDirectory.create(folder, "mine", CONFIG).close()
    path = folder / "config.yaml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(RunDamaged, match=r"config\.yaml"):
        RunDirectory(folder)
    path.write_text(dump_config(CONFIG))
    RunDirectory(folder).close()


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"name": "x"}', "\x00"])
def test_a_damaged_manifest_is_refused(folder, text):
    RunDirectory.create(folder, "mine", CONFIG).close()
    (folder / "manifest.json").write_text(text)
    with pytest.raises(RunDamaged, match=r"manifest\.json") as caught:
        RunDirectory(folder)
    one_line(caught)


def test_a_run_that_could_not_be_opened_is_not_locked(folder):
    RunDirectory.create(folder, "mine", CONFIG).close()
    (folder / "history.csv").write_text("nonsense\n")
    for _ in range(2):
        with pytest.raises(RunDamaged, match=r"history\.csv:1"):
            RunDirectory(folder)


# The manifest


def test_sessions_are_noted(directory, folder):
    begin_session(directory.paths, "local", 2, 9, {})
    manifest = read_manifest(folder)
    assert (manifest["status"], manifest["generations"]) == ("running", 9)
    assert (manifest["sessions"][0]["backend"], manifest["sessions"][0]["workers"]) == ("local", 2)
    assert manifest["sessions"][0]["versions"].keys() >= {"python", "wann", "numpy", "numba", "gymnasium"}
    end_session(directory.paths, "finished", 9)
    begin_session(directory.paths, "local", 1, 12, {}, rules={"solved_score": 3.0})
    end_session(directory.paths, "interrupted", 10)
    manifest = read_manifest(folder)
    assert [session["status"] for session in manifest["sessions"]] == ["finished", "interrupted"]
    assert [session["generation"] for session in manifest["sessions"]] == [9, 10]
    assert manifest["status"] == "interrupted"
    assert manifest["rules"] == manifest["sessions"][1]["rules"] == {"solved_score": 3.0}
    assert json.loads((folder / "manifest.json").read_text()) == manifest


# Finding runs


def test_latest_is_the_newest_run(tmp_path):
    for age, name in enumerate(("b", "c", "a")):
        RunDirectory.create(tmp_path / "x" / name, name, CONFIG).close()
        os.utime(RunPaths(tmp_path / "x" / name).config, (1000 - age, 1000 - age))
    assert [path.name for path in find_runs(tmp_path)] == ["b", "c", "a"]
    assert find_run("latest", tmp_path) == tmp_path / "x" / "a"


def test_without_runs_there_is_no_latest(tmp_path):
    for below in (tmp_path, tmp_path / "none"):
        with pytest.raises(RunNotFound, match="no run below"):
            find_run("latest", below)


def test_a_run_without_a_champion_is_told(folder):
    RunDirectory.create(folder, "mine", CONFIG).close()
    with pytest.raises(RunNotFound, match="no champion yet"):
        find_network(folder)
