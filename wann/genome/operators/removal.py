"""The operators by which networks shrink, compiled.

They delete what is enabled: a disabled gene carries nothing and is counted nowhere, so that a child without
it would be the same network. Hidden nodes that then have no enabled gene are deleted too, with their
disabled ones. Nothing else goes: a node that stays may have become a dead end, or a constant with no way
in, and can grow on.
"""

from __future__ import annotations

import numpy as np

from wann.genome.randomness import below, pick
from wann.jit import helper


@helper
def remove_connection(first_output, n_outputs, genome, size, choices, request, state):
    """Delete a random enabled connection."""
    gene = pick(genome[3][: size[1]], state)
    if gene < 0:
        return False
    gone = np.zeros(size[1], np.bool_)
    gone[gene] = True
    delete(first_output, n_outputs, genome, size, gone)
    return True


@helper
def remove_node(first_output, n_outputs, genome, size, choices, request, state):
    """Delete a random hidden node with all its genes."""
    n_hidden = size[0] - n_outputs
    if n_hidden == 0:
        return False
    node = first_output + n_outputs + below(state, n_hidden)
    gone = (genome[1][: size[1]] == node) | (genome[2][: size[1]] == node)
    delete(first_output, n_outputs, genome, size, gone)
    return True


@helper
def delete(first_output, n_outputs, genome, size, gone):
    """Delete the genes in the mask `gone`, and hidden nodes without an enabled gene; close the gaps."""
    stays = connected(first_output, n_outputs, genome, size, gone)
    activations, source, target, enabled, innovation = genome
    place = np.arange(stays.size)
    nodes = 0
    for node in range(first_output, stays.size):
        place[node] = first_output + nodes
        if stays[node]:
            activations[nodes] = activations[node - first_output]
            nodes += 1
    genes = 0
    for gene in range(size[1]):
        if not gone[gene] and stays[source[gene]] and stays[target[gene]]:
            source[genes], target[genes] = place[source[gene]], place[target[gene]]
            enabled[genes], innovation[genes] = enabled[gene], innovation[gene]
            genes += 1
    size[0], size[1] = nodes, genes


@helper
def connected(first_output, n_outputs, genome, size, gone):
    """Return the mask of nodes that are fixed or have an enabled gene that is not `gone`."""
    found = np.zeros(first_output + size[0], np.bool_)
    found[: first_output + n_outputs] = True
    for gene in range(size[1]):
        if genome[3][gene] and not gone[gene]:
            found[genome[1][gene]] = found[genome[2][gene]] = True
    return found
