"""One network on one lane: the bits of the reference."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wann.activations import NAMES
from wann.genome.genome import Genome
from wann.network.plan import compile_genome
from wann.network.reference import forward
from wann.network.single import LARGEST, NOT_FINITE, WITHIN, SingleNetwork
from wann.tasks.actions import Box, Discrete


@given(seed=st.integers(0, 10**6), per_connection=st.booleans())
def test_it_gives_the_bits_of_the_reference(random_genome, seed, per_connection):
    network, rng = compile_genome(random_genome(seed)), np.random.default_rng(seed)
    single = SingleNetwork(network)
    for _ in range(3):
        weights = rng.uniform(-3, 3, max(1, network.n_connections) if per_connection else 1)
        inputs = rng.normal(0, 10, network.n_inputs)
        single.weigh(weights)
        single.inputs[:] = inputs
        assert single() == 0
        expected = forward(network, weights[None], inputs[None])[0]
        assert single.outputs.tobytes() == expected.tobytes()


@pytest.mark.parametrize("name", NAMES)
def test_every_activation_is_known(name):
    network = compile_genome(Genome(1, 1, [NAMES.index(name)], [1], [2], [True], [0]))
    single = SingleNetwork(network)
    single.weigh(np.array([0.7]))
    for value in (-1e150, -2.5, -0.0, 0.3, 4.0, 1e150):
        single.inputs[:] = value
        single()
        assert single.outputs.tobytes() == forward(network, np.array([[0.7]]), np.array([[value]])).tobytes()


@given(seed=st.integers(0, 10**6))
def test_a_decision_is_that_of_the_rule(random_genome, seed):
    network, rng = compile_genome(random_genome(seed)), np.random.default_rng(seed)
    low = rng.uniform(-3, 0, network.n_outputs)
    rule = Box(low, low + rng.uniform(0, 5, network.n_outputs), (network.n_outputs,), "float64")
    largest = SingleNetwork(network, LARGEST)
    within = SingleNetwork(network, WITHIN, (rule.low, rule.high))
    for single in (largest, within):
        single.weigh(np.array([1.5]))
        single.inputs[:] = rng.normal(0, 2, network.n_inputs)
    assert largest() == Discrete(network.n_outputs).decode(largest.outputs[None])[0, 0]
    within()
    assert within.within.tobytes() == rule.decode(within.outputs[None])[0].tobytes()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_refused(value):
    single = SingleNetwork(compile_genome(Genome(2, 1, [0], [2], [3], [True], [0])))
    single.inputs[:] = [value, 1.0]
    assert single() == NOT_FINITE
