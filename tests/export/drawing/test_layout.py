"""Layouts: everyone has a place of their own, connections go to the right, and few of them cross."""

from __future__ import annotations

import numpy as np
import pytest

from wann.activations import CODE
from wann.export.drawing.layout import _apart, lay_out
from wann.genome.genome import Genome
from wann.network.plan import compile_genome


def network_of(n_inputs, n_outputs, hidden, *connections):
    source, target = np.array(connections, int).reshape(-1, 2).T
    codes = np.full(n_outputs + hidden, CODE["tanh"])
    enabled = np.ones(len(source), bool)
    return compile_genome(Genome(n_inputs, n_outputs, codes, source, target, enabled, np.arange(len(source))))


def closest(points):
    distances = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    return distances[~np.eye(len(points), dtype=bool)].min()


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("rows", [None, 3])
def test_nodes_do_not_touch_and_connections_go_to_the_right(seed, rows, grow):
    network = compile_genome(grow(9, 3, generations=60, seed=seed, size=2)[0])
    layout = lay_out(network, rows)
    computed = layout.points[network.first_computed :]
    assert closest(computed) > 0.85
    assert layout.points.min() >= 0
    for route, source, target in zip(layout.routes, network.sources, network.targets, strict=True):
        assert np.array_equal(route[[0, -1]], layout.points[[source, target]])
        assert (np.diff(route[:, 0]) > 0).all()


def test_layers_are_columns():
    network = network_of(2, 1, 2, (1, 4), (4, 5), (5, 3), (2, 3))
    layout = lay_out(network)
    x = layout.points[:, 0]
    assert x[0] == x[1] == x[2] == 0
    assert x[2] < x[3] < x[4] < x[5]  # inputs, two hidden nodes one after the other, the output
    passing = layout.routes[[len(route) for route in layout.routes].index(4)]
    assert np.array_equal(passing[1:3, 0], x[3:5])  # over the two layers between


def test_a_layer_is_sorted_so_that_connections_do_not_cross():
    # three chains, whose hidden nodes are numbered the other way round
    network = network_of(3, 3, 3, (1, 9), (2, 8), (3, 7), (9, 4), (8, 5), (7, 6))
    y = lay_out(network).points[:, 1]
    hidden = {int(s): int(t) for s, t in zip(network.sources, network.targets, strict=True) if s <= 3}
    assert y[hidden[1]] < y[hidden[2]] < y[hidden[3]]


def test_an_image_is_a_plane_in_reading_order():
    network = network_of(6, 1, 0, (1, 7), (6, 7))
    points = lay_out(network, rows=2).points[1:7]
    across, down = points[:, 0].reshape(2, 3), points[:, 1].reshape(2, 3)
    assert np.allclose(across[0], across[1])
    assert np.allclose(np.ptp(down, axis=1), 0)
    step = across[0, 1] - across[0, 0]
    assert np.allclose(np.diff(across), step)
    assert np.allclose(down[1] - down[0], step)


def test_a_network_without_connections_has_places_too():
    layout = lay_out(network_of(2, 2, 0))
    assert closest(layout.points) > 0.9
    assert layout.routes == []


def test_a_tall_layer_stands_in_columns_side_by_side():
    n = 60
    hidden = [(1 + k % 4, 6 + k) for k in range(n)] + [(6 + k, 5) for k in range(n)]
    layout = lay_out(network_of(4, 1, n, *hidden))
    assert np.ptp(layout.points[:, 1]) < 35
    assert closest(layout.points[5:]) > 0.85


def test_places_are_the_nearest_that_keep_the_gaps():
    """Against a search: no small shift that keeps the gaps comes nearer to what is wanted."""
    draws = np.random.default_rng(1)
    for _ in range(30):
        wanted, gaps = draws.normal(size=6) * 3, draws.uniform(0.2, 1.5, 5)
        placed = _apart(wanted, gaps)
        assert (np.diff(placed) >= gaps - 1e-9).all()
        cost = ((placed - wanted) ** 2).sum()
        for _ in range(200):
            other = placed + draws.normal(size=6) * 0.05
            if (np.diff(other) >= gaps).all():
                assert ((other - wanted) ** 2).sum() >= cost - 1e-9
