"""Whole tunings: what they write, what they choose, and the same bits however often they were stopped."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import wann
from wann.config import TaskConfig
from wann.errors import EvaluationError, OutputError, RunBusy, RunNotFound, TuneError, WannError
from wann.evaluation.lanes import Candidate, Lanes
from wann.evaluation.play import evaluate
from wann.evaluation.pools.backends import make_pool
from wann.genome.genome import Genome
from wann.judging.regimes import TUNE_EPISODES, judge
from wann.network.plan import compile_genome
from wann.records.network.file import NetworkFile
from wann.records.tuning.files import TuningFiles
from wann.seeding import Purpose, episode_seeds
from wann.workflows.build import build_task
from wann.workflows.interruption import answering
from wann.workflows.judge import test as judge_file
from wann.workflows.search.watcher import Silent
from wann.workflows.tuning.tune import tune

CARTPOLE = TaskConfig(env="CartPole-v1", max_episode_steps=60)
QUICK = {"iterations": 12, "population": 6, "episodes": 2}


class Notes(Silent):
    """Keeps what a watcher is told, and calls something after an iteration."""

    def __init__(self, last: int | None = None, how=lambda: None) -> None:
        self.notes: list[str] = []
        self.iterations: list[int] = []
        self.last, self.how = last, how

    def note(self, text: str) -> None:
        self.notes.append(text)

    def iteration(self, info) -> None:
        self.iterations.append(info.iteration)
        if info.iteration == self.last:
            self.how()


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


@pytest.fixture
def genome(grow, tmp_path) -> Path:
    """A network file for a short CartPole."""
    path = tmp_path / "net.json"
    NetworkFile(CARTPOLE, grow(4, 2, 14, seed=8)[2], provenance={"shared_weights": [-1, 1]}).save(path)
    return path


def copy_of(path: Path, folder: Path) -> Path:
    folder.mkdir()
    copy = folder / path.name
    copy.write_bytes(path.read_bytes())
    return copy


def whole(genome: Path, folder: Path, method: str = "cma") -> bytes:
    """What an undisturbed tuning writes."""
    return tune(copy_of(genome, folder), method, QUICK, seed=5).job.output.read_bytes()


# What is written


@pytest.mark.parametrize("method", ["cma", "reinforce"])
def test_a_tuned_file_says_what_it_is(genome, method):
    outcome = tune(genome, method, QUICK, seed=5)
    assert outcome.status == "finished"
    assert outcome.job.output == genome.with_name("net.tuned.json")
    before, after = NetworkFile.load(genome), NetworkFile.load(outcome.job.output)
    assert after.genome == before.genome
    assert after.task == before.task
    known = after.provenance
    assert (known["method"], known["seed"], known["iterations"]) == (method, 5, 12)
    assert known["settings"]["population"] == 6
    assert "iterations" not in known["settings"]
    assert known["shared_weights"] == [-1, 1]
    assert known["tuned_from"] == before.provenance
    assert known["start"] == "shared"
    rows = outcome.state.rows
    assert [row.iteration for row in rows] == list(range(1, 13))
    text = (genome.parent / "net.tuning.csv").read_text().splitlines()
    assert len(text) == 13


def test_it_begins_at_the_shared_weight_of_regime_3(genome):
    outcome = tune(genome, "cma", QUICK, seed=5)
    task, network = build_task(CARTPOLE), outcome.job.network
    with make_pool(task, workers=1) as pool:
        expected = judge(pool, network, [1.0], 3, seed=5).tuned_weight
    assert outcome.file is not None
    assert outcome.file.shared_weight == expected
    assert outcome.state.start.tolist() == [expected] * network.n_connections


def test_the_weights_earn_what_is_said_on_the_common_episodes(genome):
    outcome = tune(genome, "cma", QUICK, seed=5)
    file, network = outcome.file, outcome.job.network
    assert file is not None
    weights = file.connection_weights(network)
    assert weights is not None
    seeds = episode_seeds(5, Purpose.TUNE, TUNE_EPISODES)
    played = evaluate(build_task(CARTPOLE), Candidate("tuned", network, weights), Lanes.product(1, seeds))
    assert file.provenance["select_mean"] == pytest.approx(played.mean, rel=1e-12)
    assert file.provenance["select_mean"] >= outcome.state.rows[0].select


def test_connections_that_lead_nowhere_keep_the_shared_weight(tmp_path):
    path = tmp_path / "net.json"
    source, target = [2, 1, 2, 3, 4, 7, 0, 3], [8, 5, 6, 7, 7, 5, 6, 6]  # nothing comes from node 8
    enabled = [True, True, True, True, False, True, True, True]
    NetworkFile(CARTPOLE, Genome(4, 2, [0, 0, 4, 8], source, target, enabled, range(8))).save(path)
    outcome = tune(path, "cma", QUICK)
    file, network = outcome.file, outcome.job.network
    assert file is not None
    assert file.weights is not None
    live = np.zeros(len(file.genome.source), bool)
    live[network.genes] = True
    idle = ~live[file.genome.enabled]
    assert idle.tolist() == [True] + [False] * 6
    assert (file.weights[idle] == file.shared_weight).all()
    assert not (file.weights[~idle] == file.shared_weight).all()


def test_every_episode_is_counted(genome):
    outcome = tune(genome, "cma", QUICK)
    assert outcome.file is not None
    grid, start, last = 401 * TUNE_EPISODES, TUNE_EPISODES, TUNE_EPISODES
    judged = 2 * TUNE_EPISODES  # after iteration 10
    played = grid + start + 12 * 6 * 2 + judged + last
    assert outcome.file.provenance["evaluations"] == outcome.state.evaluations == played
    assert played <= outcome.file.provenance["env_steps"] <= 60 * played


def test_test_shows_the_tuned_weights_as_regime_4(genome):
    tune(genome, "cma", QUICK)
    report = judge_file(genome, episodes=7)
    assert report.tuned_file == genome.with_name("net.tuned.json")
    assert report.judgement.tuned_weights is not None


def test_no_test_episode_plays_a_part(genome, monkeypatch):
    from wann.evaluation.pools import pools

    seen: set[int] = set()
    play = pools.ChunkedPool.play

    def watched(self, networks, weights, lanes):
        seen.update(lanes.episode_seed.tolist())
        return play(self, networks, weights, lanes)

    monkeypatch.setattr(pools.ChunkedPool, "play", watched)
    tune(genome, "cma", QUICK, seed=5)
    assert seen
    assert {seed >> 28 for seed in seen} == {int(Purpose.TUNE)}
    assert not seen & set(episode_seeds(5, Purpose.TEST, 1000).tolist())


# Where it begins


def test_a_file_with_weights_goes_on_from_them(genome):
    file = NetworkFile.load(genome)
    weights = np.random.default_rng(0).normal(size=int(file.genome.enabled.sum()))
    NetworkFile(file.task, file.genome, weights=weights).save(genome)
    outcome = tune(genome, "cma", QUICK)
    network = outcome.job.network
    expected = NetworkFile.load(genome).connection_weights(network)
    assert expected is not None
    assert outcome.state.start.tolist() == expected[0].tolist()
    assert outcome.job.start == "weights"
    assert outcome.file is not None
    assert outcome.file.shared_weight is None
    shared = tune(genome, "cma", QUICK, start="shared", output=genome.with_name("other.json"))
    assert len(set(shared.state.start)) == 1


def test_a_start_that_is_never_beaten_is_the_result(genome, tmp_path):
    # CartPole at all 60 steps cannot be beaten
    best = tune(genome, "cma", {**QUICK, "iterations": 40, "sigma": 0.5})
    if best.state.score < 60:
        pytest.skip("not solved")
    again = tune(best.job.output, "cma", QUICK)
    assert again.state.source == "start"
    assert again.file is not None
    assert again.file.weights is not None
    assert best.file is not None
    assert again.file.weights.tolist() == best.file.weights.tolist()


# Stopping and going on


def test_seeds_and_workers(genome, tmp_path):
    expected = whole(genome, tmp_path / "a")
    one = tune(copy_of(genome, tmp_path / "b"), "cma", QUICK, seed=5, workers=1)
    assert one.job.output.read_bytes() == expected
    other = tune(copy_of(genome, tmp_path / "c"), "cma", QUICK, seed=6)
    assert other.file is not None
    assert other.file.weights is not None
    (tmp_path / "expected.json").write_bytes(expected)
    former = NetworkFile.load(tmp_path / "expected.json").weights
    assert former is not None
    assert other.file.weights.tolist() != former.tolist()


@pytest.mark.parametrize("method", ["cma", "reinforce"])
@pytest.mark.parametrize("last", [1, 10, 11])
def test_an_interrupted_tuning_goes_on_to_the_same_bits(genome, tmp_path, method, last):
    expected = whole(genome, tmp_path / "whole", method)
    before = signal.getsignal(signal.SIGINT)
    with answering():
        outcome = tune(genome, method, QUICK, seed=5, watcher=Notes(last, interrupt))
    assert (outcome.status, outcome.state.iteration, outcome.file) == ("interrupted", last, None)
    assert not genome.with_name("net.tuned.json").exists()
    assert signal.getsignal(signal.SIGINT) == before
    notes = Notes()
    again = tune(genome, method, QUICK, seed=5, watcher=notes)
    assert notes.iterations == list(range(last + 1, 13))
    assert again.job.output.read_bytes() == expected


def test_stopping_after_every_iteration_changes_nothing(genome, tmp_path):
    expected = whole(genome, tmp_path / "whole")
    for total in range(1, 13):
        outcome = tune(genome, "cma", {**QUICK, "iterations": total}, seed=5)
        assert (outcome.status, outcome.state.iteration) == ("finished", total)
    assert outcome.job.output.read_bytes() == expected


def test_a_finished_tuning_says_so_and_changes_nothing(genome):
    first = tune(genome, "cma", QUICK)
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in genome.parent.glob("net.*")}
    for iterations in (12, 3):
        notes = Notes()
        again = tune(genome, "cma", {**QUICK, "iterations": iterations}, watcher=notes)
        assert again.status == "finished"
        assert again.file is not None
        assert first.file is not None
        assert again.file.to_json() == first.file.to_json()
        (note,) = notes.notes
        assert "nothing to do" in note
        assert "12 iterations" in note
    assert before == {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in genome.parent.glob("net.*")}


def test_a_result_that_was_lost_is_written_again(genome):
    output = tune(genome, "cma", QUICK).job.output
    expected = output.read_bytes()
    output.unlink()
    notes = Notes()
    assert tune(genome, "cma", QUICK, watcher=notes).job.output.read_bytes() == expected
    assert notes.iterations == []


def test_a_damaged_checkpoint_is_said_and_begun_anew(genome, tmp_path):
    expected = whole(genome, tmp_path / "whole")
    with answering():
        tune(genome, "cma", QUICK, seed=5, watcher=Notes(4, interrupt))
    checkpoint = genome.with_name("net.tuning.npz")
    checkpoint.write_bytes(checkpoint.read_bytes()[:200])
    notes = Notes()
    outcome = tune(genome, "cma", QUICK, seed=5, watcher=notes)
    assert "beginning anew" in notes.notes[0]
    assert notes.iterations == list(range(1, 13))
    assert outcome.job.output.read_bytes() == expected
    assert genome.with_name("net.tuning.damaged").exists()


def test_other_settings_are_not_mixed_with_what_was_begun(genome):
    with answering():
        tune(genome, "cma", QUICK, watcher=Notes(2, interrupt))
    with pytest.raises(TuneError, match=r"population 6, now 8\); --restart begins anew"):
        tune(genome, "cma", {**QUICK, "population": 8})
    with pytest.raises(TuneError, match="method cma, now reinforce"):
        tune(genome, "reinforce", QUICK)
    file = NetworkFile.load(genome)
    NetworkFile(file.task, file.genome, provenance={"other": 1}).save(genome)
    assert tune(genome, "cma", QUICK).status == "finished"  # where it came from is no part of it
    other = Genome(4, 2, [0, 0], [1, 2], [5, 6], [True, True], [0, 1])
    NetworkFile(file.task, other).save(genome)
    with pytest.raises(TuneError, match="is of another tuning"):
        tune(genome, "cma", QUICK)
    outcome = tune(genome, "cma", {**QUICK, "population": 8}, restart=True)
    assert outcome.state.iteration == 12


def test_a_file_that_no_tuning_made_is_not_overwritten(genome):
    path = genome.with_name("precious.json")
    path.write_text("mine")
    with pytest.raises(OutputError, match="without the tuning that made it"):
        tune(genome, "cma", QUICK, output=path)
    assert path.read_text() == "mine"
    assert tune(genome, "cma", QUICK, output=path, restart=True).status == "finished"


def test_two_at_once_are_refused(genome):
    job = tune(genome, "cma", QUICK).job
    with TuningFiles(job.output, job.identity), pytest.raises(RunBusy):
        tune(genome, "cma", QUICK, restart=True)


def test_a_second_interruption_stops_at_once_and_loses_nothing(genome, tmp_path):
    expected = whole(genome, tmp_path / "whole")

    def twice() -> None:
        interrupt()
        interrupt()

    with pytest.raises(KeyboardInterrupt):
        tune(genome, "cma", QUICK, seed=5, watcher=Notes(5, twice))
    notes = Notes()
    assert tune(genome, "cma", QUICK, seed=5, watcher=notes).job.output.read_bytes() == expected
    assert notes.iterations[0] == 6


RUN = """
import sys, time
from wann.records.tuning import files as tuning
from wann.workflows.tuning.tune import tune
from wann.workflows.search.watcher import Silent

tuning._SECONDS_BETWEEN_CHECKPOINTS = 0.02

class Slow(Silent):
    def iteration(self, info):
        time.sleep(0.01)

settings = {"iterations": 60, "population": 6, "episodes": 2}
tune(sys.argv[1], sys.argv[2], settings, seed=5, workers=1, watcher=Slow())
"""


@pytest.mark.parametrize("method", ["cma", "reinforce"])
def test_a_tuning_that_is_killed_at_any_instant_equals_one_that_is_not(genome, tmp_path, method):
    copy = copy_of(genome, tmp_path / "whole")
    expected = tune(copy, method, {**QUICK, "iterations": 60}, seed=5).job.output.read_bytes()
    command = [sys.executable, "-c", RUN, str(genome), method]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    chance, killed = random.Random(), 0
    checkpoint = genome.with_name("net.tuning.npz")
    for _ in range(3):
        before = checkpoint.stat().st_mtime_ns if checkpoint.exists() else 0
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
        )
        patience = time.monotonic() + 120
        while process.poll() is None and (not checkpoint.exists() or checkpoint.stat().st_mtime_ns == before):
            assert time.monotonic() < patience
            time.sleep(0.005)
        time.sleep(chance.uniform(0.0, 0.3))
        process.kill()
        output, _ = process.communicate()
        assert output == ""
        killed += process.returncode == -signal.SIGKILL
    assert killed >= 1
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert genome.with_name("net.tuned.json").read_bytes() == expected


# In a run folder, and for images


def test_a_run_is_tuned_and_stays_as_it_was(tmp_path):
    from wann.config import parse_config

    text = """
task: {env: CartPole-v1, max_episode_steps: 40}
search: {population: 8, generations: 3}
evaluation: {episodes: 2, backend: local, workers: 1}
"""
    run = wann.evolve(parse_config(text, "test"), run_dir=tmp_path / "run")
    manifest = (run.folder / "manifest.json").read_bytes()
    outcome = wann.tune(run.folder, settings=QUICK, workers=1)
    assert outcome.job.output == run.folder / "tuned.json"
    assert run.tuned.genome == run.champion.genome
    assert run.tuned.provenance["method"] == "cma"
    assert (run.folder / "manifest.json").read_bytes() == manifest
    assert run.test(episodes=3).judgement.tuned_weights is not None
    assert wann.resume(run.folder, generations=4).status == "finished"


DIGITS = TaskConfig(dataset="digits")


@pytest.fixture
def classifier(tmp_path) -> Path:
    """Every pixel straight to every class, by one weight."""
    source, target = np.meshgrid(np.arange(65), 65 + np.arange(10))
    genome = Genome(64, 10, [0] * 10, source.ravel(), target.ravel(), [True] * 650, range(650))
    path = tmp_path / "net.json"
    NetworkFile(DIGITS, genome).save(path)
    return path


def test_images_are_trained_on_by_gradient(classifier):
    outcome = tune(classifier, settings={"iterations": 15})
    assert (outcome.job.method, outcome.state.source) == ("gradient", "epoch")
    report = judge_file(classifier)
    assert report.judgement.tuned_weights is not None
    # a linear model of the digits; a shared weight is no better than chance
    assert report.judgement.tuned_weights.mean > 0.9 > 0.2 > report.judgement.tuned.mean
    assert outcome.file is not None
    images = 1500  # at least so many are trained on in 15 epochs
    assert outcome.file.provenance["env_steps"] > 15 * images / 2


def test_training_on_images_goes_on_to_the_same_bits(classifier, tmp_path):
    copy = copy_of(classifier, tmp_path / "whole")
    expected = tune(copy, settings={"iterations": 5}, seed=2).job.output.read_bytes()
    with answering():
        stopped = tune(classifier, settings={"iterations": 5}, seed=2, watcher=Notes(2, interrupt))
    assert stopped.state.iteration == 2
    assert tune(classifier, settings={"iterations": 5}, seed=2).job.output.read_bytes() == expected


def test_training_that_is_over_early_says_so(classifier):
    settings = {"iterations": 50, "learning_rate": 50.0, "patience": 1, "falls": 0, "batch": 2}
    first, notes = tune(classifier, settings=settings), Notes()
    assert first.state.over
    assert first.state.iteration < 50
    assert tune(classifier, settings=settings, watcher=notes).status == "finished"
    assert "nothing to do" in notes.notes[0]


# What cannot be


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"method": "cmaes"}, "did you mean 'cma'"),
        ({"method": "gradient"}, "gradient does not fit CartPole-v1; episodes need cma or reinforce"),
        ({"settings": {"popultion": 3}}, "did you mean 'population'"),
        ({"seed": -1}, "seed: got -1"),
        ({"start": "tuned"}, "start: got 'tuned', expected one of weights, random, shared"),
        ({"start": "weights"}, "holds no weights to start with"),
        ({"output": Path("x.txt")}, "another .json file"),
    ],
)
def test_what_is_asked_for_wrongly(genome, arguments, told):
    before = sorted(genome.parent.iterdir())
    with pytest.raises(WannError, match=told) as caught:
        tune(genome, **arguments)
    assert "\n" not in str(caught.value)
    assert sorted(genome.parent.iterdir()) == before


def test_control_methods_do_not_fit_images(classifier):
    with pytest.raises(TuneError, match="cma does not fit digits; images are trained on by gradient"):
        tune(classifier, "cma")


def test_the_network_itself_is_not_overwritten(genome):
    with pytest.raises(OutputError, match="choose another -o"):
        tune(genome, output=genome)


def test_a_genome_without_live_connections(tmp_path):
    path = tmp_path / "net.json"
    for genome in (
        Genome(4, 2, [0, 0], [], [], [], []),
        Genome(4, 2, [0, 0, 1], [1, 7], [7, 5], [True, False], [0, 1]),
    ):
        NetworkFile(CARTPOLE, genome).save(path)
        with pytest.raises(TuneError, match="no live connections, so there is nothing to tune"):
            tune(path)


def test_a_network_that_is_not_there(tmp_path):
    with pytest.raises(RunNotFound):
        tune(tmp_path / "none.json")


def test_where_all_episodes_fail_it_stops(toys, tmp_path):
    task = TaskConfig(env=f"{toys}:toys/Failing-v0", kwargs={"how": "raise in step", "always": True})
    path = tmp_path / "net.json"
    NetworkFile(task, Genome(1, 1, [0], [0, 1], [2, 2], [True, True], [0, 1])).save(path)
    with pytest.raises(EvaluationError, match="all 8 episodes of iteration 1 failed"):
        tune(path, "cma", {"population": 4, "episodes": 2}, start="random", workers=1)


def test_failed_episodes_are_counted_and_noted(toys, tmp_path):
    task = TaskConfig(env=f"{toys}:toys/Failing-v0", kwargs={"how": "nan reward"})
    path, notes = tmp_path / "net.json", Notes()
    NetworkFile(task, Genome(1, 1, [0], [0, 1], [2, 2], [True, True], [0, 1])).save(path)
    settings = {"population": 4, "episodes": 2, "iterations": 3}
    outcome = tune(path, "cma", settings, start="random", workers=1, watcher=notes)
    assert outcome.file is not None
    assert outcome.file.provenance["failed"] == outcome.state.failed > 0
    assert [note for note in notes.notes if note.startswith("episodes fail; the first: ")]


def test_the_workers_end_with_the_tuning(genome):
    tune(genome, "cma", QUICK)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("wann")]


def test_a_network_without_hidden_nodes_is_planned_as_everywhere(genome):
    # the weights are in the order of the file's enabled connections, whatever the plan's order is
    outcome = tune(genome, "cma", QUICK)
    assert outcome.file is not None
    again = compile_genome(NetworkFile.load(outcome.job.output).genome)
    found = NetworkFile.load(outcome.job.output).connection_weights(again)
    assert found is not None
    assert found[0].tolist() == outcome.state.weights.tolist()
