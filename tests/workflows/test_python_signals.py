"""Signals in a script: what runs long saves and passes the signal on, to whoever would have had it."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import wann
from wann.config import parse_config, parse_prune_config
from wann.records.manifest import read_manifest
from wann.workflows.build import build_task
from wann.workflows.interruption import answering, interruption
from wann.workflows.pruning.prune import start as prune
from wann.workflows.pruning.watcher import SilentPruning
from wann.workflows.search.seeds import evolve_seeds
from wann.workflows.search.verify import verify
from wann.workflows.search.watcher import Silent

TEXT = """
task: {env: CartPole-v1, max_episode_steps: 20}
search: {population: 8, generations: 1000}
evaluation: {episodes: 1, backend: local, workers: 1}
"""
PRUNING = """
task: {dataset: digits}
model: {hidden: [4]}
training: {epochs: 1}
prune: {recipes: [magnitude, random], densities: [0.5], seeds: [0]}
evaluation: {backend: local, workers: 1}
"""
NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Sending(Silent):
    """Sends itself signals after the second generation or iteration."""

    def __init__(self, *numbers: int) -> None:
        self.numbers = numbers

    def generation(self, info: Any) -> None:
        if info.generation == 2:
            for number in self.numbers:
                signal.raise_signal(number)

    def iteration(self, info: Any) -> None:
        if info.iteration == 2:
            for number in self.numbers:
                signal.raise_signal(number)


class SendingCells(SilentPruning):
    """Sends itself a signal after the first cell."""

    def __init__(self, number: int) -> None:
        self.number = number

    def cell(self, row: Any, done: int, total: int) -> None:
        if done == 1:
            signal.raise_signal(self.number)


@pytest.fixture
def handlers():
    """Puts back what a test installs."""
    before = [signal.getsignal(number) for number in NUMBERS]
    yield
    for number, handler in zip(NUMBERS, before, strict=True):
        signal.signal(number, handler)


def evolve(folder: Path, *numbers: int) -> wann.Run:
    return wann.evolve(parse_config(TEXT, "t"), run_dir=folder, watcher=Sending(*numbers))


def resume(folder: Path, number: int) -> Any:
    wann.evolve(parse_config(TEXT, "t"), run_dir=folder, overrides=("search.generations=1",))
    return wann.resume(folder, generations=1000, watcher=Sending(number))


def tune(folder: Path, number: int) -> Any:
    text = TEXT + "topology: {hidden: [2]}"
    quick = {"iterations": 500, "episodes": 1}
    return wann.tune(parse_config(text, "t"), settings=quick, run_dir=folder, watcher=Sending(number))


def prune_all(folder: Path, number: int) -> Any:
    return prune(parse_prune_config(PRUNING, "t"), folder, "t", SendingCells(number))


def seeds(folder: Path, *numbers: int) -> Any:
    def own(config: Any) -> Path:
        return folder if config.run.seed == 0 else folder.with_name("second")

    return evolve_seeds(parse_config(TEXT, "t"), [0, 1], own, "t", Sending(*numbers))


LONG: list[Callable[[Path, int], Any]] = [evolve, resume, tune, prune_all, seeds]


@pytest.mark.parametrize("run", LONG)
def test_ctrl_c_saves_and_is_raised(tmp_path, run, handlers):
    before = [signal.getsignal(number) for number in NUMBERS]
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "run", signal.SIGINT)
    assert read_manifest(tmp_path / "run")["status"] == "interrupted"
    assert [signal.getsignal(number) for number in NUMBERS] == before
    assert not (tmp_path / "second").exists()


@pytest.mark.parametrize("run", LONG)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_handler_of_the_users_is_called_once_all_is_saved(tmp_path, run, number, handlers):
    if run is prune_all and number == signal.SIGHUP:
        pytest.skip("one signal is enough for what takes seconds")
    met: list[tuple[int, str]] = []

    def handler(signum: int, frame: object) -> None:
        met.append((signum, read_manifest(tmp_path / "run")["status"]))

    signal.signal(number, handler)
    run(tmp_path / "run", number)
    assert met == [(number, "interrupted")]
    assert signal.getsignal(number) is handler


def build_in_spite_of_ctrl_c(section: Any) -> Any:
    with suppress(KeyboardInterrupt):  # as LLVM's callbacks do
        signal.raise_signal(signal.SIGINT)
    return build_task(section)


def test_ctrl_c_while_the_task_is_built_is_not_lost(tmp_path, handlers, monkeypatch):
    monkeypatch.setattr("wann.workflows.search.evolve.build_task", build_in_spite_of_ctrl_c)
    with pytest.raises(KeyboardInterrupt):
        evolve(tmp_path / "run")
    assert read_manifest(tmp_path / "run")["status"] == "interrupted"


def test_ctrl_c_before_the_first_seed_stops_that_and_all_others(tmp_path, handlers, monkeypatch):
    monkeypatch.setattr("wann.workflows.search.seeds.build_task", build_in_spite_of_ctrl_c)
    with pytest.raises(KeyboardInterrupt):
        seeds(tmp_path / "run")
    assert read_manifest(tmp_path / "run")["status"] == "interrupted"
    assert not (tmp_path / "second").exists()


def test_ctrl_c_while_a_tuning_is_put_together_is_not_lost(tmp_path, handlers, monkeypatch):
    config = parse_config(TEXT.replace("1000}", "2}"), "t")
    wann.evolve(config, run_dir=tmp_path / "run")
    monkeypatch.setattr("wann.workflows.tuning.job.build_task", build_in_spite_of_ctrl_c)
    with pytest.raises(KeyboardInterrupt):
        wann.tune(tmp_path / "run", settings={"iterations": 50, "episodes": 1})
    assert not (tmp_path / "run" / "tuned.json").exists()


def test_a_replay_ends_at_once_and_leaves_the_run_as_it_was(tmp_path, handlers):
    folder = tmp_path / "run"
    wann.evolve(parse_config(TEXT, "t"), run_dir=folder, overrides=("search.generations=4",))
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(KeyboardInterrupt):
        verify(folder, watcher=Sending(signal.SIGINT))
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_a_handler_that_ends_the_script_does(tmp_path, handlers):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
    with pytest.raises(SystemExit, match="7"):
        evolve(tmp_path / "run", signal.SIGTERM)
    assert read_manifest(tmp_path / "run")["sessions"][0]["generation"] == 2


def test_what_is_ignored_stays_ignored(tmp_path, handlers):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    config = parse_config(TEXT.replace("1000}", "4}"), "t")
    assert wann.evolve(config, run_dir=tmp_path / "run", watcher=Sending(signal.SIGINT)).status == "finished"


def test_a_second_one_stops_at_once_and_meets_the_handler_too(tmp_path, handlers):
    met: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: met.append(number))
    with pytest.raises(KeyboardInterrupt):
        evolve(tmp_path / "run", signal.SIGTERM, signal.SIGTERM)
    assert (met, read_manifest(tmp_path / "run")["status"]) == ([signal.SIGTERM], "interrupted")


def test_a_second_one_waits_for_what_is_being_saved(handlers):
    saved = []

    def save() -> None:
        with interruption(Silent()) as asked, asked.held():
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)
            saved.append(True)

    with pytest.raises(KeyboardInterrupt):
        save()
    assert saved
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_outlives_an_error(handlers):
    def fail() -> None:
        with interruption(Silent()):
            signal.raise_signal(signal.SIGINT)
            raise OSError("the disk is full")

    with pytest.raises(KeyboardInterrupt):
        fail()


def test_a_command_answers_it_instead(handlers):
    with answering(), interruption(Silent()) as asked:
        signal.raise_signal(signal.SIGINT)
    assert asked.is_set()
    with pytest.raises(KeyboardInterrupt), interruption(Silent()):  # not beyond the command
        signal.raise_signal(signal.SIGINT)


def test_nothing_is_installed_in_another_thread(tmp_path):
    before, during = [signal.getsignal(number) for number in NUMBERS], []

    def work() -> None:
        with interruption(Silent()) as asked:
            during.extend([signal.getsignal(number) for number in NUMBERS])
            assert not asked.is_set()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert during == before


SCRIPT = """
import os, signal, sys
import wann
from wann.workflows.search.watcher import Silent

class Sending(Silent):
    def generation(self, info):
        if info.generation == 2:
            os.kill(os.getpid(), int(sys.argv[2]))

if __name__ == "__main__":
    for seed in range(3):
        print(seed, flush=True)
        wann.evolve(sys.argv[1] + "/t.yaml", seed=seed, run_dir=f"{sys.argv[1]}/{seed}", watcher=Sending(),
                    backend=sys.argv[3], workers=1)
"""


@pytest.mark.parametrize(
    ("number", "backend"), [(signal.SIGINT, "local"), (signal.SIGTERM, "local"), (signal.SIGTERM, "ray")]
)
def test_a_loop_over_seeds_ends_by_the_signal(tmp_path, number, backend):
    if backend == "ray":  # which puts a handler of its own in place of others
        pytest.importorskip("ray")
    (tmp_path / "t.yaml").write_text(TEXT)
    command = [sys.executable, "-c", SCRIPT, str(tmp_path), str(int(number)), backend]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout) == (-number, "0\n"), done.stderr
    assert done.stderr.count("Traceback") == (number == signal.SIGINT)
    assert read_manifest(tmp_path / "0")["status"] == "interrupted"
    assert (tmp_path / "0" / "checkpoints" / "gen_000002.npz").exists()
