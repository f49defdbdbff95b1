"""Files that compute: each is run, and gives what the NumPy reference gives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wann.network.plan import compile_genome
from wann.network.reference import forward

EDGES = ("no connections", "no hidden nodes", "constants", "every activation", "every activation twice")

# the fixtures make files of their own for every network
few = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])


def truth(network, weights, inputs):
    given = weights if weights.ndim == 2 else weights[:, None]
    return forward(network, np.broadcast_to(given, (len(inputs), given.shape[1])), inputs)


def same_bits(one, other):
    assert one.dtype == other.dtype == np.float64
    np.testing.assert_array_equal(one.view(np.int64), np.ascontiguousarray(other).view(np.int64))


def close(one, other):
    # relative where values are large: a square of 1e6 has no digits behind the point
    np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9)


@pytest.fixture(params=["c", "torch", "onnx"])
def runner(request):
    """How a format is run, and what of its results is promised."""
    return request.getfixturevalue(f"run_{request.param}"), same_bits if request.param == "c" else close


@pytest.mark.parametrize("name", EDGES)
@pytest.mark.parametrize("own", [False, True])
def test_edges(runner, name, own, plain_networks, to_export, lanes):
    run, agree = runner
    network = plain_networks[name]
    shared, inputs = lanes(network.n_inputs)
    if own:
        weights = np.random.default_rng(1).normal(size=(1, network.n_connections))
        agree(run(to_export(network, weights), None, inputs), truth(network, weights, inputs))
    else:
        agree(run(to_export(network), shared, inputs), truth(network, shared, inputs))


@few
@given(st.integers(0, 2**32))
def test_random_networks(runner, random_genome, to_export, lanes, seed):
    run, agree = runner
    network = compile_genome(random_genome(seed))
    shared, inputs = lanes(network.n_inputs, seed)
    agree(run(to_export(network), shared, inputs), truth(network, shared, inputs))


@few
@given(st.integers(0, 2**32))
def test_random_networks_with_weights_of_their_own(runner, random_genome, to_export, lanes, seed):
    run, agree = runner
    network = compile_genome(random_genome(seed))
    weights = np.random.default_rng(seed).normal(size=(1, network.n_connections)) * 2
    _, inputs = lanes(network.n_inputs, seed)
    agree(run(to_export(network, weights), None, inputs), truth(network, weights, inputs))


@few
@given(st.integers(0, 2**32))
def test_pruned_baselines(runner, pruned, to_export, lanes, seed):
    run, agree = runner
    network, weights = pruned(seed)
    _, inputs = lanes(network.n_inputs, seed)
    agree(run(to_export(network, weights), None, inputs), truth(network, weights, inputs))


def test_a_grown_network(runner, grow, to_export, lanes):
    run, agree = runner
    network = compile_genome(grow(5, 2, generations=80, seed=3, size=2)[0])
    assert network.n_connections > 20
    shared, inputs = lanes(5)
    agree(run(to_export(network), shared, inputs), truth(network, shared, inputs))


@pytest.mark.parametrize("run", ["run_onnx", "run_c"])
def test_float_agrees_to_single_precision(run, request, plain_networks, to_export):
    network = plain_networks["every activation"]
    inputs = np.random.default_rng(0).uniform(-3, 3, (200, 2)).astype(np.float32)
    weights = np.ones(len(inputs))
    outputs = request.getfixturevalue(run)(to_export(network, number="float"), weights, inputs)
    assert outputs.dtype == np.float32
    np.testing.assert_allclose(outputs, truth(network, weights, inputs.astype(float)), rtol=1e-5, atol=2e-5)
