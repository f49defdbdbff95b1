"""A policy's layers and the networks that play them: one function."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from wann.network.plan import compile_genome
from wann.network.reference import forward
from wann.pruning.learners.form import PolicyForm
from wann.pruning.masks.simplify import count
from wann.pruning.model.bridge import to_network_file_parts
from wann.pruning.model.mlp import MLP, from_layers

SIZES = (5, 4, 3, 2)
INPUTS = np.random.default_rng(7).normal(size=(20, 5))


def sparse(seed: int, density: float):
    """Random layers of SIZES, some of whose neurons have lost their inputs or their outputs."""
    rng = np.random.default_rng(seed)
    model = MLP(SIZES, "tanh", torch.float64)
    layers = [(rng.normal(size=(b, a)), rng.normal(size=b)) for a, b in itertools.pairwise(SIZES)]
    for weight, _ in layers:
        weight *= rng.random(weight.shape) < density
    layers[0][0][1] = 0.0  # a constant
    layers[1][0][:, 2] = 0.0  # a dead end
    model.load(layers)
    return model.values()


def played(network, weights):
    return forward(network, np.repeat(np.atleast_2d(weights), len(INPUTS), axis=0), INPUTS)


def by_torch(layers):
    with torch.no_grad():
        return from_layers(layers, "tanh")(torch.from_numpy(INPUTS)).numpy()


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("density", [0.4, 0.8, 1.0])
def test_all_forms_are_one_function(seed, density):
    form, layers = PolicyForm(SIZES, "tanh", "linear"), sparse(seed, density)
    expected = by_torch(layers)
    assert played(form.network, form.row(layers)) == pytest.approx(expected, abs=1e-12)
    part = form.effective(layers)
    if not part.network.n_connections:
        return
    assert played(part.network, part.weights) == pytest.approx(expected, abs=1e-12)
    genome, weights = to_network_file_parts(layers, "tanh")
    network = compile_genome(genome)
    assert played(network, weights[network.genes]) == pytest.approx(expected, abs=1e-12)
    assert part.network.n_connections == count(layers, "tanh").effective_connections


@pytest.mark.parametrize("seed", range(6))
def test_other_weights_come_back_into_the_layers(seed):
    form, layers = PolicyForm(SIZES, "tanh", "linear"), sparse(seed, 0.7)
    part = form.effective(layers)
    weights = np.random.default_rng(seed).normal(size=part.weights.shape)
    changed = form.with_weights(layers, part, weights)
    assert by_torch(changed) == pytest.approx(played(part.network, weights), abs=1e-12)
    for (before, _), (after, _) in zip(layers, changed, strict=True):
        assert np.array_equal(before == 0, after == 0)
    back = form.with_weights(layers, part, part.weights)
    for pair in zip(layers, back, strict=True):
        for before, after in zip(*pair, strict=True):
            assert after == pytest.approx(before, abs=1e-12)


def test_a_bias_of_0_is_trained_too():
    form, layers = (
        PolicyForm((2, 3, 1), "tanh", "linear"),
        [
            (np.ones((3, 2)), np.zeros(3)),
            (np.ones((1, 3)), np.zeros(1)),
        ],
    )
    assert form.effective(layers).network.n_connections == 3 * 3 + 4
    assert count(layers, "tanh").effective_connections == 9
