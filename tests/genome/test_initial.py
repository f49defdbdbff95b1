"""The first population: minimal genomes, each connection enabled by chance."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from wann.activations import CODE
from wann.genome.initial import initial_population


def first(size=50, n_inputs=3, n_outputs=2, probability=0.5, activation="tanh", seed=0):
    return initial_population(size, n_inputs, n_outputs, probability, activation, np.random.default_rng(seed))


def test_every_pair_of_source_and_output_is_a_gene_of_every_genome():
    population, _ = first()
    pairs = set(itertools.product(range(4), (4, 5)))
    for genome in population:
        assert set(zip(genome.source.tolist(), genome.target.tolist(), strict=True)) == pairs


def test_there_are_no_hidden_nodes_and_outputs_have_the_given_activation():
    for genome in first()[0]:
        assert genome.activations.tolist() == [CODE["tanh"]] * 2


def test_equal_genes_have_equal_ids_and_the_log_goes_on_after_them():
    population, log = first()
    for genome in population:
        assert genome.innovation.tolist() == population[0].innovation.tolist()
    assert log.next_id == max(population[0].innovation) + 1


@pytest.mark.parametrize("probability", [0.05, 0.5, 0.9])
def test_the_enabled_share_is_the_probability(probability):
    population, _ = first(size=2000, probability=probability, seed=1)
    count, total = population.enabled.sum(), population.enabled.size
    deviation = np.sqrt(total * probability * (1 - probability))
    assert abs(count - total * probability) < 5 * deviation


def test_each_gene_is_enabled_by_its_own_chance():
    population, _ = first(size=4000, seed=2)
    enabled = population.enabled.reshape(4000, -1)
    np.testing.assert_allclose(enabled.mean(axis=0), 0.5, atol=5 * 0.5 / np.sqrt(4000))
    off_diagonal = np.corrcoef(enabled.T)[np.triu_indices(8, 1)]
    assert np.abs(off_diagonal).max() < 5 / np.sqrt(4000)


@pytest.mark.parametrize(("probability", "expected"), [(0.0, False), (1.0, True)])
def test_certain_probabilities_are_certain(probability, expected):
    assert set(first(probability=probability)[0].enabled.tolist()) == {expected}
