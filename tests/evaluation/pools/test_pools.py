"""Pools: whoever evaluates, the result is that of the serial reference."""

from __future__ import annotations

import numpy as np
import pytest

from wann.evaluation.lanes import Candidate, Lanes
from wann.evaluation.play import evaluate, play
from wann.evaluation.pools.backends import make_pool
from wann.evaluation.pools.pools import ThreadPool, cores, evaluate_in
from wann.evaluation.pools.processes import ProcessPool
from wann.genome.genome import Genome
from wann.genome.population import Population
from wann.network.network import Networks
from wann.network.plan import compile_genome, compile_population
from wann.tasks.environments.environment import make_task

STRAIGHT = compile_genome(Genome(1, 1, [0], [1], [2], [True], [0]))
WEIGHTS = np.array([[-2.0], [-1.0], [0.5], [1.0]])


def same(one, other) -> bool:
    return one.returns.tobytes() == other.returns.tobytes() and one.steps.tobytes() == other.steps.tobytes()


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_threads_give_the_serial_results(grow, workers):
    task = make_task("CartPole-v1")
    lanes = Lanes.product(4, np.arange(5))
    with ThreadPool(task, workers) as pool:
        for size in (1, 2, 7, 40):
            networks = compile_population(grow(4, 2, 15, seed=size, size=size))
            assert same(pool.play(networks, WEIGHTS, lanes), play(task, networks, WEIGHTS, lanes))


@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.parametrize("per_connection", [False, True])
def test_threads_cut_the_lanes_of_a_single_network(grow, workers, per_connection):
    task = make_task("CartPole-v1")
    network = compile_genome(grow(4, 2, 15, seed=1)[0])
    rows = np.random.default_rng(0).uniform(-2, 2, (50, network.n_connections if per_connection else 1))
    candidate, lanes = Candidate("one", network, rows), Lanes.product(50, np.arange(7))
    with ThreadPool(task, workers) as pool:
        found, expected = evaluate_in(pool, candidate, lanes), evaluate(task, candidate, lanes)
    assert found.returns.tobytes() == expected.returns.tobytes()
    assert found.metrics["steps"].tolist() == expected.metrics["steps"].tolist()


@pytest.mark.parametrize("workers", [1, 2])
def test_processes_give_the_serial_results(grow, workers):
    task = make_task("Pendulum-v1", max_episode_steps=10)
    networks = compile_population(grow(3, 1, 15, seed=2, size=5))
    lanes = Lanes.product(4, np.arange(2))
    with ProcessPool(task, workers) as pool:
        assert same(pool.play(networks, WEIGHTS, lanes), play(task, networks, WEIGHTS, lanes))
        one = networks.part(slice(3, 4))
        many = Lanes.product(4, np.arange(20))
        assert same(pool.play(one, WEIGHTS, many), play(task, one, WEIGHTS, many))


def test_processes_keep_the_first_traceback_and_the_other_episodes(toys):
    task = make_task(f"{toys}:toys/Failing-v0", kwargs={"how": "raise in step"})
    lanes = Lanes.product(4, np.array([2, 9, 4, 5, 6, 8, 10]))
    with ProcessPool(task, 2) as pool:
        result = pool.play(Networks.of(STRAIGHT), WEIGHTS, lanes)
    assert np.isnan(result.returns[0]).tolist() == (lanes.episode_seed % 2 == 1).tolist()
    assert result.error is not None
    assert result.error.rstrip().endswith("step of seed 9")


def test_a_lost_process_costs_nothing(toys, tmp_path):
    task = make_task(f"{toys}:toys/Deadly-v0", kwargs={"flag": str(tmp_path / "died")})
    networks = compile_population(Population.of([Genome(1, 1, [0], [1], [2], [True], [0])] * 6))
    lanes = Lanes.product(4, np.arange(3))
    with ProcessPool(task, 2) as pool:
        result = pool.play(networks, WEIGHTS, lanes)
    assert (tmp_path / "died").exists()
    assert result.error is None
    assert result.returns.tolist() == [[-2.0] * 6 + [1.0] * 3 + [2.0] * 3] * 6


def test_a_pool_is_chosen_by_the_task():
    with make_pool(make_task("CartPole-v1"), "local", 2) as pool:
        assert isinstance(pool, ThreadPool)
        assert pool.workers == 2
    with make_pool(make_task("CartPole-v1", compiled=False), "local") as pool:
        assert isinstance(pool, ProcessPool)
        assert pool.workers == cores() >= 1
