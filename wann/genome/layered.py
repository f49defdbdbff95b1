"""Dense topologies: layers, each fully joined to the next, and the bias to all of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from wann.activations import CODE
from wann.errors import GenomeError
from wann.genome.genome import Genome
from wann.genome.serial import MOST_GENES, MOST_NODES


def dense_genome(
    n_inputs: int, hidden: Sequence[int], n_outputs: int, activation: str, output_activation: str
) -> Genome:
    """Return the genome of a multilayer perceptron; `hidden` holds the nodes of each hidden layer.

    Genes come layer by layer and target by target, the bias first in each.

    Raises:
        GenomeError: it would be larger than a genome file may be.
    """
    sizes = [n_inputs, *hidden, n_outputs]
    n_genes, n_nodes = sum((a + 1) * b for a, b in pairwise(sizes)), 1 + sum(sizes)
    if n_genes > MOST_GENES or n_nodes > MOST_NODES:
        raise GenomeError(
            f"topology: {'-'.join(map(str, sizes))} has {n_genes:,} connections and {n_nodes:,} nodes; "
            f"expected at most {MOST_GENES:,} and {MOST_NODES:,}"
        )
    first_output = 1 + n_inputs
    layers = [np.arange(1, first_output)]
    first = first_output + n_outputs
    for size in hidden:
        layers.append(np.arange(first, first + size))
        first += size
    layers.append(np.arange(first_output, first_output + n_outputs))
    sources = [np.tile(np.append(0, below), len(above)) for below, above in pairwise(layers)]
    targets = [np.repeat(above, len(below) + 1) for below, above in pairwise(layers)]
    return Genome(
        n_inputs,
        n_outputs,
        np.repeat([CODE[output_activation], CODE[activation]], [n_outputs, sum(hidden)]),
        np.concatenate(sources),
        np.concatenate(targets),
        np.ones(n_genes, bool),
        np.arange(n_genes),
    )
