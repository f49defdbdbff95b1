"""Layers against their definition, and large genomes in little time."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wann.errors import GenomeError
from wann.genome.genome import Genome
from wann.genome.layers import layer_of_nodes
from wann.network.plan import compile_genome


def layers_of(genome: Genome) -> list[int]:
    ends = genome.source.copy(), genome.target.copy()  # kernels take writable arrays
    return layer_of_nodes(genome.n_nodes, genome.first_output, genome.n_outputs, *ends).tolist()


def longest_paths(genome: Genome) -> list[int]:
    """The definition, by recursion: 1 more than the highest source; all outputs in one last layer."""
    hidden = genome.first_output + genome.n_outputs

    def layer(node: int) -> int:
        if node < genome.first_output:
            return 0
        return 1 + max((layer(int(s)) for s in genome.source[genome.target == node]), default=0)

    found = [layer(node) for node in range(genome.n_nodes)]
    last = max([*found[genome.first_output : hidden], *(1 + value for value in found[hidden:])])
    found[genome.first_output : hidden] = [last] * genome.n_outputs
    return found


@given(st.integers(0, 10**6))
def test_a_layer_is_the_longest_path(random_genome, seed):
    genome = random_genome(seed)
    assert layers_of(genome) == longest_paths(genome)


def test_layers_of_grown_genomes_are_longest_paths(grow):
    for genome in grow(3, 2, 30, seed=8, size=20):
        assert layers_of(genome) == longest_paths(genome)


def chain(n_hidden: int, closed: bool = False) -> Genome:
    """input -> h0 -> h1 ... -> output, its genes from the last to the first; `closed` bends the end to h0."""
    nodes = np.r_[1, 3 + np.arange(n_hidden)]
    source, target = nodes, np.r_[nodes[1:], 3 if closed else 2]
    genes = np.arange(len(source))
    activations = np.zeros(1 + n_hidden)
    return Genome(1, 1, activations, source[::-1], target[::-1], np.ones(len(genes), bool), genes)


def test_the_longest_chain_that_a_file_may_hold_is_planned_in_seconds():
    compile_genome(chain(3))
    began = time.perf_counter()
    genome = chain(99_999)
    network = compile_genome(genome)
    assert time.perf_counter() - began < 10  # it takes 0.2 s; visiting all genes once a layer takes minutes
    assert network.n_connections == 100_000
    assert layers_of(genome)[2:5] == [100_000, 1, 2]


def test_a_long_cycle_is_refused_in_seconds():
    began = time.perf_counter()
    with pytest.raises(GenomeError, match="cycle"):
        chain(99_999, closed=True)
    assert time.perf_counter() - began < 10
