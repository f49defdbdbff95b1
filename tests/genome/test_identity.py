"""Which node is which: an innovation id means one thing in all genomes, whatever was removed from them."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from wann.activations import NAMES
from wann.genome.genome import Genome
from wann.genome.identity import naming_genes, node_key
from wann.genome.initial import initial_population
from wann.genome.innovation import InnovationLog
from wann.genome.mutation import OPERATORS, mutate
from wann.genome.population import Population

# Growth outweighs removal, so that there is something to remove.
SHARES = dict.fromkeys(OPERATORS, 0.1) | {"add_node": 0.3, "add_connection": 0.3}


def key(genome: Genome, node: int) -> int:
    hidden = genome.first_output + genome.n_outputs
    return node_key(node, hidden, genome.source, genome.target, genome.innovation)


def ends_by_id(genome: Genome) -> dict[int, tuple[int, int]]:
    ends = zip(genome.source.tolist(), genome.target.tolist(), strict=True)
    return dict(zip(genome.innovation.tolist(), ends, strict=True))


def trace(parent: Genome, births: list, child: Genome, generation: int) -> list:
    """The birth of each of a child's nodes: its place, or (generation, id of the gene that was split).

    Nodes are followed through the genes that parent and child share, which asks for no keys.
    """
    found: dict[int, object] = {node: node for node in range(child.first_output + child.n_outputs)}
    before, now = ends_by_id(parent), ends_by_id(child)
    for number in before.keys() & now.keys():
        for old, new in zip(before[number], now[number], strict=True):
            assert found.setdefault(new, births[old]) == births[old]
    new_genes = [now[number] for number in now.keys() - before.keys()]
    if len(new_genes) == 2:
        (((a, _), (_, b)),) = [(p, q) for p in new_genes for q in new_genes if p[1] == q[0]]
        (split,) = [number for number, ends in now.items() if ends == (a, b)]
        found[child.n_nodes - 1] = (generation, split)
    return [found[node] for node in range(child.n_nodes)]


def history(seed: int, size: int, generations: int):
    """(genome, births of its nodes) of every genome of a search that draws parents and mates at random."""
    rng = np.random.default_rng(seed)
    population, log = initial_population(size, 2, 1, 0.7, "linear", rng)
    births = [list(range(genome.n_nodes)) for genome in population]
    seen = list(zip(population, births, strict=True))
    for generation in range(generations):
        chosen = rng.integers(0, size // 3, size)  # few have children, so that relatives meet
        mates = rng.integers(-1, size, size)
        children, log = mutate(population, chosen, 0, rng, SHARES, NAMES, log, mates)
        births = [
            trace(population[k], births[k], child, generation)
            for k, child in zip(chosen, children, strict=True)
        ]
        population = children
        seen += zip(population, births, strict=True)
    return seen


@settings(max_examples=15)
@given(st.integers(0, 10**6))
def test_an_id_joins_the_same_two_nodes_in_all_genomes_of_all_generations(seed):
    meaning = {}
    for genome, births in history(seed, 12, 30):
        for number, (source, target) in ends_by_id(genome).items():
            ends = births[source], births[target]
            assert meaning.setdefault(number, ends) == ends


@settings(max_examples=15)
@given(st.integers(0, 10**6))
def test_two_different_nodes_never_have_one_key(seed):
    birth_of = {}
    for genome, births in history(seed, 12, 30):
        for node, birth in enumerate(births):
            assert birth_of.setdefault(key(genome, node), birth) == birth


def test_removal_gives_some_nodes_other_keys_and_leaves_some_without_a_way_in():
    keys, orphans = defaultdict(set), 0
    for genome, births in history(1, 12, 60):
        for node, birth in enumerate(births):
            keys[birth].add(key(genome, node))
            orphans += node >= genome.first_output + 1 and node not in genome.target
    assert orphans > 10
    assert sum(len(found) > 1 for found in keys.values()) > 10


def test_a_node_is_known_by_its_oldest_way_in_or_else_its_oldest_way_out():
    # bias 0, input 1, output 2, hidden 3 4 5
    genome = Genome(
        1, 1, [0, 0, 0, 0], [4, 1, 0, 4, 5], [2, 3, 3, 3, 2], [True] * 5, innovation=[3, 9, 7, 8, 1]
    )
    names = naming_genes(6, genome.source, genome.target, genome.innovation)
    assert names[3:].tolist() == [2, 0, 4]
    assert [key(genome, node) for node in range(4)] == [-1, -2, -3, 7]
    assert len({key(genome, node) for node in range(6)} | {1, 3, 8, 9}) == 10


@given(st.integers(0, 10**6))
def test_both_ways_to_find_the_naming_gene_agree(random_genome, seed):
    genome = random_genome(seed)
    names = naming_genes(genome.n_nodes, genome.source, genome.target, genome.innovation)
    for node in range(genome.first_output + genome.n_outputs, genome.n_nodes):
        gene = names[node]
        if gene < 0:
            assert node not in {*genome.source.tolist(), *genome.target.tolist()}
        else:
            incoming = genome.target[gene] == node
            assert key(genome, node) == genome.innovation[gene] + (0 if incoming else 2**62)


def test_ids_given_to_nodes_without_a_way_in_are_their_own():
    # hidden 3 and 4 have no incoming gene; only 2 is an output
    genome = Genome(1, 1, [0, 0, 0], [3, 4], [2, 2], [True] * 2, [5, 6])
    children, _ = mutate(
        Population.of([genome]),
        [0] * 400,
        0,
        np.random.default_rng(0),
        {"add_connection": 1.0},
        NAMES,
        InnovationLog(99),
    )
    ends = {(int(c.innovation[-1]), int(c.source[-1]), int(c.target[-1])) for c in children}
    assert len(ends) == len({number for number, _, _ in ends})
