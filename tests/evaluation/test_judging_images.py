"""A classifier in the regimes: accuracies on the test images, chosen on the validation images."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binomtest

from wann.evaluation.pools.backends import make_pool
from wann.judging.regimes import FINE_GRID, GRID, judge
from wann.judging.spread import Spread
from wann.network.plan import compile_genome
from wann.network.reference import forward
from wann.tasks.classification import make_classification

WEIGHTS = (-2.0, -1.0, -0.5, 0.5, 1.0, 2.0)


@pytest.fixture(scope="module")
def task():
    return make_classification("digits")


@pytest.fixture(scope="module")
def network(grow):
    return compile_genome(grow(64, 10, 60, seed=8)[0])


def answers(network, weights: np.ndarray, split) -> np.ndarray:
    """The reference's classes for each image."""
    rows = np.repeat(weights.reshape(1, -1), len(split), axis=0)
    return forward(network, rows, split.images.astype(float)).argmax(axis=1)


def test_every_figure_is_what_the_reference_answers(task, network):
    trained = np.random.default_rng(0).uniform(-2, 2, (1, network.n_connections))
    with make_pool(task) as pool:
        found = judge(pool, network, WEIGHTS, 20, connection_weights=trained)
    test, validation = task.data.test, task.data.validation

    def accuracy(weight: float, split) -> float:
        return float(np.mean(answers(network, np.array([weight]), split) == split.labels))

    assert found.n_images == 400
    assert found.search.per_weight == tuple((weight, accuracy(weight, test)) for weight in WEIGHTS)
    grid = np.array([accuracy(weight, test) for weight in GRID])
    assert found.shared_mean == pytest.approx(grid.mean())
    assert found.shared_std_over_weights == pytest.approx(grid.std())
    assert found.shared_mean_without_zero == pytest.approx(grid[GRID != 0].mean())
    assert found.without_zero.std_over_weights == pytest.approx(grid[GRID != 0].std())
    assert math.isnan(found.shared_std_over_episodes)
    chosen = FINE_GRID[np.argmax([accuracy(weight, validation) for weight in FINE_GRID])]
    assert found.tuned_weight == chosen
    assert found.tuned.mean == accuracy(chosen, test)
    assert found.tuned_weights is not None
    assert found.tuned_weights.mean == np.mean(answers(network, trained, test) == test.labels)
    signs = np.sign(trained[0])

    def signed(size: float, split) -> float:
        return float(np.mean(answers(network, size * signs, split) == split.labels))

    assert found.signed is not None
    assert found.signed.shared.mean == pytest.approx(np.mean([signed(size, test) for size in GRID]))
    size = FINE_GRID[np.argmax([signed(size, validation) for size in FINE_GRID])]
    assert (found.signed.tuned_weight, found.signed.tuned.mean) == (size, signed(size, test))
    votes = np.array([answers(network, np.array([weight]), test) for weight in WEIGHTS]).T
    first = [np.bincount(row, minlength=10).argmax() for row in votes]
    assert found.ensemble == np.mean(np.array(first) == test.labels)
    assert found.failed == 0


def test_random_weights_are_drawn_afresh(task, network):
    with make_pool(task) as pool:
        found = judge(pool, network, WEIGHTS, 20)
        again = judge(pool, network, WEIGHTS, 20)
    assert found.random_weights == again.random_weights
    assert found.random_weights.std > 0


@pytest.mark.parametrize(("share", "count"), [(0.5, 10), (0.91, 10_000), (0.0, 30), (1.0, 30)])
def test_the_interval_of_a_share_is_wilsons(share, count):
    found = Spread.of_share(share, count)
    known = binomtest(round(share * count), count).proportion_ci(method="wilson")
    assert (found.low, found.high) == (pytest.approx(known.low, abs=1e-12), pytest.approx(known.high))
    assert found.mean == found.median == share
