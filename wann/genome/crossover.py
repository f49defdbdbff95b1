"""Crossover by innovation id, compiled (Stanley & Miikkulainen 2002).

Genes with one id match. A child has exactly the genes of its better ranked parent, as disjoint and excess
genes come from that one alone. So it is as valid and as feed-forward as that parent: genes of both are
never united, which could close a cycle. The parents can disagree about whether a matching gene is enabled
and what activation a node has; as connections carry no weights, that is all there is to mix.
"""

from __future__ import annotations

import numpy as np

from wann.genome.identity import naming_genes
from wann.genome.randomness import uniform
from wann.jit import helper


@helper
def crossover(first_output, n_outputs, genome, size, mate, state):
    """Cross a copy of the better ranked parent, in place, with the other one.

    Each matching gene comes from either parent with equal chance, enabled or not as it is there. A hidden
    node comes with the gene that it is known by (see identity.py), with the activation it has in that parent.
    """
    activations, source, target, enabled, innovation = genome
    n_nodes, hidden, genes = first_output + size[0], first_output + n_outputs, size[1]
    origin = matches(innovation[:genes], mate[4])
    for gene in range(genes):
        if origin[gene] >= 0:
            if uniform(state) < 0.5:
                enabled[gene] = mate[3][origin[gene]]
            else:
                origin[gene] = -1
    names = naming_genes(n_nodes, source[:genes], target[:genes], innovation[:genes])
    for node in range(hidden, n_nodes):
        name = names[node]
        if name >= 0 and origin[name] >= 0:
            end = mate[2] if target[name] == node else mate[1]
            twin = end[origin[name]]
            if twin >= hidden:  # always so in genomes of one search
                activations[node - first_output] = mate[0][twin - first_output]


@helper
def matches(innovation, mate):
    """Return for each gene the index of the mate's gene with the same id, or -1."""
    found = np.full(innovation.size, -1, np.int64)
    theirs = by_id(mate)
    k = 0
    for gene in by_id(innovation):
        while k < theirs.size and mate[theirs[k]] < innovation[gene]:
            k += 1
        if k < theirs.size and mate[theirs[k]] == innovation[gene]:
            found[gene] = theirs[k]
    return found


@helper
def by_id(innovation):
    """Return the gene indices by ascending id.

    An insertion sort: genomes that a search has bred have their genes in this order already.
    """
    order = np.arange(innovation.size)
    for gene in range(1, innovation.size):
        k = gene
        while k > 0 and innovation[order[k - 1]] > innovation[gene]:
            order[k] = order[k - 1]
            k -= 1
        order[k] = gene
    return order
