"""As many workers as this machine has room for environments: which episodes fail is left to no chance."""

from __future__ import annotations

import socket

import numpy as np
import pytest

from wann.evaluation.lanes import Lanes
from wann.evaluation.players.stepped.verdicts import save
from wann.evaluation.pools.backends import make_pool
from wann.evaluation.room import find_room
from wann.genome.genome import Genome
from wann.genome.population import Population
from wann.network.plan import compile_population
from wann.tasks.environments.environment import make_task

NETWORKS = compile_population(Population.of([Genome(1, 1, [0], [1], [2], [True], [0])] * 12))
WEIGHTS = np.array([[-0.5], [0.25]])
LANES = Lanes.product(2, np.arange(3))


@pytest.fixture
def licensed(toys, tmp_path, monkeypatch):
    """`licensed(...)`: a task whose environments there may be only so many of."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "slots").mkdir()

    def licensed(instances: int | None = 1, **kwargs):
        kwargs["folder"] = str(tmp_path / "slots")
        return make_task(f"{toys}:toys/Licensed-v0", kwargs=kwargs, instances=instances)

    return licensed


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def check_played(task, workers: int, left: int) -> list[str]:
    said: list[str] = []
    save(task, True, "as the test says")
    with make_pool(task, "local", workers, said.append) as pool:
        assert pool.workers == left
        for _ in range(2):
            played = pool.play(NETWORKS, WEIGHTS, LANES)
            assert played.error is None
            assert played.returns.tolist() == [[-1.0] * 3 + [0.5] * 3] * 12
    return said


def test_a_fixed_port_is_opened_by_one_worker_and_no_episode_fails(licensed):
    (told,) = check_played(licensed(port=free_port()), 2, 1)
    assert "Address already in use" in told
    assert "1 worker plays, which changes no result" in told
    assert "\n" not in told


def test_two_licences_are_two_workers(licensed, tmp_path):
    workers, told = find_room(licensed(most=2), 3)
    assert workers == 2
    assert told
    assert "while 2 are open" in told
    assert "no licence is left" in told
    assert not list((tmp_path / "slots").iterdir())  # all are closed again


@pytest.mark.parametrize("how", ["late", "deadly"])
def test_what_is_opened_by_reset_or_ends_the_process_is_found_too(licensed, how):
    workers, told = find_room(licensed(**{how: True}), 2)
    assert workers == 1
    assert told


def test_one_that_waits_for_another_holds_nothing_up(licensed, monkeypatch):
    monkeypatch.setattr("wann.evaluation.room._LEAST_PATIENCE", 1.0)
    workers, told = find_room(licensed(waits=True), 2)
    assert workers == 1
    assert told
    assert "it waits; given up after" in told


def test_what_each_process_may_hold_has_every_worker(licensed):
    assert find_room(licensed(most=2), 2) == (2, None)


def test_without_the_key_or_with_one_worker_nothing_is_tried(licensed, monkeypatch):
    monkeypatch.setattr("wann.evaluation.room.Crew", None)
    assert find_room(licensed(None), 2) == (2, None)
    assert find_room(licensed(), 1) == (1, None)


def test_what_opens_nowhere_is_left_to_the_episodes_to_tell(licensed, tmp_path):
    task = licensed()
    (tmp_path / "slots" / "0").touch()  # somebody else's
    assert find_room(task, 2) == (2, None)
