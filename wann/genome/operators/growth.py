"""The operators by which networks grow, compiled. Source: Gaier & Ha 2019, and for innovation ids NEAT."""

from __future__ import annotations

import numpy as np

from wann.genome.identity import node_key
from wann.genome.innovation import CONNECTION, NODE
from wann.genome.layers import layer_of_nodes
from wann.genome.randomness import below, pick
from wann.jit import helper

# The value of `innovation` until ids are given.
UNNUMBERED = -1


@helper
def add_node(first_output, n_outputs, genome, size, choices, request, state):
    """Disable a random enabled connection a->b and put a new node n in its place: a->n, n->b."""
    activations, source, target, enabled, innovation = genome
    genes = size[1]
    split = pick(enabled[:genes], state)
    if split < 0:
        return False
    node = first_output + size[0]
    activations[size[0]] = choices[below(state, choices.size)]
    enabled[split] = False
    source[genes], target[genes] = source[split], node
    source[genes + 1], target[genes + 1] = node, target[split]
    enabled[genes : genes + 2] = True
    innovation[genes : genes + 2] = UNNUMBERED
    request[0], request[1] = NODE, innovation[split]
    size[0] += 1
    size[1] += 2
    return True


@helper
def add_connection(first_output, n_outputs, genome, size, choices, request, state):
    """Join a random source to a random node of a strictly later layer that it has no gene to yet."""
    _, source, target, enabled, innovation = genome
    genes, n_nodes, hidden = size[1], first_output + size[0], first_output + n_outputs
    layer = layer_of_nodes(n_nodes, first_output, n_outputs, source[:genes], target[:genes])
    candidates = np.ones(n_nodes, np.bool_)
    candidates[first_output:hidden] = False
    free = np.empty(n_nodes, np.bool_)
    while True:
        start = pick(candidates, state)
        if start < 0:
            return False
        for node in range(n_nodes):
            free[node] = layer[node] > layer[start]
        for gene in range(genes):
            if source[gene] == start:
                free[target[gene]] = False
        end = pick(free, state)
        if end >= 0:
            break
        candidates[start] = False
    source[genes], target[genes], enabled[genes], innovation[genes] = start, end, True, UNNUMBERED
    request[0] = CONNECTION
    request[1] = node_key(start, hidden, source[:genes], target[:genes], innovation[:genes])
    request[2] = node_key(end, hidden, source[:genes], target[:genes], innovation[:genes])
    size[1] += 1
    return True


@helper
def enable_connection(first_output, n_outputs, genome, size, choices, request, state):
    """Enable a random disabled connection again."""
    enabled = genome[3]
    gene = pick(~enabled[: size[1]], state)
    if gene < 0:
        return False
    enabled[gene] = True
    return True
