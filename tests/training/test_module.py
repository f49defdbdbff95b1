"""The torch module: the outputs of the NumPy reference, and the gradients of finite differences."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch import nn

from wann.activations import ACTIVATIONS, CODE, NAMES
from wann.genome.genome import Genome
from wann.genome.layered import dense_genome
from wann.network.plan import compile_genome
from wann.network.reference import forward, node_values
from wann.training.formulas import FORMULAS
from wann.training.module import NetworkModule

torch.set_num_threads(1)

EXTREMES = np.array([1e300, -1e300, 1e100, 1e15, -1e15, 1e7 + 0.3, 1e-300, 0.0, -0.0, 0.5, -0.5, 40.0])


def outputs(network, weights: np.ndarray, inputs: np.ndarray, dtype=torch.float64) -> np.ndarray:
    module = NetworkModule(network, weights, dtype)
    return module(torch.tensor(inputs, dtype=dtype)).detach().numpy()


def reference(network, weights: np.ndarray, inputs: np.ndarray) -> np.ndarray:
    return forward(network, np.tile(weights, (len(inputs), 1)), inputs)


def single(name: str):
    """One input straight to one output of an activation."""
    return compile_genome(Genome(1, 1, [CODE[name]], [1], [2], [True], [0]))


# Outputs


def test_there_is_a_formula_for_every_activation():
    assert tuple(FORMULAS) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_activation_is_that_of_the_reference(name):
    points = np.concatenate([np.linspace(-50, 50, 2001), np.random.default_rng(0).normal(size=500)])[:, None]
    found, expected = (f(single(name), np.ones(1), points) for f in (outputs, reference))
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_every_activation_is_that_of_the_reference_far_out(name):
    inputs = EXTREMES[:, None]
    for weight in (1.0, -2.0):
        found, expected = (f(single(name), np.array([weight]), inputs) for f in (outputs, reference))
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-9)


@given(seed=st.integers(0, 10**6), shared=st.booleans())
def test_outputs_are_those_of_the_reference(random_genome, seed, shared):
    rng = np.random.default_rng(seed)
    network = compile_genome(random_genome(seed))
    weights = rng.uniform(-2, 2, 1 if shared else network.n_connections)
    assume(len(weights))
    inputs = rng.uniform(-2, 2, (9, network.n_inputs))
    # squares of squares grow without bound, and the sine of a large sum shows its rounding
    values = node_values(network, np.tile(weights, (9, 1)), inputs)
    assume(np.abs(values).max(initial=0) < 1e3)
    np.testing.assert_allclose(
        outputs(network, weights, inputs), reference(network, weights, inputs), rtol=1e-9, atol=1e-9
    )


def test_the_random_networks_of_these_tests_meet_every_activation_and_kind_of_block(random_genome):
    names, kinds = set(), set()
    for seed in range(60):
        network = compile_genome(random_genome(seed))
        names |= set(network.activations)
        module = NetworkModule(network, np.ones(network.n_connections))
        kinds |= {(b.shape is None, b.read is None) for layer in module._layers for b in layer.blocks}
    assert names == set(NAMES)
    assert {(False, True), (False, False)} <= kinds


def wide_and_sparse():
    """200 inputs into 60 nodes of tanh, two connections each, and these into 3 outputs."""
    rng = np.random.default_rng(3)
    hidden = 204 + np.arange(60)
    source = [*rng.integers(1, 101, 60), *rng.integers(101, 201, 60), *hidden]
    target = [*hidden, *hidden, *(201 + np.arange(60) % 3)]
    return compile_genome(
        Genome(200, 3, [0, 0, 0, *[CODE["tanh"]] * 60], source, target, [True] * 180, range(180))
    )


def test_connections_far_apart_are_gone_through_one_by_one():
    network, rng = wide_and_sparse(), np.random.default_rng(0)
    for weights in (rng.normal(size=180), np.array([0.7])):
        module = NetworkModule(network, weights)
        assert any(block.shape is None for layer in module._layers for block in layer.blocks)
        inputs = rng.normal(size=(5, 200))
        found = module(torch.tensor(inputs)).detach().numpy()
        np.testing.assert_allclose(found, reference(network, weights, inputs), rtol=1e-12, atol=1e-12)


def test_a_dense_network_is_torchs_own_layers():
    network = compile_genome(dense_genome(6, [5, 4], 3, "relu", "linear"))
    rng = np.random.default_rng(0)
    layers = [nn.Linear(6, 5), nn.Linear(5, 4), nn.Linear(4, 3)]
    theirs = nn.Sequential(layers[0], nn.ReLU(), layers[1], nn.ReLU(), layers[2]).double()
    weights = rng.normal(size=network.n_connections)
    # targets in order, and for each the bias and then the nodes of the layer below
    rest = weights
    for layer in layers:
        block = rest[: layer.out_features * (layer.in_features + 1)].reshape(layer.out_features, -1)
        rest = rest[block.size :]
        with torch.no_grad():
            layer.bias.copy_(torch.tensor(block[:, 0]))
            layer.weight.copy_(torch.tensor(block[:, 1:]))
    inputs = torch.tensor(rng.normal(size=(20, 6)))
    ours = NetworkModule(network, weights)
    torch.testing.assert_close(ours(inputs), theirs(inputs), rtol=1e-12, atol=1e-12)
    ours(inputs).square().sum().backward()
    theirs(inputs).square().sum().backward()
    gradients = [(layer.bias.grad[:, None], layer.weight.grad) for layer in layers]
    gradient = torch.cat([torch.cat(pair, dim=1).ravel() for pair in gradients])
    torch.testing.assert_close(ours.weights.grad, gradient, rtol=1e-10, atol=1e-10)


def test_outputs_without_any_connection():
    network = compile_genome(Genome(2, 2, [CODE["cos"], CODE["tanh"]], [], [], [], []))
    found = NetworkModule(network, np.array([1.0]))(torch.zeros(3, 2, dtype=torch.float64))
    assert found.tolist() == [[1.0, 0.0]] * 3


def test_single_precision_is_near():
    network = wide_and_sparse()
    rng = np.random.default_rng(0)
    weights, inputs = rng.normal(size=180), rng.normal(size=(9, 200))
    found = outputs(network, weights, inputs, torch.float32)
    np.testing.assert_allclose(found, reference(network, weights, inputs), rtol=1e-4, atol=1e-5)


def test_weights_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"expected \(1,\) or \(180,\), got \(7,\)"):
        NetworkModule(wide_and_sparse(), np.ones(7))


# Gradients


def derivative(name: str, x: float) -> float:
    """By central differences of the formula in NumPy."""
    formula, step = ACTIVATIONS[name].formula, 1e-5
    return float(formula(np.array(x + step)) - formula(np.array(x - step))) / (2 * step)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "step"])
def test_the_gradient_of_every_activation_is_its_derivative(name):
    points = np.array([-7.3, -2.1, -0.9, -0.31, 0.17, 0.72, 1.4, 3.6, 5.2])
    x = torch.tensor(points, requires_grad=True)
    FORMULAS[name](x).sum().backward()
    np.testing.assert_allclose(x.grad, [derivative(name, p) for p in points], rtol=1e-6, atol=1e-8)


def test_a_step_has_gradient_zero():
    # input -> step -> output, and input -> output beside it
    genome = Genome(1, 1, [CODE["linear"], CODE["step"]], [1, 3, 1], [3, 2, 2], [True] * 3, range(3))
    network = compile_genome(genome)
    module = NetworkModule(network, np.array([0.5, 0.7, 0.9]))
    module(torch.ones(4, 1, dtype=torch.float64)).sum().backward()
    into_step = network.targets == 2  # the hidden node stands before the output
    assert module.weights.grad is not None
    assert (module.weights.grad.numpy()[into_step] == 0).all()
    assert (module.weights.grad.numpy()[~into_step] == [4.0, 4.0]).all()


def test_there_is_no_gradient_beyond_the_clamp():
    module = NetworkModule(single("linear"), np.array([2.0]))
    module(torch.tensor([[1e300]], dtype=torch.float64)).sum().backward()
    assert module.weights.grad is not None
    assert module.weights.grad.tolist() == [0.0]


SMOOTH = [CODE[name] for name in ("linear", "sin", "gaussian", "tanh", "sigmoid", "negate", "cos", "square")]


@given(seed=st.integers(0, 10**6), shared=st.booleans())
def test_gradients_of_the_weights_are_finite_differences(random_genome, seed, shared):
    rng = np.random.default_rng(seed)
    genome = random_genome(seed)
    smooth = Genome(
        genome.n_inputs,
        genome.n_outputs,
        rng.choice(SMOOTH, len(genome.activations)),
        genome.source,
        genome.target,
        genome.enabled,
        genome.innovation,
    )
    network = compile_genome(smooth)
    weights = rng.uniform(-0.7, 0.7, 1 if shared else network.n_connections)
    assume(len(weights))
    inputs = rng.uniform(-1, 1, (4, network.n_inputs))
    module = NetworkModule(network, weights)
    module(torch.tensor(inputs)).sum().backward()
    found = np.zeros(len(weights)) if module.weights.grad is None else module.weights.grad.numpy()
    for k in range(len(weights)):
        step = np.zeros(len(weights))
        step[k] = 1e-6
        up, down = (reference(network, weights + sign * step, inputs).sum() for sign in (1, -1))
        expected = (up - down) / 2e-6
        assert found[k] == pytest.approx(expected, rel=1e-4, abs=1e-4)
