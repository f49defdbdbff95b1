"""Networks packed end to end: what is taken out is what was put in."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wann.genome.genome import Genome
from wann.network.network import Networks
from wann.network.plan import compile_genome, compile_population
from wann.network.reference import forward
from wann.pruning.model.bridge import to_network_file_parts

FIELDS = ("n_inputs", "n_outputs", "codes", "indptr", "sources", "genes")


def same(a, b) -> bool:
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in FIELDS)


@pytest.fixture(scope="module")
def networks(grow) -> Networks:
    return compile_population(grow(3, 2, 25, seed=2))


@given(st.slices(8))
def test_a_part_holds_the_networks_of_a_slice(networks, which):
    part = networks.part(which)
    expected = list(networks)[which]
    assert len(part) == len(expected)
    assert all(same(a, b) for a, b in zip(part, expected, strict=True))


def test_a_part_of_a_part(networks):
    part = networks.part(slice(2, 7)).part(slice(0, None, 2))
    assert [same(a, b) for a, b in zip(part, list(networks)[2:7:2], strict=True)] == [True] * 3


def test_one_network_is_a_pack_of_one(networks):
    pack = Networks.of(networks[5])
    assert len(pack) == 1
    assert same(pack[0], networks[5])


def test_counts_are_those_of_the_networks(networks):
    assert networks.n_connections.tolist() == [network.n_connections for network in networks]
    assert networks.n_nodes.tolist() == [network.n_nodes for network in networks]


def test_positions_count_from_either_end(networks):
    assert same(networks[-1], networks[7])
    assert same(networks[-8], networks[0])
    for beyond in (8, -9):
        with pytest.raises(IndexError):
            networks[beyond]


def test_targets_go_with_sources(networks):
    for network in networks:
        for k in range(len(network.codes)):
            own = network.targets[network.indptr[k] : network.indptr[k + 1]]
            assert set(own.tolist()) <= {network.first_computed + k}


# Networks on which the size of a positive shared weight is lost


def layered(seed, activation, biases):
    rng = np.random.default_rng(seed)
    shapes = ((7, 6), (5, 7), (3, 5))
    layers = [(rng.normal(size=shape) * (rng.random(shape) < 0.5), np.zeros(shape[0])) for shape in shapes]
    if biases:
        layers[1][1][2] = 0.3
    return compile_genome(to_network_file_parts(layers, activation)[0])


@pytest.mark.parametrize("activation", ["relu", "linear", "abs", "negate", "tanh", "gaussian"])
@pytest.mark.parametrize("biases", [False, True])
def test_classes_that_no_positive_shared_weight_changes(activation, biases):
    images = np.random.default_rng(1).normal(size=(50, 6))
    for seed in range(5):
        network = layered(seed, activation, biases)
        expected = not biases and activation not in ("tanh", "gaussian")
        assert network.scales_as_one == expected
        outputs = [forward(network, np.full((50, 1), w), images) for w in (0.01, 0.7, 2.0)]
        if expected:
            shapes = [out / max(np.abs(out).max(), 1e-300) for out in outputs]
            assert np.allclose(shapes, shapes[0])


def test_a_shortcut_does_not_scale_as_the_rest():
    # input 1 -> hidden 3 -> output 2, and input 1 -> output 2: w^2 x + w x
    direct = compile_genome(Genome(1, 1, [0, 8], [1, 3, 1], [3, 2, 2], [True] * 3, [0, 1, 2]))
    assert not direct.scales_as_one
