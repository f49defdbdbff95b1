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
