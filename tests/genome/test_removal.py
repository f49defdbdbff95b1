"""The operators that let networks shrink: what goes, what stays, and by which chance."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wann.activations import CODE, NAMES
from wann.genome.genome import Genome
from wann.genome.innovation import InnovationLog
from wann.genome.mutation import OPERATORS, mutate
from wann.genome.population import Population
from wann.network.plan import compile_genome
from wann.network.reference import forward

REMOVALS = ("remove_connection", "remove_node")
SEEDS = st.integers(0, 10**6)

# bias 0, inputs 1 2, output 3, hidden 4 5 6; 4 was put into 1->3, 5 into 4->3, and 6 has no way out
RICH = Genome(
    n_inputs=2,
    n_outputs=1,
    activations=np.array([CODE[name] for name in ("linear", "tanh", "sin", "cos")]),
    source=np.array([0, 1, 2, 1, 4, 4, 5, 2]),
    target=np.array([3, 3, 3, 4, 3, 5, 3, 6]),
    enabled=np.array([True, False, False, True, False, True, True, True]),
    innovation=np.arange(8),
)


def children_of(genome, count, operator, seed=0):
    parents = Population.of([genome])
    rng = np.random.default_rng(seed)
    return mutate(parents, np.zeros(count, int), 0, rng, {operator: 1.0}, NAMES, InnovationLog(10**6))[0]


def lines(genome: Genome) -> list[tuple]:
    """Source, target, enabled and id of each gene."""
    arrays = (genome.source, genome.target, genome.enabled, genome.innovation)
    return list(zip(*(array.tolist() for array in arrays), strict=True))


# An independent reading of what a removal leaves


def without(genome: Genome, gone: set[int]) -> Genome:
    """The genome without some genes, and without hidden nodes that have no enabled one left."""
    genes = lines(genome)
    hidden = set(range(genome.first_output + genome.n_outputs, genome.n_nodes))
    left = [gene for k, gene in enumerate(genes) if k not in gone]
    in_use = {end for s, t, enabled, _ in left for end in (s, t) if enabled}
    lost = hidden - in_use
    kept = [n for n in range(genome.n_nodes) if n not in lost]
    left = [gene for gene in left if not lost & set(gene[:2])]
    source, target, enabled, innovation = zip(*left, strict=True) if left else ((), (), (), ())
    return replace(
        genome,
        activations=[genome.activations[n - genome.first_output] for n in kept if n >= genome.first_output],
        source=[kept.index(s) for s in source],
        target=[kept.index(t) for t in target],
        enabled=enabled,
        innovation=innovation,
    )


def after(genome: Genome, operator: str) -> dict[int, Genome]:
    """The gene or node that an operator can take -> the genome without it."""
    genes = lines(genome)
    if operator == "remove_connection":
        return {k: without(genome, {k}) for k, (_, _, enabled, _) in enumerate(genes) if enabled}
    return {
        node: without(genome, {k for k, gene in enumerate(genes) if node in gene[:2]})
        for node in range(genome.first_output + genome.n_outputs, genome.n_nodes)
    }


# Examples


def test_a_connection_leaves_the_genome():
    assert lines(without(RICH, {0})) == [g for g in lines(RICH) if g[:2] != (0, 3)]
    assert after(RICH, "remove_connection")[0] in children_of(RICH, 50, "remove_connection")


def test_a_node_that_keeps_another_enabled_gene_stays():
    # 1->4 goes: 4 is a constant now, and keeps 4->5
    child = after(RICH, "remove_connection")[3]
    assert child in children_of(RICH, 50, "remove_connection")
    assert child.activations.tolist() == RICH.activations.tolist()
    assert lines(child) == [g for g in lines(RICH) if g[:2] != (1, 4)]


def test_a_node_goes_with_its_last_enabled_gene_and_those_above_move_down():
    # 2->6 goes and 6 with it; then 1->4 and 4->5: 4 goes with its disabled 4->3, and 5 becomes 4
    children = children_of(RICH, 50, "remove_connection")
    (child,) = {c for c in children if c.n_hidden == 2}
    assert lines(child) == lines(RICH)[:-1]
    assert child.activations.tolist() == RICH.activations.tolist()[:-1]
    bare = replace(RICH, enabled=[True, False, False, False, False, True, True, True])
    (child,) = {c for c in children_of(bare, 50, "remove_connection") if 5 not in c.innovation}
    assert [NAMES[code] for code in child.activations] == ["linear", "sin", "cos"]
    assert lines(child) == [
        (0, 3, True, 0),
        (1, 3, False, 1),
        (2, 3, False, 2),
        (4, 3, True, 6),
        (2, 5, True, 7),
    ]


def test_a_removed_node_takes_all_its_genes():
    (child,) = {c for c in children_of(RICH, 50, "remove_node") if 3 not in c.innovation}
    assert [NAMES[code] for code in child.activations] == ["linear", "sin", "cos"]
    assert child.innovation.tolist() == [0, 1, 2, 6, 7]
    assert lines(child)[3:] == [(4, 3, True, 6), (2, 5, True, 7)]


def test_a_removed_node_takes_along_a_neighbour_that_only_it_was_joined_to():
    # 1 -> 3 -> 4 -> 2, of which 1->3 and 4->2 are disabled: without 4, node 3 has no enabled gene
    chain = Genome(1, 1, [0, 4, 4], [1, 3, 4], [3, 4, 2], [False, True, False], [0, 1, 2])
    for child in children_of(chain, 20, "remove_node"):
        assert (child.n_hidden, len(child.source)) == (0, 0)


# Properties


@pytest.mark.parametrize("operator", REMOVALS)
@settings(max_examples=150)
@given(seed=SEEDS)
def test_exactly_one_thing_and_what_hangs_on_it_goes(random_genome, operator, seed):
    parent = random_genome(seed)
    possible = list(after(parent, operator).values()) or [parent]
    for child in children_of(parent, 8, operator, seed):
        assert child in possible


@pytest.mark.parametrize("operator", REMOVALS)
@given(seed=SEEDS)
def test_so_it_is_in_genomes_that_grew_and_shrank(grow, operator, seed):
    for parent in grow(3, 2, 40, seed, operators=(*OPERATORS, "add_node", "add_connection")):
        possible = list(after(parent, operator).values()) or [parent]
        assert all(child in possible for child in children_of(parent, 4, operator, seed))


@pytest.mark.parametrize("operator", REMOVALS)
@pytest.mark.parametrize("seed", range(4))
def test_each_enabled_connection_and_each_hidden_node_goes_alike(random_genome, operator, seed):
    parents = (g for g in map(random_genome, range(1000 * seed, 10**6)) if g.n_hidden > 2)
    for parent in parents:
        outcomes = after(parent, operator)
        if len(outcomes) > 2 and len(set(outcomes.values())) == len(outcomes):
            break
    counts = Counter(children_of(parent, 3000, operator, seed))
    share = 1 / len(outcomes)
    deviation = np.sqrt(3000 * share * (1 - share))
    assert counts.keys() == set(outcomes.values())
    assert all(abs(count - 3000 * share) <= 5 * deviation for count in counts.values())


@pytest.mark.parametrize("operator", REMOVALS)
@settings(max_examples=30)
@given(seed=SEEDS)
def test_a_network_without_it_computes_as_if_it_were_disabled(random_genome, operator, seed):
    parent = random_genome(seed)
    inputs = np.random.default_rng(seed).normal(size=(5, parent.n_inputs))
    for taken, child in after(parent, operator).items():
        off = [
            k == taken if operator == "remove_connection" else taken in gene[:2]
            for k, gene in enumerate(lines(parent))
        ]
        disabled = replace(parent, enabled=parent.enabled & ~np.array(off, bool))
        expected, found = compile_genome(disabled), compile_genome(child)
        assert found.n_connections == expected.n_connections
        weights = np.array([[1.3]])
        np.testing.assert_array_equal(forward(found, weights, inputs), forward(expected, weights, inputs))


@given(SEEDS)
def test_every_hidden_node_keeps_an_enabled_gene(grow, seed):
    for genome in grow(3, 2, 60, seed, operators=(*OPERATORS, "add_node", "add_connection")):
        ends = {*genome.source[genome.enabled].tolist(), *genome.target[genome.enabled].tolist()}
        assert set(range(genome.first_output + genome.n_outputs, genome.n_nodes)) <= ends


@pytest.mark.parametrize("operator", REMOVALS)
@given(seed=SEEDS)
def test_removed_without_end_nothing_that_grew_is_left(grow, operator, seed):
    genome = grow(3, 2, 30, seed)[0]
    for _ in range(len(genome.source)):
        genome = children_of(genome, 1, operator, seed)[0]
    assert genome.n_hidden == 0
    assert set(genome.innovation.tolist()) <= set(grow(3, 2, 30, seed)[0].innovation.tolist())
    if operator == "remove_connection":
        assert not genome.enabled.any()


def test_removal_asks_for_no_ids():
    log = InnovationLog(77)
    probabilities = dict.fromkeys(REMOVALS, 0.5)
    rng = np.random.default_rng(0)
    assert mutate(Population.of([RICH]), [0] * 20, 0, rng, probabilities, NAMES, log)[1] == log


# Among the other operators


def test_an_operator_that_cannot_apply_yields_to_the_others():
    bare = Genome(1, 1, [0], [0, 1], [2, 2], [False, False], [0, 1])
    assert (
        set(children_of(bare, 20, "remove_connection")) == set(children_of(bare, 20, "remove_node")) == {bare}
    )
    probabilities = {"remove_node": 0.5, "remove_connection": 0.4, "enable_connection": 0.1}
    children, _ = mutate(
        Population.of([bare]), [0] * 50, 0, np.random.default_rng(0), probabilities, NAMES, InnovationLog(9)
    )
    assert {tuple(child.enabled.tolist()) for child in children} == {(True, False), (False, True)}


def test_they_are_drawn_by_their_probabilities():
    probabilities = {"add_node": 0.3, "remove_connection": 0.5, "remove_node": 0.2}
    rng = np.random.default_rng(1)
    children, _ = mutate(Population.of([RICH]), [0] * 6000, 0, rng, probabilities, NAMES, InnovationLog(99))
    # to remove node 6 is to remove its only connection: a third of the node removals look so
    outcomes = dict.fromkeys(after(RICH, "remove_node").values(), "remove_node")
    outcomes |= dict.fromkeys(after(RICH, "remove_connection").values(), "remove_connection")
    kinds = Counter(outcomes.get(child, "add_node") for child in children)
    expected = {"add_node": 0.3, "remove_connection": 0.5 + 0.2 / 3, "remove_node": 0.2 * 2 / 3}
    for kind, share in expected.items():
        assert abs(kinds[kind] - 6000 * share) <= 5 * np.sqrt(6000 * share * (1 - share))
