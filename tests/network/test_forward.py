"""The compiled forward passes: the bits of the NumPy reference, which is held to plain arithmetic."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wann.activations import CODE, NAMES
from wann.evaluation.players.rollout import WIDTHS
from wann.genome.genome import Genome
from wann.network.batch import WIDTH, BatchForward
from wann.network.forward import forward_kernel
from wann.network.plan import compile_genome
from wann.network.reference import forward, node_values

PAPER_WEIGHTS = [-2.0, -1.0, -0.5, 0.5, 1.0, 2.0]
EXTREMES = [1e300, -1e300, 1e100, -1e100, 1e-300, -1e-300, 5e-324, 0.0, -0.0, 1.0, 0.5, -0.5]


def some_inputs(rng, lanes: int, n_inputs: int) -> np.ndarray:
    """Ordinary numbers, with an extreme one here and there."""
    inputs = rng.normal(size=(lanes, n_inputs)) * 10.0 ** rng.integers(-3, 4)
    extreme = rng.random(inputs.shape) < 0.3
    return np.where(extreme, rng.choice(EXTREMES, inputs.shape), inputs)


def some_weights(rng, lanes: int, count: int) -> np.ndarray:
    return np.where(rng.random((lanes, count)) < 0.9, rng.uniform(-2, 2, (lanes, count)), 0.0)


def run_kernel(network, weights: np.ndarray, inputs: np.ndarray, width: int) -> np.ndarray:
    """`(width, n_nodes)` values of every node."""
    values = np.full((network.n_nodes, width), np.nan)
    values[0] = 1.0
    values[1 : network.first_computed] = inputs.T
    flat = values.ravel()
    forward_kernel(width)(
        flat,
        np.ascontiguousarray(weights.T).ravel(),
        weights.shape[1] != 1,
        width,
        network.first_computed,
        network.codes,
        network.indptr,
        network.sources,
    )
    return flat.reshape(network.n_nodes, width).T


@pytest.mark.parametrize("per_connection", [False, True])
@pytest.mark.parametrize("width", sorted({*WIDTHS, WIDTH}))
def test_kernel_gives_the_bits_of_the_reference(random_genome, width, per_connection):
    met = set()
    for seed in range(60):
        rng = np.random.default_rng(seed)
        network = compile_genome(random_genome(seed))
        weights = some_weights(rng, width, network.n_connections if per_connection else 1)
        inputs = some_inputs(rng, width, network.n_inputs)
        expected = node_values(network, weights, inputs)
        assert np.isfinite(expected[:, network.first_computed :]).all()
        assert run_kernel(network, weights, inputs, width).tobytes() == expected.tobytes()
        met |= set(network.activations)
    assert met == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_kernel_gives_the_bits_of_the_reference_for_extreme_sums(name):
    network = compile_genome(Genome(1, 1, [CODE[name]], [0, 1], [2, 2], [False, True], [0, 1]))
    inputs = np.resize(EXTREMES, (16, 1))
    weights = np.where(np.arange(16) < 12, 1.0, -2.0)[:, None]
    expected = node_values(network, weights, inputs)
    assert run_kernel(network, weights, inputs, 16).tobytes() == expected.tobytes()
    assert np.isfinite(expected).all()


@pytest.mark.parametrize("lanes", [1, 2, 7, 63, 64])
@pytest.mark.parametrize("per_connection", [False, True])
def test_batches_of_any_size_give_the_bits_of_the_reference(random_genome, lanes, per_connection):
    for seed in range(25):
        rng = np.random.default_rng(seed)
        network = compile_genome(random_genome(seed))
        batch = BatchForward(network)
        for size in (lanes, 1, lanes):  # what an earlier call left behind plays no part
            weights = some_weights(rng, size, network.n_connections if per_connection else 1)
            inputs = some_inputs(rng, size, network.n_inputs)
            assert batch(weights, inputs).tobytes() == forward(network, weights, inputs).tobytes()


def test_a_batch_result_is_kept_when_the_next_is_computed(random_genome):
    network = compile_genome(random_genome(4, 2, 2))
    batch = BatchForward(network)
    first = batch(np.ones((3, 1)), np.ones((3, 2)))
    kept = first.copy()
    batch(np.full((3, 1), -2.0), np.full((3, 2), 5.0))
    assert first.tolist() == kept.tolist()


# The reference itself


def test_one_node_by_hand():
    # bias 0, inputs 1 2, output 3; hidden 4 = tanh
    genome = Genome(2, 1, [CODE["linear"], CODE["tanh"]], [0, 1, 2, 4], [4, 4, 3, 3], [True] * 4, range(4))
    found = forward(compile_genome(genome), np.array([[0.5], [-1.5]]), np.array([[0.2, 3.0], [1.0, -1.0]]))
    expected = [0.5 * (3.0 + math.tanh(0.5 * 1.2)), -1.5 * (-1.0 + math.tanh(-1.5 * 2.0))]
    np.testing.assert_allclose(found[:, 0], expected, rtol=1e-14)


def test_connection_weights_go_with_their_connections():
    genome = Genome(2, 1, [CODE["linear"]], [2, 0, 1], [3, 3, 3], [True] * 3, range(3))
    network = compile_genome(genome)
    by_gene = np.array([100.0, 1.0, 10.0])  # from input 2, the bias, input 1
    found = forward(network, by_gene[network.genes][None], np.array([[7.0, 5.0]]))
    assert found.tolist() == [[100.0 * 5 + 1 + 10 * 7]]


@pytest.mark.parametrize("weight", PAPER_WEIGHTS)
def test_equal_connection_weights_are_a_shared_weight_exactly_where_it_is_a_power_of_two(
    random_genome, weight
):
    for seed in range(60):
        network = compile_genome(random_genome(seed))
        inputs = np.random.default_rng(seed).normal(size=(9, network.n_inputs))
        shared = forward(network, np.full((9, 1), weight), inputs)
        each = forward(network, np.full((9, network.n_connections), weight), inputs)
        assert (shared == each).all()


SMOOTH = [CODE[name] for name in ("linear", "gaussian", "tanh", "sigmoid", "negate", "abs", "relu")]


@settings(max_examples=150)
@given(seed=st.integers(0, 10**6), weight=st.floats(-2, 2))
def test_equal_connection_weights_are_a_shared_weight_up_to_rounding(random_genome, seed, weight):
    rng = np.random.default_rng(seed)
    genome = random_genome(seed)
    network = compile_genome(replace(genome, activations=rng.choice(SMOOTH, len(genome.activations))))
    inputs = rng.normal(size=(9, network.n_inputs))
    shared = node_values(network, np.full((9, 1), weight), inputs)
    each = node_values(network, np.full((9, network.n_connections), weight), inputs)
    scale = max(1.0, np.abs(shared).max())
    assert np.abs(shared - each).max() <= 1e-12 * scale


def test_sums_are_clamped_before_the_activation():
    genome = Genome(1, 1, [CODE["square"]], [0, 1], [2, 2], [False, True], [0, 1])
    network = compile_genome(genome)
    inputs = np.array([[1e300], [-1e300], [1e99]])
    for weights in (np.full((3, 1), 2.0), np.array([[2.0]] * 3)):
        assert forward(network, weights, inputs)[:, 0].tolist() == [1e200, 1e200, (2e99) ** 2]
