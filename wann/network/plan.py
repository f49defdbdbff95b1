"""From genomes to networks: what is live, in which order it is evaluated. Compiled over a whole population.

Live means: enabled, and on a path from a source to an output. Sources are the bias, the inputs, and
constants: nodes that no enabled path reaches but whose activation of 0 is not 0 (gaussian, sigmoid, cos).
"""

from __future__ import annotations

import numpy as np
from numba import types

from wann.activations import values_at_zero
from wann.genome.genome import Genome
from wann.genome.layers import layer_of_nodes
from wann.genome.population import Population
from wann.jit import bytes_, flags, helper, i8, int32s, ints, kernel
from wann.network.network import Network, Networks


def compile_genome(genome: Genome) -> Network:
    """Plan one genome."""
    return compile_population(Population.of([genome]))[0]


def compile_population(population: Population) -> Networks:
    """Plan every genome of a population, in order."""
    size = len(population)
    node_start, edge_start = np.zeros(size + 1, np.int64), np.zeros(size + 1, np.int64)
    codes = np.empty(len(population.activations), np.int8)
    indptr = np.empty(len(codes) + size, np.int32)
    sources, genes = (np.empty(len(population.source), np.int32) for _ in range(2))
    _plan(
        1 + population.n_inputs,
        population.n_outputs,
        values_at_zero() != 0,
        (population.node_start, population.gene_start),
        population.activations,
        (population.source, population.target),
        population.enabled,
        (node_start, edge_start),
        codes,
        (indptr, sources, genes),
    )
    nodes, edges = node_start[-1], edge_start[-1]
    return Networks(
        population.n_inputs,
        population.n_outputs,
        node_start,
        edge_start,
        codes[:nodes],
        indptr[: nodes + size],
        sources[:edges],
        genes[:edges],
    )


@helper
def counting_order(keys, n_keys):
    """Indices that sort `keys`, integers in 0 .. n_keys - 1, stably (a counting sort)."""
    count = np.zeros(n_keys + 1, np.int64)
    for key in keys:
        count[key + 1] += 1
    for k in range(1, count.size):
        count[k] += count[k - 1]
    order = np.empty(keys.size, np.int64)
    for k in range(keys.size):
        order[count[keys[k]]] = k
        count[keys[k]] += 1
    return order


@helper
def genes_in_order(order, source):
    """Gene indices in the order in which their sources are evaluated."""
    rank = np.empty(order.size, np.int64)
    for k in range(order.size):
        rank[order[k]] = k
    keys = np.empty(source.size, np.int64)
    for gene in range(source.size):
        keys[gene] = rank[source[gene]]
    return counting_order(keys, order.size)


@helper
def live_parts(first_output, hidden, constant, order, genes, activations, source, target, enabled):
    """Return (live genes, live nodes) as masks.

    `constant` tells by position which activations of 0 are not 0; `order` and `genes` are topological.
    """
    carries = np.zeros(order.size, np.bool_)
    carries[:first_output] = True
    position = 0
    for node in order:
        # every gene that enters `node` has been visited: its source comes earlier in the order
        if node >= hidden and not carries[node]:
            carries[node] = constant[activations[node - first_output]]
        while position < genes.size and source[genes[position]] == node:
            gene = genes[position]
            if enabled[gene] and carries[node]:
                carries[target[gene]] = True
            position += 1
    useful = np.zeros(order.size, np.bool_)
    useful[:hidden] = True
    live = np.zeros(source.size, np.bool_)
    for gene in genes[::-1]:
        live[gene] = enabled[gene] and carries[source[gene]] and useful[target[gene]]
        if live[gene]:
            useful[source[gene]] = True
    return live, useful


@helper
def plan_one(
    first_output, n_outputs, constant, activations, source, target, enabled, codes, indptr, sources, genes
):
    """Plan one genome into the given slices; return (computed nodes, live connections)."""
    hidden, n_nodes = first_output + n_outputs, first_output + activations.size
    layer = layer_of_nodes(n_nodes, first_output, n_outputs, source, target)
    order = counting_order(layer, n_nodes + 1)
    in_order = genes_in_order(order, source)
    live, useful = live_parts(
        first_output, hidden, constant, order, in_order, activations, source, target, enabled
    )

    # the network's own order: live hidden nodes by their longest live path, outputs last
    for node in range(first_output, n_nodes):
        layer[node] = 1 if node >= hidden else n_nodes
    for gene in in_order:
        if live[gene] and target[gene] >= hidden:
            layer[target[gene]] = max(layer[target[gene]], layer[source[gene]] + 1)
    place = np.zeros(n_nodes, np.int64)
    n_placed = 0
    for node in counting_order(layer, n_nodes + 1):
        if useful[node]:
            place[node] = n_placed
            if n_placed >= first_output:
                codes[n_placed - first_output] = activations[node - first_output]
            n_placed += 1
    n_computed = n_placed - first_output

    # connections grouped by target, sources ascending
    for k in range(n_computed + 1):
        indptr[k] = 0
    keys = np.empty(source.size, np.int64)
    for gene in range(source.size):
        keys[gene] = place[source[gene]]
        if live[gene]:
            indptr[place[target[gene]] - first_output + 1] += 1
    cursor = np.zeros(n_computed + 1, np.int64)
    for k in range(n_computed):
        indptr[k + 1] += indptr[k]
        cursor[k + 1] = indptr[k + 1]
    for gene in counting_order(keys, n_nodes):
        if live[gene]:
            row = place[target[gene]] - first_output
            sources[cursor[row]] = keys[gene]
            genes[cursor[row]] = gene
            cursor[row] += 1
    return n_computed, cursor[n_computed]


_two = types.UniTuple(ints, 2)


@kernel(
    types.void(
        i8,
        i8,
        flags,
        _two,
        bytes_,
        types.UniTuple(int32s, 2),
        flags,
        _two,
        bytes_,
        types.UniTuple(int32s, 3),
    )
)
def _plan(first_output, n_outputs, constant, starts, activations, ends, enabled, out_starts, codes, out):
    node_start, gene_start = starts
    out_nodes, out_edges = out_starts
    indptr, sources, genes = out
    for k in range(node_start.size - 1):
        gene = slice(gene_start[k], gene_start[k + 1])
        n_computed, n_edges = plan_one(
            first_output,
            n_outputs,
            constant,
            activations[node_start[k] : node_start[k + 1]],
            ends[0][gene],
            ends[1][gene],
            enabled[gene],
            codes[out_nodes[k] :],
            indptr[out_nodes[k] + k :],
            sources[out_edges[k] :],
            genes[out_edges[k] :],
        )
        out_nodes[k + 1] = out_nodes[k] + n_computed
        out_edges[k + 1] = out_edges[k] + n_edges
