"""What makes a genome valid, and what its digest tells apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wann.errors import GenomeError
from wann.genome.genome import Genome

# bias 0, inputs 1 2, outputs 3 4, hidden 5 6
GOOD = {
    "n_inputs": 2,
    "n_outputs": 2,
    "activations": [0, 0, 3, 4],
    "source": [0, 1, 5, 2, 6],
    "target": [3, 5, 6, 5, 4],
    "enabled": [True, True, False, True, True],
    "innovation": [4, 7, 2, 9, 0],
}


def build(**changes) -> Genome:
    return Genome(**(GOOD | changes))


def test_a_genome_counts_its_nodes():
    genome = build()
    assert (genome.n_nodes, genome.n_hidden, genome.first_output) == (7, 2, 3)


def test_arrays_are_frozen_and_do_not_alias_what_was_given():
    source = np.array(GOOD["source"], np.int32)
    genome = build(source=source)
    source[0] = 2
    assert genome.source[0] == 0
    with pytest.raises(ValueError, match="read-only"):
        genome.source[0] = 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n_inputs": 0}, "at least one input"),
        ({"n_outputs": 0}, "at least one input and one output"),
        ({"activations": [0]}, "at least 2"),
        ({"activations": [0, 0, 3, 99]}, "codes must lie in 0.."),
        ({"activations": [0, 0, -1, 4]}, "codes must lie in 0.."),
        ({"source": [0, 1, 5, 2]}, "one length"),
        ({"enabled": [True]}, "one length"),
        ({"innovation": []}, "one length"),
        ({"source": [-1, 1, 5, 2, 6]}, "source"),
        ({"source": [7, 1, 5, 2, 6]}, "source"),
        ({"source": [3, 1, 5, 2, 6]}, "source"),
        ({"source": [4, 1, 5, 2, 6]}, "source"),
        ({"target": [7, 5, 6, 5, 4]}, "target"),
        ({"target": [0, 5, 6, 5, 4]}, "target"),
        ({"target": [2, 5, 6, 5, 4]}, "target"),
        ({"target": [-1, 5, 6, 5, 4]}, "target"),
        ({"source": [1, 1, 5, 2, 6], "target": [5, 5, 6, 5, 4]}, "same pair"),
        ({"innovation": [4, 7, 2, 9, 4]}, "unique"),
        ({"source": [0, 6, 5, 2, 6]}, "cycle"),
        ({"source": [0, 5, 5, 2, 6]}, "cycle"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(changes, message):
    with pytest.raises(GenomeError, match=message) as caught:
        build(**changes)
    assert "\n" not in str(caught.value)


def test_a_cycle_through_a_disabled_gene_is_refused():
    # 5 -> 6 is disabled; enabling it later must not close a loop
    with pytest.raises(GenomeError, match="cycle"):
        build(source=[0, 6, 5, 2, 6], enabled=[True, True, False, True, True])


def test_a_genome_needs_no_connections():
    assert build(source=[], target=[], enabled=[], innovation=[]).n_nodes == 7


def test_random_genomes_with_an_edge_turned_back_are_refused(random_genome):
    refused = 0
    for seed in range(200):
        genome = random_genome(seed)
        hidden = genome.first_output + genome.n_outputs
        between = np.flatnonzero((genome.source >= hidden) & (genome.target >= hidden))
        if not len(between):
            continue
        gene = between[0]
        # the gene once more, backwards
        with pytest.raises(GenomeError, match="cycle"):
            replace(
                genome,
                source=np.r_[genome.source, genome.target[gene]],
                target=np.r_[genome.target, genome.source[gene]],
                enabled=np.r_[genome.enabled, False],
                innovation=np.r_[genome.innovation, genome.innovation.max() + 1],
            )
        refused += 1
    assert refused > 100


@given(st.integers(0, 10**6))
def test_equal_content_gives_equal_genomes(random_genome, seed):
    genome, again = random_genome(seed), random_genome(seed)
    assert genome is not again
    assert genome == again
    assert hash(genome) == hash(again)
    assert genome.digest == again.digest


@pytest.mark.parametrize(
    "changes",
    [
        {"activations": [0, 0, 3, 5]},
        {"activations": [0, 0, 3, 4, 0]},
        {"source": [0, 0, 5, 2, 6]},
        {"target": [4, 5, 6, 5, 3]},
        {"enabled": [True] * 5},
        {"innovation": [4, 7, 2, 9, 1]},
        {"n_inputs": 1, "activations": [0, 0, 3, 4, 4], "source": [0, 1, 5, 0, 6]},
    ],
)
def test_any_difference_gives_another_digest(changes):
    assert build(**changes) != build()
    assert build(**changes).digest != build().digest


def test_a_genome_equals_no_other_thing():
    assert build() != "genome"
