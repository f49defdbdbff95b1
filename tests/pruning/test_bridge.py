"""The bridge: the network file's network computes what the torch model computes."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from wann.activations import NAMES
from wann.evaluation.lanes import Lanes
from wann.evaluation.players.classify import classify
from wann.network.network import Networks
from wann.network.plan import compile_genome
from wann.network.reference import forward
from wann.pruning.criteria.case import Data
from wann.pruning.learners.fit import accuracy
from wann.pruning.masks.simplify import count, simplify
from wann.pruning.model.bridge import to_network_file_parts
from wann.pruning.model.mlp import from_layers
from wann.seeding import Purpose, episode_seeds
from wann.tasks.datasets import Split


def sparse(seed, density=0.3, sizes=(6, 5, 4, 3)):
    rng = np.random.default_rng(seed)
    return [
        (rng.normal(size=(n_out, n_in)) * (rng.random((n_out, n_in)) < density), rng.normal(size=n_out))
        for n_in, n_out in itertools.pairwise(sizes)
    ]


def network_of(layers, activation):
    genome, weights = to_network_file_parts(layers, activation)
    network = compile_genome(genome)
    return network, weights[network.genes].reshape(1, -1)


@pytest.mark.parametrize("activation", NAMES)
@pytest.mark.parametrize("density", [0.15, 0.4, 1.0])
def test_the_network_is_the_torch_model_to_1e_9(activation, density):
    images = np.random.default_rng(9).normal(size=(20, 6))
    for seed in range(8):
        layers = sparse(seed, density)
        network, weights = network_of(layers, activation)
        expected = from_layers(layers, activation)(torch.tensor(images)).detach().numpy()
        got = forward(network, np.repeat(weights, 20, 0), images)
        np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("density", [0.1, 0.2, 0.3, 0.5])
def test_all_of_the_genome_is_live_and_counted(density):
    for seed in range(20):
        layers = sparse(seed, density)
        genome, weights = to_network_file_parts(layers, "relu")
        assert genome.enabled.all()
        assert len(genome.source) == len(weights) == count(layers, "relu").effective_connections
        assert compile_genome(genome).n_connections == len(weights)
        assert (weights != 0).all()


def test_a_constant_is_folded_and_a_dead_end_dropped():
    first = (np.array([[1.0, 0.0], [0.0, 0.0], [2.0, 0.0]]), np.array([0.5, 3.0, 1.0]))
    last = (np.array([[1.0, 2.0, 0.0]]), np.array([0.25]))
    slim = simplify([first, last], "relu")
    assert slim[0][0].tolist() == [[1.0, 0.0], [0.0, 0.0], [0.0, 0.0]]
    assert slim[0][1].tolist() == [0.5, 0.0, 0.0]
    assert slim[1][0].tolist() == [[1.0, 0.0, 0.0]]
    assert slim[1][1].tolist() == [6.25]
    found = count([first, last], "relu")
    assert (found.connections, found.effective_connections) == (4 + 4, 4)
    assert found.neurons_alive == [1]
    assert found.density == pytest.approx(4 / 9)
    assert (found.compression, found.speedup) == pytest.approx((9 / 4, 9 / 2))


def test_the_evaluator_finds_the_same_accuracy_and_loss(task):
    layers = sparse(3, 0.7)
    network, weights = network_of(layers, "relu")
    seed = int(episode_seeds(0, Purpose.TEST, 1)[0])
    lanes = Lanes(np.zeros(1, np.int64), np.array([seed]))
    returns, images, correct = classify(task, Networks.of(network), weights, lanes)
    test: Split = task.data.test
    model, data = (
        from_layers(layers, "relu"),
        Data(torch.tensor(test.images).double(), torch.tensor(test.labels)),
    )
    assert correct[0, 0] == accuracy(model, data)
    loss = torch.nn.functional.cross_entropy(model(data.images), data.labels)
    assert -returns[0, 0] == pytest.approx(loss.item(), abs=1e-9)
    assert images[0, 0] == len(test)
