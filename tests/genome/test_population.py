"""Packing genomes end to end and getting them back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wann.genome.population import ARRAYS, Population

SEEDS = st.lists(st.integers(0, 10**6), min_size=1, max_size=6)


@given(SEEDS)
def test_genomes_come_back_as_they_were(random_genome, seeds):
    genomes = [random_genome(seed, n_inputs=3, n_outputs=2) for seed in seeds]
    assert list(Population.of(genomes)) == genomes


@given(SEEDS)
def test_positions_count_from_either_end(random_genome, seeds):
    genomes = [random_genome(seed, n_inputs=3, n_outputs=2) for seed in seeds]
    population = Population.of(genomes)
    assert len(population) == len(genomes)
    assert population[-1] == genomes[-1]
    assert population[1:] == genomes[1:]
    with pytest.raises(IndexError):
        population[len(genomes)]


def test_a_genome_of_a_population_is_a_copy(random_genome):
    population = Population.of([random_genome(3)])
    before = population.activations.copy()
    genome = population[0]
    assert not np.shares_memory(genome.activations, population.activations)
    assert population.activations.tolist() == before.tolist()


def test_digest_tells_order_and_content(random_genome):
    a, b = random_genome(1, 3, 2), random_genome(2, 3, 2)
    assert Population.of([a, b]).digest() == Population.of([a, b]).digest()
    digests = {Population.of(genomes).digest() for genomes in ([a, b], [b, a], [a], [a, a])}
    assert len(digests) == 4


def test_digest_covers_every_array(grow):
    population = grow(3, 2, 12, seed=0)
    arrays = {name: getattr(population, name) for name in ARRAYS}
    for name in ARRAYS:
        changed = arrays[name].copy()
        changed[-1] = not changed[-1] if changed.dtype == bool else changed[-1] + 1
        other = Population(3, 2, **(arrays | {name: changed}))
        assert other.digest() != population.digest(), name
