"""Whole runs: the same bits whoever evaluates and however often they stop, and stop rules that hold."""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from wann.config import Config, parse_config
from wann.errors import EvaluationError, RunDamaged, RunExists, UnknownEnvironment
from wann.evaluation.lanes import Candidate, Lanes
from wann.evaluation.play import evaluate, play
from wann.network.plan import compile_genome, compile_population
from wann.records.manifest import read_manifest
from wann.records.network.file import NetworkFile
from wann.records.run.history import read_history
from wann.search.search import init
from wann.seeding import Purpose, episode_seeds
from wann.tasks.environments.environment import make_task
from wann.workflows.interruption import answering
from wann.workflows.search import generation as steps
from wann.workflows.search.evolve import Silent, resume, start

TEXT = """
task: {env: CartPole-v1, max_episode_steps: 60}
search: {population: 16, generations: 12}
evaluation: {episodes: 2, backend: local, workers: 1}
run: {seed: 5}
"""


def config_with(*overrides: str) -> Config:
    return parse_config(TEXT, "test", overrides)


class Notes(Silent):
    """Keeps what a watcher is told."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.generations: list[int] = []

    def note(self, text: str) -> None:
        self.notes.append(text)

    def generation(self, info) -> None:
        self.generations.append(info.generation)


class StopAfter(Silent):
    """Stops a search after a generation, as Ctrl-C or an error would."""

    def __init__(self, generation: int, how) -> None:
        self.last, self.how = generation, how

    def generation(self, info) -> None:
        if info.generation == self.last:
            self.how()


def rows_of(folder: Path):
    """The history, but for the time that it took."""
    return [replace(row, seconds=0.0) for row in read_history(folder / "history.csv")]


def champions_of(folder: Path) -> dict[str, bytes]:
    files = [folder / "champion.json", *sorted((folder / "champions").iterdir())]
    return {path.name: path.read_bytes() for path in files}


def everything(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Content and time of change of every file but the lock."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != ".lock"]
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run that nothing disturbed."""
    outcome = start(config_with(), tmp_path_factory.mktemp("runs") / "whole", "test")
    assert outcome.status == "finished"
    return outcome


def test_a_run_records_every_generation(whole):
    rows = rows_of(whole.folder)
    assert [row.generation for row in rows] == list(range(1, 13))
    assert len({row.digest for row in rows}) == 12
    manifest = read_manifest(whole.folder)
    assert (manifest["status"], manifest["sessions"][0]["status"]) == ("finished", "finished")
    assert manifest["sessions"][0]["generation"] == 12
    assert (whole.folder / "checkpoints" / "gen_000012.npz").exists()


def test_rows_count_what_was_played(whole):
    rows = rows_of(whole.folder)
    selects = 0
    for generation, row in enumerate(rows, start=1):
        played = row.evaluations - generation * 16 * 6 * 2
        assert played % (6 * 32) == 0
        assert 0 <= played // (6 * 32) - selects <= 1
        selects = played // (6 * 32)
        assert row.env_steps <= 60 * row.evaluations
    assert selects == len(whole.state.tested) >= 1


def test_the_first_row_is_that_of_direct_evaluations(whole):
    config = config_with()
    task = make_task("CartPole-v1", max_episode_steps=60)
    population = init(config.search, 5, 4, 2, "linear").population
    seeds = episode_seeds(5, Purpose.SEARCH, 2, generation=1)
    weights = np.array(config.evaluation.shared_weights).reshape(-1, 1)
    returns = play(task, compile_population(population), weights, Lanes.product(6, seeds)).returns
    row = rows_of(whole.folder)[0]
    assert row.best == pytest.approx(returns.mean(axis=1).max())
    assert row.median == pytest.approx(np.median(returns.mean(axis=1)))
    assert row.peak == pytest.approx(returns.reshape(16, 6, 2).mean(axis=2).max())


def test_the_champion_earned_its_score_on_the_select_episodes(whole):
    file = NetworkFile.load(whole.folder / "champion.json")
    task = make_task("CartPole-v1", max_episode_steps=60)
    seeds = episode_seeds(5, Purpose.SELECT, 32)
    weights = np.array(config_with().evaluation.shared_weights).reshape(-1, 1)
    result = evaluate(
        task, Candidate("champion", compile_genome(file.genome), weights), Lanes.product(6, seeds)
    )
    assert file.provenance["select_mean"] == pytest.approx(result.mean)
    assert file.shared_weight == weights[int(np.argmax(result.per_weight)), 0]
    assert rows_of(whole.folder)[-1].champion == file.provenance["select_mean"]


def test_champions_only_get_better(whole):
    scores = [row.champion for row in rows_of(whole.folder)]
    assert scores == sorted(scores)


def test_the_same_seed_gives_the_same_run_and_another_another(whole, tmp_path):
    start(config_with(), tmp_path / "again", "test")
    assert rows_of(tmp_path / "again") == rows_of(whole.folder)
    start(config_with("run.seed=6"), tmp_path / "other", "test")
    assert rows_of(tmp_path / "other")[0].digest != rows_of(whole.folder)[0].digest


@pytest.mark.parametrize("workers", [2, 3])
def test_workers_change_nothing(whole, tmp_path, workers):
    start(config_with(f"evaluation.workers={workers}"), tmp_path / "run", "test")
    assert rows_of(tmp_path / "run") == rows_of(whole.folder)


def test_stopping_after_every_generation_changes_nothing(whole, tmp_path):
    start(config_with("search.generations=1"), tmp_path / "run", "test")
    for generation in range(2, 13):
        outcome = resume(tmp_path / "run", generations=generation)
        assert (outcome.status, outcome.state.generation) == ("finished", generation)
    assert rows_of(tmp_path / "run") == rows_of(whole.folder)
    assert read_manifest(tmp_path / "run")["generations"] == 12
    assert len(read_manifest(tmp_path / "run")["sessions"]) == 12


def test_resuming_may_change_the_workers(whole, tmp_path):
    start(config_with("search.generations=4"), tmp_path / "run", "test")
    resume(tmp_path / "run", generations=12, workers=3)
    assert rows_of(tmp_path / "run") == rows_of(whole.folder)
    assert champions_of(tmp_path / "run").keys() == champions_of(whole.folder).keys()


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def terminate() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


@pytest.mark.parametrize("how", [interrupt, terminate])
@pytest.mark.parametrize("generation", [1, 5])
def test_an_interrupted_run_stops_with_a_checkpoint_and_goes_on(whole, tmp_path, how, generation):
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with answering():
        outcome = start(config_with(), tmp_path / "run", "test", StopAfter(generation, how))
    assert (outcome.status, outcome.state.generation) == ("interrupted", generation)
    assert (tmp_path / "run" / "checkpoints" / f"gen_{generation:06d}.npz").exists()
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
    notes = Notes()
    assert resume(tmp_path / "run", watcher=notes).status == "finished"
    assert notes.generations == list(range(generation + 1, 13))
    assert rows_of(tmp_path / "run") == rows_of(whole.folder)
    assert champions_of(tmp_path / "run") == champions_of(whole.folder)


def test_a_second_interruption_stops_at_once(tmp_path):
    def twice() -> None:
        interrupt()
        interrupt()

    with pytest.raises(KeyboardInterrupt):
        start(config_with(), tmp_path / "run", "test", StopAfter(3, twice))
    assert read_manifest(tmp_path / "run")["status"] == "interrupted"
    assert resume(tmp_path / "run").status == "finished"


def test_a_run_that_an_error_stopped_goes_on(whole, tmp_path):
    def fail() -> None:
        raise RuntimeError("no space for the film")

    with pytest.raises(RuntimeError):
        start(config_with(), tmp_path / "run", "test", StopAfter(7, fail))
    assert read_manifest(tmp_path / "run")["status"] == "failed"
    assert "no space for the film" in (tmp_path / "run" / "log.txt").read_text()
    resume(tmp_path / "run")
    assert rows_of(tmp_path / "run") == rows_of(whole.folder)


@pytest.mark.parametrize("kept", [0, 3, 11])
def test_a_run_without_its_checkpoint_is_replayed_and_checked(whole, tmp_path, kept):
    folder = tmp_path / "run"
    start(config_with(), folder, "test")
    lines = (folder / "history.csv").read_text().splitlines(keepends=True)
    (folder / "history.csv").write_text("".join(lines[: kept + 1]) + "13,0.5,to")
    for path in (folder / "checkpoints").iterdir():  # a slow machine has more than the last one
        path.unlink()
    (folder / "checkpoints" / "gen_000012.npz").write_bytes(b"torn")
    champions = {path: path.stat().st_mtime_ns for path in (folder / "champions").iterdir()}
    notes = Notes()
    resume(folder, watcher=notes)
    assert len(notes.notes) == 1
    assert "gen_000012.npz" in notes.notes[0]
    assert rows_of(folder) == rows_of(whole.folder)
    assert (folder / "history.csv").read_text().startswith("".join(lines[: kept + 1]))
    assert champions == {path: path.stat().st_mtime_ns for path in (folder / "champions").iterdir()}


def test_a_replay_that_does_not_match_is_refused_again_and_again(tmp_path):
    folder = tmp_path / "run"
    start(config_with("search.generations=6"), folder, "test")
    text = (folder / "history.csv").read_text()
    digest = read_history(folder / "history.csv")[3].digest
    (folder / "history.csv").write_text(text.replace(digest, "f" * 16))
    for path in (folder / "checkpoints").iterdir():
        path.unlink()
    champions = champions_of(folder)
    for _ in range(3):
        with pytest.raises(RunDamaged, match=f"generation 4 gives the digest {digest}"):
            resume(folder)
        assert champions_of(folder) == champions
        assert (folder / "history.csv").read_text() == text.replace(digest, "f" * 16)


def test_a_history_behind_its_checkpoint_is_refused(tmp_path):
    folder = tmp_path / "run"
    start(config_with("search.generations=6"), folder, "test")
    lines = (folder / "history.csv").read_text().splitlines(keepends=True)
    (folder / "history.csv").write_text("".join(lines[:4]))
    for _ in range(2):
        with pytest.raises(RunDamaged, match="ends with generation 3"):
            resume(folder, generations=9)
        assert (folder / "history.csv").read_text() == "".join(lines[:4])


# Killed at any instant

RUN = """
import sys, time
from pathlib import Path
from wann.config import load_config
from wann.records.run import directory as run_directory
from wann.workflows.search import evolve

run_directory._SECONDS_BETWEEN_CHECKPOINTS = 0.02

class Slow(evolve.Silent):
    def generation(self, info):
        time.sleep(0.01)

folder = Path(sys.argv[1])
if (folder / "manifest.json").exists():
    evolve.resume(folder, watcher=Slow())
else:
    evolve.start(load_config(sys.argv[2]), folder, "test", Slow())
"""


def test_a_run_that_is_killed_at_any_instant_equals_one_that_is_not(tmp_path):
    config = config_with("search.generations=60")
    start(config, tmp_path / "whole", "test")
    (tmp_path / "config.yaml").write_text((tmp_path / "whole" / "config.yaml").read_text())
    folder, history = tmp_path / "run", tmp_path / "run" / "history.csv"
    command = [sys.executable, "-c", RUN, str(folder), str(tmp_path / "config.yaml")]
    chance = random.Random()
    rows, champions, killed = 0, {}, 0
    for _ in range(3):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        patience = time.monotonic() + 60
        while not (history.exists() and len(read_history(history)) > rows) and process.poll() is None:
            assert time.monotonic() < patience
            time.sleep(0.005)
        time.sleep(chance.uniform(0.0, 0.25))
        process.kill()
        output, _ = process.communicate()
        assert output == ""
        killed += process.returncode == -signal.SIGKILL
        found = read_history(history)
        assert len(found) >= rows
        rows = len(found)
        now = {path: path.stat().st_mtime_ns for path in (folder / "champions").glob("gen_*.json")}
        assert champions.items() <= now.items()
        champions = now
    assert killed >= 1
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert rows_of(folder) == rows_of(tmp_path / "whole")
    assert champions_of(folder) == champions_of(tmp_path / "whole")
    assert champions.items() <= {p: p.stat().st_mtime_ns for p in (folder / "champions").iterdir()}.items()


# Stop rules


def test_a_solved_run_stops_as_soon_as_its_champion_reaches_the_score(tmp_path, whole):
    target = rows_of(whole.folder)[5].champion
    outcome = start(config_with(f"run.solved_score={target!r}"), tmp_path / "run", "test")
    first = next(row.generation for row in rows_of(whole.folder) if row.champion >= target)
    assert (outcome.status, outcome.state.generation) == ("solved", first)
    assert outcome.state.champion.score >= target
    assert rows_of(tmp_path / "run") == rows_of(whole.folder)[:first]


def test_a_run_stops_after_the_generation_in_which_its_steps_are_used_up(tmp_path, whole):
    limit = rows_of(whole.folder)[3].env_steps
    outcome = start(config_with(f"run.max_env_steps={limit}"), tmp_path / "run", "test")
    assert (outcome.status, outcome.state.generation) == ("out of environment steps", 4)


def test_a_run_stops_when_its_time_is_up(tmp_path):
    outcome = start(config_with("run.max_seconds=0.001"), tmp_path / "run", "test")
    assert (outcome.status, outcome.state.generation) == ("out of time", 1)


def test_a_replay_is_not_cut_short_by_the_clock(tmp_path, monkeypatch):
    def clock(seconds: float) -> None:
        ticks = itertools.count()
        monkeypatch.setattr(steps.time, "perf_counter", lambda: next(ticks) * seconds)

    folder = tmp_path / "run"
    clock(0.1)
    assert start(config_with("run.max_seconds=0.55"), folder, "test").state.generation == 6
    rows = (folder / "history.csv").read_text()
    for path in (folder / "checkpoints").iterdir():
        path.unlink()
    clock(0.3)  # a slower machine, or a busier one
    outcome = resume(folder)
    assert (outcome.status, outcome.state.generation) == ("out of time", 6)
    assert (folder / "history.csv").read_text() == rows


@pytest.mark.parametrize("rule", ["search.generations=3", "run.max_env_steps=1", "run.solved_score=0.5"])
def test_resuming_what_is_finished_says_so_and_changes_nothing(tmp_path, rule):
    folder = tmp_path / "run"
    status = start(config_with(rule), folder, "test").status
    before, notes = everything(folder), Notes()
    outcome = resume(folder, watcher=notes)
    assert outcome.status == status
    assert outcome.state.generation == len(read_history(folder / "history.csv"))
    assert len(notes.notes) == 1
    assert status in notes.notes[0]
    assert everything(folder) == before


def test_a_smaller_total_on_resume_changes_nothing(tmp_path):
    folder = tmp_path / "run"
    start(config_with("search.generations=3"), folder, "test")
    before = everything(folder)
    assert resume(folder, generations=2).state.generation == 3
    assert everything(folder) == before


def test_a_run_that_was_extended_may_be_extended_again_without_a_number(tmp_path, whole):
    folder = tmp_path / "run"
    start(config_with("search.generations=3"), folder, "test")
    with answering():
        outcome = resume(folder, generations=12, watcher=StopAfter(6, interrupt))
    assert outcome.state.generation == 6
    assert resume(folder).state.generation == 12
    assert rows_of(folder) == rows_of(whole.folder)


# Failing well


def failing(toys: str, **kwargs) -> Config:
    text = f"""
task: {{env: "{toys}:toys/Failing-v0", kwargs: {json.dumps(kwargs)}}}
search: {{population: 4, generations: 3}}
evaluation: {{episodes: 2, shared_weights: [-1.0, 1.0], backend: local, workers: 1}}
"""
    return parse_config(text, "test")


def test_a_run_in_which_all_episodes_fail_stops_with_the_first_traceback(toys, tmp_path):
    folder = tmp_path / "run"
    with pytest.raises(EvaluationError, match="all 16 episodes of generation 1 failed") as caught:
        start(failing(toys, how="raise in step", always=True), folder, "test")
    assert "\n" not in str(caught.value)
    assert str(folder / "log.txt") in str(caught.value)
    log = (folder / "log.txt").read_text()
    assert "Traceback" in log
    assert "RuntimeError: step of seed" in log
    assert log.count("Traceback") == 1
    assert read_manifest(folder)["status"] == "failed"
    assert rows_of(folder) == []
    assert not list((folder / "checkpoints").iterdir())


def test_a_run_in_which_some_episodes_fail_goes_on_and_counts_them(toys, tmp_path):
    outcome = start(failing(toys, how="nan reward"), tmp_path / "run", "test")
    assert outcome.status == "finished"
    failed = 0
    for generation in (1, 2, 3):
        failed += 4 * 2 * int((episode_seeds(0, Purpose.SEARCH, 2, generation) % 2).sum())
    odd = int((episode_seeds(0, Purpose.SELECT, 32) % 2).sum())
    assert outcome.state.failed == failed + len(outcome.state.tested) * 2 * odd
    rows = read_history(tmp_path / "run" / "history.csv")
    assert rows[-1].failed == outcome.state.failed > 0
    assert np.isfinite([rows[-1].best, rows[-1].median, rows[-1].peak]).all()


def test_nothing_is_made_for_a_task_that_cannot_be_built(tmp_path):
    with pytest.raises(UnknownEnvironment):
        start(config_with("task.env=CartPoll-v1"), tmp_path / "run", "test")
    assert not (tmp_path / "run").exists()


def test_a_folder_in_use_is_left_alone(whole):
    before = everything(whole.folder)
    with pytest.raises(RunExists):
        start(config_with(), whole.folder, "test")
    assert everything(whole.folder) == before


def test_a_run_through_the_real_environment_is_reproducible(tmp_path):
    config = config_with(
        "task.compiled=false", "task.max_episode_steps=10", "search.population=4", "search.generations=2"
    )
    outcomes = [start(config, tmp_path / name, "test") for name in "ab"]
    assert rows_of(outcomes[0].folder) == rows_of(outcomes[1].folder)
    assert outcomes[0].compiled is False


def test_the_workers_end_with_the_run(whole):
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("wann")]
