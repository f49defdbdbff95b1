"""Dense topologies: multilayer perceptrons as genomes."""

from __future__ import annotations

import numpy as np
import pytest

from wann.activations import CODE
from wann.errors import GenomeError
from wann.genome.layered import dense_genome
from wann.genome.serial import genome_from_json, genome_to_json
from wann.network.plan import compile_genome
from wann.network.reference import forward


@pytest.mark.parametrize(
    ("sizes", "connections", "nodes"),
    [
        ((5, [10], 1), 71, 17),  # the paper's fixed topology for the swing-up
        ((256, [], 10), 2570, 267),
        ((784, [300, 100], 10), 784 * 300 + 300 * 100 + 100 * 10 + 410, 1195),
        ((1, [1], 1), 4, 4),
    ],
)
def test_sizes(sizes, connections, nodes):
    genome = dense_genome(*sizes, "tanh", "linear")
    network = compile_genome(genome)
    assert (len(genome.source), network.n_connections) == (connections, connections)
    assert (genome.n_nodes, network.n_nodes) == (nodes, nodes)
    assert genome.enabled.all()


def test_it_computes_what_matrices_do():
    n_inputs, hidden, n_outputs = 4, [6, 3], 2
    network = compile_genome(dense_genome(n_inputs, hidden, n_outputs, "tanh", "sigmoid"))
    rng = np.random.default_rng(0)
    weights, inputs = rng.normal(size=network.n_connections), rng.normal(size=(7, n_inputs))
    values, first = inputs, 0
    for size in [*hidden, n_outputs]:
        last = first + size * (values.shape[1] + 1)
        matrix = weights[first:last].reshape(size, -1)
        total = np.column_stack([np.ones(7), values]) @ matrix.T
        values, first = np.tanh(total) if size != n_outputs else 1 / (1 + np.exp(-total)), last
    found = forward(network, np.tile(weights, (7, 1)), inputs)
    np.testing.assert_allclose(found, values, rtol=1e-12)


def test_activations_are_where_they_belong():
    genome = dense_genome(3, [2, 2], 2, "relu", "step")
    assert genome.activations.tolist() == [CODE["step"]] * 2 + [CODE["relu"]] * 4


def test_it_survives_a_file():
    genome = dense_genome(3, [2], 2, "relu", "linear")
    assert genome_from_json(genome_to_json(genome)) == genome


def test_what_no_file_may_hold_is_refused():
    with pytest.raises(GenomeError, match="784-2000-10 has 1,590,010 connections and 2,795 nodes; expected"):
        dense_genome(784, [2000], 10, "relu", "linear")
    with pytest.raises(GenomeError, match="nodes"):
        dense_genome(1, [99_999], 1, "relu", "linear")
