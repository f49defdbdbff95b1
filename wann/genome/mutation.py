"""Mutation: children from parents, exactly one operator a child, compiled over the whole generation.

A child may have two parents; then it is their crossover before it is mutated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numba import types

from wann.activations import code_of
from wann.genome.choice import mutate_once
from wann.genome.crossover import crossover
from wann.genome.innovation import InnovationLog
from wann.genome.population import Population
from wann.jit import bytes_, flags, floats, helper, i8, int32s, ints, kernel
from wann.mutations import OPERATORS

__all__ = ["OPERATORS", "mutate"]

_ROOM_NODES, _ROOM_GENES = 1, 2  # what one operator can add


def mutate(
    parents: Population,
    chosen: Sequence[int] | np.ndarray,
    unchanged: int,
    rng: np.random.Generator,
    probabilities: Mapping[str, float],
    activations: Sequence[str],
    log: InnovationLog,
    mates: Sequence[int] | np.ndarray | None = None,
    spared: np.ndarray | None = None,
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
        mates: `(children,)` indices of second parents, ranked no better than the `chosen` ones, -1 for none;
            a child that has one is the crossover of both before it is mutated. None: no child has one.
        spared: `(children,)` bool, which children are crossed at most, and not mutated; None: no others.

    Returns:
        The children in the order of `chosen`, and the log after them. A child that no operator with a
        probability above 0 can change is a copy, or the plain crossover.
    """
    chosen = np.ascontiguousarray(chosen, np.int64)
    mates = np.full(len(chosen), -1, np.int64) if mates is None else np.ascontiguousarray(mates, np.int64)
    seeds = rng.integers(0, 2**64, size=len(chosen), dtype=np.uint64)
    spared = np.zeros(len(chosen), bool) if spared is None else spared
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
        (chosen, mates, seeds, unchanged, spared),
        np.array([probabilities.get(name, 0.0) for name in OPERATORS]),
        np.array([code_of(name) for name in activations], np.int8),
        (node_start, gene_start),
        out,
        requests,
    )
    log = log.number(requests, gene_start, out[4])
    nodes, genes = node_start[-1], gene_start[-1]
    packed = (out[0][:nodes], *(array[:genes] for array in out[1:]))
    return Population(parents.n_inputs, parents.n_outputs, node_start, gene_start, *packed), log


_starts = types.UniTuple(ints, 2)
_genomes = types.Tuple((bytes_, int32s, int32s, flags, ints))
_uint64s = types.Array(types.uint64, 1, "C")
_requests = types.Array(types.int64, 2, "C")


@helper
def genome_at(arrays, starts, k):
    """Return genome `k` of a population as views of its five arrays."""
    node = slice(starts[0][k], starts[0][k + 1])
    gene = slice(starts[1][k], starts[1][k + 1])
    return arrays[0][node], arrays[1][gene], arrays[2][gene], arrays[3][gene], arrays[4][gene]


@helper
def copied(parent, out, out_starts, child):
    """Copy a genome to where `child` begins; return views with room for what one operator can add."""
    nodes, genes = parent[0].size, parent[1].size
    node = slice(out_starts[0][child], out_starts[0][child] + nodes + _ROOM_NODES)
    gene = slice(out_starts[1][child], out_starts[1][child] + genes + _ROOM_GENES)
    genome = out[0][node], out[1][gene], out[2][gene], out[3][gene], out[4][gene]
    genome[0][:nodes] = parent[0]
    genome[1][:genes] = parent[1]
    genome[2][:genes] = parent[2]
    genome[3][:genes] = parent[3]
    genome[4][:genes] = parent[4]
    return genome


@kernel(
    types.void(
        i8,
        i8,
        _starts,
        _genomes,
        types.Tuple((ints, ints, _uint64s, i8, flags)),
        floats,
        bytes_,
        _starts,
        _genomes,
        _requests,
    )
)
def _breed(first_output, n_outputs, starts, parents, plan, probabilities, choices, out_starts, out, requests):
    chosen, mates, seeds, unchanged, spared = plan
    state = np.empty(1, np.uint64)
    size = np.empty(2, np.int64)
    for child in range(chosen.size):
        parent = genome_at(parents, starts, chosen[child])
        genome = copied(parent, out, out_starts, child)
        size[0], size[1] = parent[0].size, parent[1].size
        if child >= unchanged:
            state[0] = seeds[child]
            if mates[child] >= 0:
                mate = genome_at(parents, starts, mates[child])
                crossover(first_output, n_outputs, genome, size, mate, state)
            if not spared[child]:
                request = requests[child]
                mutate_once(first_output, n_outputs, genome, size, probabilities, choices, request, state)
        out_starts[0][child + 1] = out_starts[0][child] + size[0]
        out_starts[1][child + 1] = out_starts[1][child] + size[1]
