"""Layers of a genome: the longest path over all genes, enabled or not."""

from __future__ import annotations

import numpy as np

from wann.jit import helper

_NO_GENE = -1


@helper
def layer_of_nodes(n_nodes, first_output, n_outputs, source, target):
    """Return `(n_nodes,)` int64 layers: inputs and bias 0, hidden nodes from 1, all outputs in the last.

    Disabled genes count, so that enabling one can never close a cycle. The genes must be free of cycles. Each
    node is visited once, when all that comes before it has been (Kahn 1962), so the time is in proportion to
    nodes and genes, whatever the topology.
    """
    # the genes that leave a node, as a chain: its last one, and for each gene the one before it
    last_gene, previous = np.full(n_nodes, _NO_GENE), np.empty(source.size, np.int64)
    waits_for = np.zeros(n_nodes, np.int64)
    for gene in range(source.size):
        previous[gene] = last_gene[source[gene]]
        last_gene[source[gene]] = gene
        waits_for[target[gene]] += 1
    layer = np.zeros(n_nodes, np.int64)
    layer[first_output:] = 1
    ready, n_ready = np.empty(n_nodes, np.int64), 0
    for node in range(n_nodes):
        if waits_for[node] == 0:
            ready[n_ready] = node
            n_ready += 1
    visited = 0
    while visited < n_ready:
        node = ready[visited]
        visited += 1
        gene = last_gene[node]
        while gene != _NO_GENE:
            end = target[gene]
            layer[end] = max(layer[end], layer[node] + 1)
            waits_for[end] -= 1
            if waits_for[end] == 0:
                ready[n_ready] = end
                n_ready += 1
            gene = previous[gene]
    last = max(1, layer.max())
    hidden = first_output + n_outputs
    for node in range(hidden, n_nodes):
        last = max(last, layer[node] + 1)
    layer[first_output:hidden] = last
    return layer
