"""Settings: defaults, bounds, and faults in one line; and the weights that a tuning begins with."""

from __future__ import annotations

import numpy as np
import pytest

from wann.errors import TuneError
from wann.genome.layered import dense_genome
from wann.network.plan import compile_genome
from wann.network.reference import node_values
from wann.training.settings import METHODS, CmaSettings, GradientSettings, ReinforceSettings, make_settings
from wann.training.start import random_start, shared_start


def test_defaults_and_what_is_given():
    assert make_settings("cma", {}) == CmaSettings()
    given = {"iterations": "7", "population": 8, "episodes": 2.0, "sigma": "5e-1"}
    assert make_settings("cma", given) == CmaSettings(7, 8, 2, 0.5)
    assert make_settings("reinforce", {"optimiser": "sgd"}) == ReinforceSettings(optimiser="sgd")
    assert make_settings("gradient", {"batch": 10}) == GradientSettings(batch=10)


@pytest.mark.parametrize("method", METHODS)
def test_defaults_are_within_their_own_bounds(method):
    defaults = METHODS[method]()
    assert make_settings(method, vars(defaults)) == defaults


@pytest.mark.parametrize(
    ("method", "given", "told"),
    [
        ("cmaes", {}, "method: got 'cmaes', expected one of cma, reinforce, gradient; did you mean 'cma'?"),
        ("cma", {"sigmaa": 1}, "sigmaa: cma has no such setting; it has iterations, population, episodes"),
        ("cma", {"sigmaa": 1}, "did you mean 'sigma'?"),
        ("gradient", {"population": 8}, "population: gradient has no such setting; it has iterations, batch"),
        ("cma", {"population": 3}, "population: got 3, expected a whole number, 4 to 100000"),
        ("cma", {"iterations": 0}, "iterations: got 0, expected a whole number, 1 to 1e+06"),
        ("cma", {"iterations": "1.5"}, "iterations: got '1.5', expected a whole number"),
        ("cma", {"iterations": 1.5}, "iterations: got 1.5, expected a whole number"),
        ("cma", {"iterations": True}, "iterations: got True, expected a whole number"),
        ("cma", {"iterations": None}, "iterations: got None, expected a whole number"),
        ("cma", {"episodes": float("inf")}, "episodes: got inf, expected a whole number"),
        ("cma", {"sigma": "nan"}, "sigma: got 'nan', expected a number, 1e-06 to 1000"),
        ("cma", {"sigma": "x"}, "sigma: got 'x', expected a number"),
        ("cma", {"sigma": -1}, "sigma: got -1, expected a number"),
        ("cma", {"population": "9" * 5000}, "population: got '999"),
        ("reinforce", {"optimiser": "adamw"}, "optimiser: got 'adamw', expected one of adam, sgd"),
        ("reinforce", {"population": 7}, "it must be even; got 7"),
    ],
)
def test_faults_are_one_line(method, given, told):
    with pytest.raises(TuneError) as caught:
        make_settings(method, given)
    assert told in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
    assert len(str(caught.value)) < 250


# What a tuning begins with


def test_a_shared_start_is_one_weight_for_all():
    network = compile_genome(dense_genome(3, [4], 2, "tanh", "linear"))
    assert shared_start(network, -1.5).tolist() == [-1.5] * 26


def test_random_weights_are_small_where_a_node_has_many_connections():
    network = compile_genome(dense_genome(99, [300], 400, "linear", "linear"))
    weights = random_start(network, 0)
    into_hidden = network.targets < network.n_nodes - 400
    assert weights[into_hidden].std() == pytest.approx(1 / np.sqrt(100), rel=0.02)
    assert weights[~into_hidden].std() == pytest.approx(1 / np.sqrt(301), rel=0.02)
    # so that values neither grow nor vanish from layer to layer
    inputs = np.random.default_rng(0).normal(size=(50, 99))
    values = node_values(network, np.tile(weights, (50, 1)), inputs)
    assert values[:, 100:].std() == pytest.approx(1.0, rel=0.1)


def test_random_weights_depend_on_the_seed_alone():
    network = compile_genome(dense_genome(3, [4], 2, "tanh", "linear"))
    assert random_start(network, 5).tobytes() == random_start(network, 5).tobytes()
    assert not np.array_equal(random_start(network, 5), random_start(network, 6))
