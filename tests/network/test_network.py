"""Networks packed end to end: what is taken out is what was put in."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wann.network.network import Networks
from wann.network.plan import compile_population

FIELDS = ("n_inputs", "n_outputs", "codes", "indptr", "sources", "genes")


def same(a, b) -> bool:
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in FIELDS)


@pytest.fixture(scope="module")
def networks(grow) -> Networks:
    return compile_population(grow(3, 2, 25, seed=2))


@given(st.integers(0, 8), st.integers(0, 8))
def test_a_part_holds_the_networks_in_between(networks, one, other):
    first, last = sorted((one, other))
    part = networks.part(first, last)
    assert len(part) == last - first
    for k, network in enumerate(part):
        assert same(network, networks[first + k])


def test_a_part_of_a_part(networks):
    part = networks.part(2, 7).part(1, 4)
    assert [same(a, b) for a, b in zip(part, list(networks)[3:6], strict=True)] == [True] * 3


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
