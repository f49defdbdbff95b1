"""Environments are used again where that changes no bit, and nowhere else."""

from __future__ import annotations

import gymnasium
import numpy as np
import pytest

from wann.evaluation.lanes import Lanes
from wann.evaluation.play import play
from wann.evaluation.players.stepped import reuse, stock
from wann.evaluation.players.stepped.known import DIFFER, SAME, known
from wann.evaluation.players.stepped.reuse import Verdict, check_reuse, settle
from wann.evaluation.players.stepped.verdicts import load, save
from wann.evaluation.pools.backends import make_pool
from wann.genome.genome import Genome
from wann.network.network import Networks
from wann.network.plan import compile_genome
from wann.tasks.environments.environment import make_environment, make_task

WIRE = Networks.of(compile_genome(Genome(1, 1, [0], [1], [2], [True], [0])))
LANES = Lanes.product(2, np.array([2, 4, 7]))
WEIGHTS = np.array([[1.0], [-0.5]])


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setattr("wann.evaluation.players.stepped.verdicts.folder", lambda: tmp_path / "verdicts")
    yield
    stock.close_idle()


def toy(toys, name, **kwargs):
    return make_task(f"{toys}:toys/{name}-v0", kwargs=kwargs)


@pytest.mark.parametrize("env", ["CartPole-v1", "MountainCar-v0"])
def test_what_keeps_nothing_is_used_again(env):
    assert check_reuse(make_task(env, max_episode_steps=30, compiled=False)).reuse


def test_what_keeps_something_is_not(toys):
    verdict = check_reuse(toy(toys, "Keeper"))
    assert not verdict.reuse
    assert "a used one differed from a new one in episode 1 of 32" in str(verdict)


def test_a_wrapper_that_keeps_something_is_seen(toys):
    wrapped = make_task("CartPole-v1", wrappers=["gymnasium.wrappers:NormalizeObservation"])
    assert not check_reuse(wrapped).reuse


def test_chance_that_no_seed_reaches_is_told_with_its_cure(toys):
    verdict = check_reuse(toy(toys, "Unseeded"))
    assert not verdict.reuse
    assert "super().reset(seed=seed)" in verdict.why


def test_an_episode_that_fails_proves_nothing(toys):
    verdict = check_reuse(toy(toys, "Failing", how="raise in step"))
    assert (verdict.reuse, "step of seed" in verdict.why) == (False, True)


def test_a_check_has_an_end(toys, tmp_path):
    task = toy(toys, "Slow", folder=str(tmp_path), length=50)
    assert "takes more than 0.05 s" in check_reuse(task, most_seconds=0.05).why


def test_a_check_holds_one_environment_at_a_time(toys):
    assert check_reuse(toy(toys, "Single")).reuse


def test_the_outcome_is_kept_for_this_environment_alone(toys, monkeypatch):
    task, asked = toy(toys, "Echo"), []

    def ask():
        asked.append(1)
        return Verdict(True, "seen")

    assert settle(task, ask).reuse
    assert settle(task, ask).why == "seen (checked before)"
    assert len(asked) == 1
    for other in (toy(toys, "Echo", length=3), make_task(task.env, wrappers=["wann_toys:Scaled"])):
        assert load(other) is None
    monkeypatch.setattr("wann.tasks.environments.versions._own_code", lambda: "edited since")
    assert load(task) is None


@pytest.mark.parametrize("content", ["", "[]", '{"reuse": 1, "why": "x"}', "\xff"])
def test_a_damaged_verdict_is_none(toys, tmp_path, content):
    task = toy(toys, "Echo")
    save(task, True, "fine")
    (file,) = (tmp_path / "verdicts").iterdir()
    file.write_text(content, "latin-1")
    assert load(task) is None


def test_a_process_that_ends_over_the_check_is_told(toys):
    verdict = settle(toy(toys, "Echo"), lambda: None)
    assert str(verdict) == "new for each episode: the check ended its process"


@pytest.mark.parametrize("env", DIFFER)
def test_what_is_known_to_differ_needs_no_check(toys, env):
    task = toy(toys, "Echo", length=4)
    object.__setattr__(task, "env", env)
    assert known(task) == (False, "known to keep something from the episode before")


def test_what_is_shipped_is_registered():
    assert all(env in gymnasium.registry for envs in SAME.values() for env in envs)
    assert not set(DIFFER) & {env for envs in SAME.values() for env in envs}


def test_what_is_known_is_so_for_its_version_and_arguments_alone(monkeypatch):
    task = make_task("CartPole-v1", compiled=False)
    monkeypatch.setattr("wann.evaluation.players.stepped.known.engine", lambda task: next(iter(SAME)))
    assert known(task)
    assert known(make_task("CartPole-v1", kwargs={"sutton_barto_reward": True})) is None
    assert known(make_task("CartPole-v1", wrappers=["wann_toys:Scaled"])) is None
    monkeypatch.setattr("wann.evaluation.players.stepped.known.engine", lambda task: "gymnasium 0.1")
    assert known(task) is None


@pytest.mark.parametrize("again", [False, True])
def test_used_or_new_gives_the_same_bits(again):
    task = make_task("CartPole-v1", compiled=False, max_episode_steps=40)
    network = Networks.of(compile_genome(Genome(4, 2, [0, 0], [1, 3], [5, 6], [True, True], [0, 1])))
    lanes = Lanes.product(2, np.arange(6))
    expected = play(make_task("CartPole-v1", max_episode_steps=40), network, WEIGHTS, lanes)
    for _ in range(2):
        played = play(task, network, WEIGHTS, lanes, again)
        assert played.returns.tobytes() == expected.returns.tobytes()
        assert played.steps.tobytes() == expected.steps.tobytes()


@pytest.mark.parametrize(("again", "made"), [(False, 6), (True, 1)])
def test_one_environment_is_there_at_a_time(toys, again, made):
    import wann_toys

    task = toy(toys, "Single")
    before = wann_toys.Single.made
    played = play(task, WIRE, WEIGHTS, LANES, again)
    assert played.error is None
    assert wann_toys.Single.made - before == made
    other = toy(toys, "Single", length=3) if not again else task
    assert play(other, WIRE, WEIGHTS, LANES, again).error is None
    stock.close_idle()
    assert wann_toys.Single.there == 0


def test_an_environment_that_failed_is_not_used_again(toys, monkeypatch):
    task, made = toy(toys, "Failing", how="raise in step"), []
    monkeypatch.setattr(
        stock, "environment_of", lambda task: made.append(1) or make_environment(task.env, task.kwargs)
    )
    returns = play(task, WIRE, WEIGHTS, Lanes.product(1, np.array([2, 3, 4, 6])), True).returns
    assert np.isnan(returns).tolist() == [[False, True, False, False]]
    assert len(made) == 2


def test_a_pool_checks_in_a_worker_and_says_what_it_found(toys):
    with make_pool(toy(toys, "Keeper", length=3), "local", 1) as pool:
        assert pool.verdict is not None
        assert not pool.verdict.reuse
        assert pool.play(WIRE, WEIGHTS, LANES).returns.tolist() == [[3.0] * 6]


def test_an_environment_that_ends_its_process_ends_no_search(toys, monkeypatch):
    with make_pool(toy(toys, "Fatal"), "local", 1) as pool:
        assert "the check ended its process" in str(pool.verdict)


def test_the_number_of_pairs_is_that_of_the_documents():
    assert reuse.PAIRS == 32
