"""Classification: the kernel against NumPy's reference, and the loss against its definition."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import log_softmax

from wann.evaluation.lanes import Candidate, Lanes
from wann.evaluation.play import evaluate, play
from wann.evaluation.players.classify import classify_split
from wann.evaluation.players.reference import classify_reference
from wann.evaluation.pools.backends import make_pool
from wann.evaluation.pools.pools import ThreadPool, evaluate_in
from wann.network.network import Networks
from wann.network.plan import compile_genome, compile_population
from wann.network.reference import forward
from wann.seeding import Purpose, episode_seeds
from wann.tasks.classification import batch, make_classification

WEIGHTS = np.array([[-2.0], [-0.5], [1.0]])


@pytest.fixture(scope="module")
def task():
    return make_classification("digits", batch_size=100)


@pytest.fixture(scope="module")
def networks(grow):
    return compile_population(grow(64, 10, 40, seed=3, size=7))


def lanes(n_weights: int, *purposes: Purpose) -> Lanes:
    seeds = np.concatenate([episode_seeds(0, purpose, 1) for purpose in purposes])
    return Lanes.product(n_weights, seeds)


def test_the_loss_is_the_mean_cross_entropy(task, networks):
    where = lanes(3, Purpose.SEARCH)
    found = play(task, networks, WEIGHTS, where)
    split = batch(task, int(where.episode_seed[0]))
    for k, network in enumerate(networks):
        for row, weight in enumerate(WEIGHTS):
            outputs = forward(network, np.repeat(weight[None], len(split), 0), split.images.astype(float))
            chosen = log_softmax(outputs, axis=1)[np.arange(len(split)), split.labels]
            assert found.returns[k, row] == pytest.approx(chosen.mean(), abs=1e-12, rel=1e-12)
            assert found.accuracy[k, row] == np.mean(outputs.argmax(axis=1) == split.labels)
    assert (found.steps == 100).all()


def test_the_kernel_gives_the_references_bits(task, networks):
    where = lanes(3, Purpose.SEARCH, Purpose.SELECT)
    for network in networks:
        candidate = Candidate("one", network, WEIGHTS)
        found, expected = evaluate(task, candidate, where), classify_reference(task, candidate, where)
        assert found.returns.tobytes() == expected.returns.tobytes()
        assert found.metrics["accuracy"].tobytes() == expected.metrics["accuracy"].tobytes()


def test_a_weight_for_each_connection(task, grow):
    network = compile_genome(grow(64, 10, 40, seed=5)[0])
    rows = np.random.default_rng(0).uniform(-2, 2, (4, network.n_connections))
    candidate = Candidate("one", network, rows)
    where = lanes(4, Purpose.TUNE)
    found, expected = evaluate(task, candidate, where), classify_reference(task, candidate, where)
    assert found.returns.tobytes() == expected.returns.tobytes()
    same = np.repeat(0.75, network.n_connections)[None]
    shared = evaluate(task, Candidate("one", network, np.array([[0.75]])), lanes(1, Purpose.TUNE))
    spread = evaluate(task, Candidate("one", network, same), lanes(1, Purpose.TUNE))
    np.testing.assert_allclose(shared.returns, spread.returns, atol=1e-12)


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_pools_give_the_serial_results(task, networks, workers):
    where = lanes(3, Purpose.SEARCH)
    serial = play(task, networks, WEIGHTS, where)
    with ThreadPool(task, workers) as pool:
        found = pool.play(networks, WEIGHTS, where)
        one = Candidate("one", networks[2], WEIGHTS)
        assert evaluate_in(pool, one, where).returns.tobytes() == evaluate(task, one, where).returns.tobytes()
    assert found.returns.tobytes() == serial.returns.tobytes()
    assert found.accuracy.tobytes() == serial.accuracy.tobytes()


def test_ray_gives_the_serial_results(task, networks):
    where = lanes(3, Purpose.SEARCH)
    with make_pool(task, "ray", 2) as pool:
        found = pool.play(networks, WEIGHTS, where)
    serial = play(task, networks, WEIGHTS, where)
    assert found.returns.tobytes() == serial.returns.tobytes()
    assert found.accuracy.tobytes() == serial.accuracy.tobytes()


def test_answers_are_the_first_largest_output(task, networks):
    split = task.data.test
    _, correct, answers = classify_split(networks, WEIGHTS, np.arange(3), split, keep=True)
    outputs = forward(networks[1], np.full((len(split), 1), 1.0), split.images.astype(float))
    assert np.array_equal(answers[1, 2], outputs.argmax(axis=1))
    assert np.array_equal((answers == split.labels).sum(axis=2), correct)


def test_huge_outputs_keep_the_loss_finite(task, grow):
    network = compile_genome(grow(64, 10, 40, seed=6)[0])
    found = evaluate(task, Candidate("one", network, np.array([[1e6]])), lanes(1, Purpose.SEARCH))
    assert np.isfinite(found.returns).all()


def test_each_purpose_sees_its_own_images(task):
    seeds = {purpose: int(episode_seeds(3, purpose, 1)[0]) for purpose in Purpose if 2 <= purpose <= 5}
    assert batch(task, seeds[Purpose.TEST]) is task.data.test
    assert batch(task, seeds[Purpose.SELECT]) is batch(task, seeds[Purpose.TUNE]) is task.data.validation
    first, second = (batch(task, int(seed)) for seed in episode_seeds(3, Purpose.SEARCH, 2))
    assert len(first) == len(second) == 100
    assert not np.array_equal(first.images, second.images)
    rows = {image.tobytes() for image in task.data.train.images}
    assert {image.tobytes() for image in first.images} <= rows
    assert len({image.tobytes() for image in first.images}) == 100  # none twice


def test_nobody_gets_a_network_without_outputs_wrong(task):
    empty = Networks.of(compile_genome_of_nothing())
    found = play(task, empty, np.array([[1.0]]), lanes(1, Purpose.TEST))
    assert found.returns[0, 0] == pytest.approx(-np.log(10))  # ten equal outputs
    assert found.accuracy[0, 0] == np.mean(task.data.test.labels == 0)


def compile_genome_of_nothing():
    from wann.genome.genome import Genome

    return compile_genome(Genome(64, 10, [0] * 10, [1], [65], [False], [0]))
