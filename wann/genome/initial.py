"""The initial population: no hidden nodes, every connection a gene, some of them enabled."""

from __future__ import annotations

import numpy as np

from wann.activations import CODE
from wann.genome.innovation import InnovationLog
from wann.genome.population import Population


def initial_population(
    size: int,
    n_inputs: int,
    n_outputs: int,
    connection_probability: float,
    output_activation: str,
    rng: np.random.Generator,
) -> tuple[Population, InnovationLog]:
    """Return `size` minimal genomes and the innovation log after them.

    All (n_inputs + bias) x n_outputs genes exist in each genome with the same ids, source by source; each is
    enabled with `connection_probability`.
    """
    n_sources = 1 + n_inputs
    genes = n_sources * n_outputs
    source = np.repeat(np.arange(n_sources, dtype=np.int32), n_outputs)
    target = np.tile(np.arange(n_sources, n_sources + n_outputs, dtype=np.int32), n_sources)
    return Population(
        n_inputs=n_inputs,
        n_outputs=n_outputs,
        node_start=np.arange(size + 1, dtype=np.int64) * n_outputs,
        gene_start=np.arange(size + 1, dtype=np.int64) * genes,
        activations=np.full(size * n_outputs, CODE[output_activation], np.int8),
        source=np.tile(source, size),
        target=np.tile(target, size),
        enabled=rng.random(size * genes) < connection_probability,
        innovation=np.tile(np.arange(genes, dtype=np.int64), size),
    ), InnovationLog(genes)
