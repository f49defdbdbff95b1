"""Mutation: children from parents, exactly one operator a child, compiled over the whole generation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numba import types

from wann.activations import CODE
from wann.genome.innovation import InnovationLog
from wann.genome.operators import (
    add_connection,
    add_node,
    change_activation,
    enable_connection,
)
from wann.genome.population import Population
from wann.genome.randomness import uniform
from wann.jit import bytes_, flags, floats, helper, i8, int32s, ints, kernel

# The operators, in the order of their probabilities; `mutate_once` applies them by this position.
OPERATORS: tuple[str, ...] = ("change_activation", "add_node", "add_connection", "enable_connection")

_ROOM_NODES, _ROOM_GENES = 1, 2  # what one operator can add


def mutate(
    parents: Population,
    chosen: Sequence[int] | np.ndarray,
    unchanged: int,
    rng: np.random.Generator,
    probabilities: Mapping[str, float],
    activations: Sequence[str],
    log: InnovationLog,
) -> tuple[Population, InnovationLog]:
    """Breed one generation.

    Args:
        parents: the genomes to breed from.
        chosen: `(children,)` indices of parents; the first `unchanged` are copied, each other is mutated.
        unchanged: how many children are plain copies.
        rng: gives each child one 64-bit seed.
        probabilities: operator name -> probability; the operators that can apply share by these.
        activations: the set that new and changed nodes draw from.
        log: gives out innovation ids.

    Returns:
        The children in the order of `chosen`, and the log after them. A child that no operator with a
        probability above 0 can change is a copy.
    """
    chosen = np.ascontiguousarray(chosen, np.int64)
    seeds = rng.integers(0, 2**64, size=len(chosen), dtype=np.uint64)
    n_nodes = np.diff(parents.node_start)[chosen].sum() + _ROOM_NODES * len(chosen)
    n_genes = np.diff(parents.gene_start)[chosen].sum() + _ROOM_GENES * len(chosen)
    node_start, gene_start = (np.zeros(len(chosen) + 1, np.int64) for _ in range(2))
    out = (
        np.empty(n_nodes, np.int8),
        np.empty(n_genes, np.int32),
        np.empty(n_genes, np.int32),
        np.empty(n_genes, np.bool_),
        np.empty(n_genes, np.int64),
    )
    requests = np.zeros((len(chosen), 3), np.int64)
    _breed(
        1 + parents.n_inputs,
        parents.n_outputs,
        (parents.node_start, parents.gene_start),
        (parents.activations, parents.source, parents.target, parents.enabled, parents.innovation),
        (chosen, seeds, unchanged),
        np.array([probabilities.get(name, 0.0) for name in OPERATORS]),
        np.array([CODE[name] for name in activations], np.int8),
        (node_start, gene_start),
        out,
        requests,
    )
    log = log.number(requests, gene_start, out[4])
    nodes, genes = node_start[-1], gene_start[-1]
    packed = (out[0][:nodes], *(array[:genes] for array in out[1:]))
    return Population(parents.n_inputs, parents.n_outputs, node_start, gene_start, *packed), log


@helper
def mutate_once(first_output, n_outputs, genome, size, probabilities, choices, request, state):
    """Apply one operator, drawn by probability among those that can apply."""
    activations, source, target, enabled, innovation = genome
    left = probabilities.copy()
    while True:
        total = 0.0
        for p in left:
            total += p
        if total <= 0.0:
            return
        draw = uniform(state) * total
        operator = -1
        for index in range(left.size):
            if left[index] > 0.0:
                operator = index
                if draw < left[index]:
                    break
                draw -= left[index]
        if operator == 0:
            done = change_activation(first_output, n_outputs, activations, size, choices, state)
        elif operator == 1:
            done = add_node(
                first_output, activations, source, target, enabled, innovation, size, choices, request, state
            )
        elif operator == 2:
            done = add_connection(
                first_output, n_outputs, source, target, enabled, innovation, size, request, state
            )
        else:
            done = enable_connection(enabled, size, state)
        if done:
            return
        left[operator] = 0.0


_starts = types.UniTuple(ints, 2)
_genomes = types.Tuple((bytes_, int32s, int32s, flags, ints))
_uint64s = types.Array(types.uint64, 1, "C")
_requests = types.Array(types.int64, 2, "C")


@kernel(
    types.void(
        i8,
        i8,
        _starts,
        _genomes,
        types.Tuple((ints, _uint64s, i8)),
        floats,
        bytes_,
        _starts,
        _genomes,
        _requests,
    )
)
def _breed(first_output, n_outputs, starts, parents, plan, probabilities, choices, out_starts, out, requests):
    node_start, gene_start = starts
    chosen, seeds, unchanged = plan
    out_nodes, out_genes = out_starts
    state = np.empty(1, np.uint64)
    size = np.empty(2, np.int64)
    for child in range(chosen.size):
        parent = chosen[child]
        first_node, first_gene = out_nodes[child], out_genes[child]
        size[0] = node_start[parent + 1] - node_start[parent]
        size[1] = gene_start[parent + 1] - gene_start[parent]
        genome = (
            out[0][first_node : first_node + size[0] + _ROOM_NODES],
            out[1][first_gene : first_gene + size[1] + _ROOM_GENES],
            out[2][first_gene : first_gene + size[1] + _ROOM_GENES],
            out[3][first_gene : first_gene + size[1] + _ROOM_GENES],
            out[4][first_gene : first_gene + size[1] + _ROOM_GENES],
        )
        genome[0][: size[0]] = parents[0][node_start[parent] : node_start[parent + 1]]
        genes = slice(gene_start[parent], gene_start[parent + 1])
        genome[1][: size[1]] = parents[1][genes]
        genome[2][: size[1]] = parents[2][genes]
        genome[3][: size[1]] = parents[3][genes]
        genome[4][: size[1]] = parents[4][genes]
        if child >= unchanged:
            state[0] = seeds[child]
            mutate_once(first_output, n_outputs, genome, size, probabilities, choices, requests[child], state)
        out_nodes[child + 1] = first_node + size[0]
        out_genes[child + 1] = first_gene + size[1]
