"""Layers of a genome: the longest path over all genes, enabled or not."""

from __future__ import annotations

import numpy as np

from wann.jit import helper


@helper
def layer_of_nodes(n_nodes, first_output, n_outputs, source, target):
    """Return `(n_nodes,)` int64 layers: inputs and bias 0, hidden nodes from 1, all outputs in the last.

    Disabled genes count, so that enabling one can never close a cycle. The genes must be free of cycles.
    """
    layer = np.zeros(n_nodes, np.int64)
    layer[first_output:] = 1
    changed = True
    while changed:
        changed = False
        for gene in range(source.size):
            if layer[target[gene]] <= layer[source[gene]]:
                layer[target[gene]] = layer[source[gene]] + 1
                changed = True
    last = max(1, layer.max())
    hidden = first_output + n_outputs
    for node in range(hidden, n_nodes):
        last = max(last, layer[node] + 1)
    layer[first_output:hidden] = last
    return layer
