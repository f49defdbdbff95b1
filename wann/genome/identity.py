"""Which node is which in another genome. Hidden nodes carry no ids of their own.

An innovation id tells which two nodes a gene joins, in every genome that has it. So any gene of a hidden
node tells which node it is, and the node is known by one of them: its oldest incoming gene or, where none
comes in, its oldest outgoing one. While networks only grow, that is the gene that the node was born with.
Removal may take that gene away, and the node is then known by the next one. Beside genomes that kept the
gene it looks new: what grows on it gets ids of its own from then on. But two different nodes are never
taken for one.
"""

from __future__ import annotations

import numpy as np

from wann.jit import helper

# Keys by an outgoing gene lie above all ids.
_OUTGOING = 2**62
_NO_GENE = 2**63 - 1


@helper
def node_key(node, hidden, source, target, innovation):
    """A node's key across genomes: fixed nodes by place, hidden ones by the gene they are known by."""
    if node < hidden:
        return -np.int64(node) - 1
    first = np.int64(_NO_GENE)
    for gene in range(target.size):
        if target[gene] == node:
            first = min(first, innovation[gene])
    if first < _NO_GENE:
        return first
    for gene in range(source.size):
        if source[gene] == node:
            first = min(first, innovation[gene] + _OUTGOING)
    return first


@helper
def naming_genes(n_nodes, source, target, innovation):
    """Return `(n_nodes,)` the gene that each node is known by, -1 for a node without genes."""
    names = np.full(n_nodes, -1, np.int64)
    for gene in range(target.size):
        name = names[target[gene]]
        if name < 0 or innovation[gene] < innovation[name]:
            names[target[gene]] = gene
    for gene in range(source.size):
        name = names[source[gene]]
        if name < 0 or (source[name] == source[gene] and innovation[gene] < innovation[name]):
            names[source[gene]] = gene
    return names
