"""Compiled episodes give the bits of the NumPy reference, whatever else is played at the same time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wann.evaluation.lanes import Candidate, Lanes
from wann.evaluation.play import evaluate, play
from wann.evaluation.players import rollout
from wann.evaluation.players.reference import evaluate_reference
from wann.evaluation.players.rollout import WIDTHS, block_width
from wann.genome.genome import Genome
from wann.network.plan import compile_genome, compile_population
from wann.tasks.compiled import COMPILED
from wann.tasks.environments.environment import make_task

LANE_COUNTS = (1, 7, 8, 9, 18, 24, 30, 33, 60, 100)


@pytest.fixture(params=COMPILED)
def task(request):
    return make_task(request.param, max_episode_steps=120)


def some_network(grow, task, seed, generations=25):
    return compile_genome(grow(task.n_inputs, task.n_outputs, generations, seed)[0])


def some_lanes(rng, count, rows):
    return Lanes(rng.integers(0, rows, count), rng.integers(0, 2**31, count))


def assert_same(one, other):
    assert one.returns.tobytes() == other.returns.tobytes()
    assert one.metrics["steps"].tolist() == other.metrics["steps"].tolist()


@pytest.mark.parametrize("count", LANE_COUNTS)
@pytest.mark.parametrize("per_connection", [False, True])
def test_kernel_gives_the_bits_of_the_reference(grow, task, count, per_connection):
    for seed in range(3):
        rng = np.random.default_rng([seed, count])
        network = some_network(grow, task, seed)
        weights = rng.uniform(-2, 2, (5, network.n_connections if per_connection else 1))
        candidate = Candidate("any", network, weights)
        lanes = some_lanes(rng, count, 5)
        assert_same(evaluate(task, candidate, lanes), evaluate_reference(task, candidate, lanes))


def test_the_lane_counts_above_meet_every_width_but_the_queue_too():
    assert {block_width(count) for count in LANE_COUNTS} == set(WIDTHS)
    assert any(count > block_width(count) for count in LANE_COUNTS)


def test_kernel_gives_the_bits_of_the_reference_over_whole_episodes(grow):
    for env in COMPILED:
        task = make_task(env)
        candidate = Candidate.shared("any", some_network(grow, task, 3), [-1.0, 0.5, 2.0])
        lanes = Lanes.product(3, np.arange(6))
        assert_same(evaluate(task, candidate, lanes), evaluate_reference(task, candidate, lanes))


@pytest.mark.parametrize("weight", [0.0, 1e6, -1e6, 1e-300])
def test_kernel_gives_the_bits_of_the_reference_for_extreme_weights(grow, task, weight):
    candidate = Candidate.shared("any", some_network(grow, task, 5, 40), [weight])
    lanes = Lanes.product(1, np.arange(10))
    result = evaluate(task, candidate, lanes)
    assert np.isfinite(result.returns).all()
    assert_same(result, evaluate_reference(task, candidate, lanes))


@pytest.mark.parametrize("per_connection", [False, True])
def test_a_network_without_connections_plays(task, per_connection):
    network = compile_genome(Genome(task.n_inputs, task.n_outputs, [0] * task.n_outputs, [], [], [], []))
    candidate = Candidate("empty", network, np.zeros((2, 0 if per_connection else 1)))
    lanes = Lanes.product(2, np.arange(5))
    assert_same(evaluate(task, candidate, lanes), evaluate_reference(task, candidate, lanes))


@given(seed=st.integers(0, 10**6), count=st.integers(2, 130), data=st.data())
def test_a_lane_does_not_depend_on_the_other_lanes(grow, seed, count, data):
    task = make_task(list(COMPILED)[seed % len(COMPILED)], max_episode_steps=60)
    rng = np.random.default_rng(seed)
    weights = rng.uniform(-2, 2, (4, 1))
    candidate = Candidate("any", some_network(grow, task, seed), weights)
    lanes = some_lanes(rng, count, 4)
    together = evaluate(task, candidate, lanes)
    order = np.array(data.draw(st.lists(st.integers(0, count - 1), min_size=1, max_size=40)))
    some = evaluate(task, candidate, Lanes(lanes.weight_row[order], lanes.episode_seed[order]))
    assert some.returns.tobytes() == together.returns[order].tobytes()
    assert some.metrics["steps"].tolist() == together.metrics["steps"][order].tolist()


def test_a_network_does_not_depend_on_the_other_networks(grow, task):
    networks = compile_population(grow(task.n_inputs, task.n_outputs, 25, seed=8))
    weights, lanes = np.array([[-1.0], [0.7]]), Lanes.product(2, np.arange(9))
    together = play(task, networks, weights, lanes)
    for k, network in enumerate(networks):
        alone = evaluate(task, Candidate("one", network, weights), lanes)
        assert alone.returns.tobytes() == together.returns[k].tobytes()
        assert alone.metrics["steps"].tolist() == together.steps[k].tolist()


def test_nothing_that_is_given_is_changed(grow, task):
    networks = compile_population(grow(task.n_inputs, task.n_outputs, 25, seed=8))
    weights, lanes = np.array([[-1.0], [0.7]]), Lanes.product(2, np.arange(9))
    given = [networks.codes, networks.indptr, networks.sources, weights, lanes.weight_row, lanes.episode_seed]
    before = [array.copy() for array in given]
    play(task, networks, weights, lanes)
    assert all(np.array_equal(a, b) for a, b in zip(given, before, strict=True))


@given(st.integers(1, 100_000))
def test_the_block_width_is_a_compiled_one_and_no_whole_block_is_wasted(count):
    width = block_width(count)
    assert width in WIDTHS
    assert width == WIDTHS[0] or width // 2 < count


@pytest.mark.parametrize("width", WIDTHS)
def test_an_exact_fit_is_taken(width):
    assert block_width(width) == width


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("count", [3, 70])
def test_any_width_gives_the_same_bits(grow, task, width, count, monkeypatch):
    candidate = Candidate.shared("any", some_network(grow, task, 4), [-1.0, 0.7])
    lanes = some_lanes(np.random.default_rng(0), count, 2)
    expected = evaluate(task, candidate, lanes)
    monkeypatch.setattr(rollout, "block_width", lambda _: width)
    assert_same(evaluate(task, candidate, lanes), expected)
