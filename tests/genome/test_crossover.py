"""Crossover: what a child has from which parent."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wann.activations import NAMES
from wann.genome.crossover import matches
from wann.genome.genome import Genome
from wann.genome.initial import initial_population
from wann.genome.innovation import InnovationLog
from wann.genome.mutation import OPERATORS, mutate
from wann.genome.population import ARRAYS, Population

SEEDS = st.integers(0, 10**6)
SHARES = dict.fromkeys(OPERATORS, 0.1) | {"add_node": 0.3, "add_connection": 0.3}
LOG = InnovationLog(10**6)


def cross(better: Genome, worse: Genome, count: int, seed: int = 0, probabilities=None) -> Population:
    """Children of two parents, not mutated unless there are probabilities."""
    parents = Population.of([worse, better])
    rng, ones = np.random.default_rng(seed), np.ones(count, int)
    return mutate(parents, ones, 0, rng, probabilities or {}, NAMES, LOG, 0 * ones)[0]


def breed(generations: int, seed: int, size: int = 8) -> Population:
    """Relatives: a population after so many generations of crossover and mutation."""
    rng = np.random.default_rng(seed)
    population, log = initial_population(size, 3, 2, 0.5, "linear", rng)
    for _ in range(generations):
        chosen, mates = rng.integers(0, size // 2, size), rng.integers(-1, size, size)
        population, log = mutate(population, chosen, 0, rng, SHARES, NAMES, log, mates)
    return population


def by_id(genome: Genome) -> dict[int, tuple[int, int, bool]]:
    """Id -> source, target, enabled."""
    arrays = (genome.source, genome.target, genome.enabled)
    return dict(zip(genome.innovation.tolist(), zip(*(a.tolist() for a in arrays), strict=True), strict=True))


def name_of(genome: Genome, node: int) -> tuple[int, int]:
    """The id that a hidden node is known by, and which end of that gene the node is."""
    genes = by_id(genome)
    into = [number for number, gene in genes.items() if gene[1] == node]
    out_of = [number for number, gene in genes.items() if gene[0] == node]
    return (min(into), 1) if into else (min(out_of, default=-1), 0)


def check(better: Genome, worse: Genome, child: Genome) -> None:
    """Fail where a child has anything that it has from neither parent, or from the wrong one."""
    for name in ("source", "target", "innovation"):
        assert getattr(child, name).tolist() == getattr(better, name).tolist()
    ours, theirs, genes = by_id(better), by_id(worse), by_id(child)
    for number, (*_, enabled) in genes.items():
        assert enabled in {ours[number][2], theirs.get(number, ours[number])[2]}
    first, hidden = better.first_output, better.first_output + better.n_outputs
    for node in range(first, child.n_nodes):
        allowed = {better.activations[node - first]}
        number, end = name_of(better, node)
        if node >= hidden and number in theirs and theirs[number][end] >= hidden:
            twin = worse.activations[theirs[number][end] - first]
            if ours[number][2] == theirs[number][2]:
                allowed.add(twin)
            elif (
                genes[number][2] == theirs[number][2]
            ):  # the gene came from the worse one, and the node with it
                allowed = {twin}
        assert child.activations[node - first] in allowed


# bias 0, input 1, output 2, hidden 3 4 in one and 3 4 5 in the other; genes 0..5 match
BETTER = Genome(
    n_inputs=1,
    n_outputs=1,
    activations=[0, 1, 2],
    source=[0, 1, 1, 3, 0, 4, 3],
    target=[2, 2, 3, 2, 4, 2, 4],
    enabled=[True] * 7,
    innovation=[0, 1, 2, 3, 4, 5, 8],
)
WORSE = Genome(
    n_inputs=1,
    n_outputs=1,
    activations=[5, 8, 7, 6],
    source=[0, 1, 1, 5, 0, 4, 1, 3],
    target=[2, 2, 5, 2, 4, 2, 3, 2],
    enabled=[False] * 8,
    innovation=[0, 1, 2, 3, 4, 5, 6, 7],
)


def test_matching_genes_come_from_either_parent_and_all_others_from_the_better():
    children = cross(BETTER, WORSE, 4000)
    enabled = np.array([child.enabled for child in children])
    assert enabled[:, 6].all()
    counts = (~enabled[:, :6]).sum(axis=0)
    assert (np.abs(counts - 2000) <= 5 * np.sqrt(1000)).all()
    off_diagonal = np.corrcoef(enabled[:, :6].T)[np.triu_indices(6, 1)]
    assert np.abs(off_diagonal).max() < 5 / np.sqrt(4000)


def test_a_node_comes_with_the_gene_it_is_known_by_wherever_it_stands_in_either_parent():
    seen = set()
    for child in cross(BETTER, WORSE, 100):
        check(BETTER, WORSE, child)
        assert child.activations[0] == 0  # the output's is the task's
        first, second = child.activations[1:].tolist()
        assert first == (1 if child.enabled[2] else 6)  # node 3 here is 5 there
        assert second == (2 if child.enabled[4] else 7)
        seen.add((first, second))
    assert len(seen) == 4


def test_a_node_without_a_way_in_comes_with_its_oldest_way_out():
    one = Genome(1, 1, [0, 3], [0, 3], [2, 2], [True, True], [0, 7])
    other = Genome(1, 1, [0, 9, 4], [0, 3, 4], [2, 2, 2], [True, False, False], [0, 5, 7])
    for child in cross(one, other, 40):
        assert child.activations.tolist() == [0, 3 if child.enabled[1] else 4]


def test_parents_without_a_common_gene_give_the_better_one():
    stranger = replace(WORSE, innovation=WORSE.innovation + 100)
    assert set(cross(BETTER, stranger, 20)) == {BETTER}


@given(SEEDS)
def test_crossed_with_itself_a_genome_is_itself(random_genome, seed):
    genome = random_genome(seed)
    assert set(cross(genome, genome, 8, seed)) == {genome}


@settings(max_examples=30)
@given(SEEDS, st.integers(0, 40))
def test_children_of_relatives_have_everything_from_the_right_parent(seed, generations):
    parents = breed(generations, seed)
    for better, worse in zip(parents, parents[::-1], strict=True):
        for child in cross(better, worse, 4, seed):
            check(better, worse, child)


@settings(max_examples=150)
@given(SEEDS, SEEDS)
def test_children_of_any_two_genomes_are_valid(random_genome, seed, other):
    better, worse = random_genome(seed, 2, 2), random_genome(other, 2, 2)
    for child in cross(better, worse, 4, seed):
        check(better, worse, child)


@given(st.lists(st.integers(0, 30), unique=True), st.lists(st.integers(0, 30), unique=True))
def test_genes_match_by_id_in_any_order(ours, theirs):
    found = matches(np.array(ours, np.int64), np.array(theirs, np.int64))
    assert found.tolist() == [theirs.index(number) if number in theirs else -1 for number in ours]


def test_relatives_do_differ_and_mix():
    mixed = 0
    for seed in range(10):
        parents = breed(30, seed)
        for better, worse in zip(parents, parents[::-1], strict=True):
            mixed += len(set(cross(better, worse, 8)) - {better})
    assert mixed > 100


# Within a generation


def test_a_crossover_is_mutated_once():
    plain = cross(BETTER, WORSE, 50)
    for child, crossed in zip(cross(BETTER, WORSE, 50, probabilities={"add_node": 1.0}), plain, strict=True):
        if not crossed.enabled.any():
            assert child == crossed
            continue
        assert child.activations[:3].tolist() == crossed.activations.tolist()
        assert (crossed.enabled & ~child.enabled[:7]).sum() == 1
        assert len(child.source) == 9


@given(SEEDS)
def test_parents_stay_as_they_are(seed):
    parents = breed(15, seed)
    before = [getattr(parents, name).copy() for name in ARRAYS]
    mutate(parents, np.arange(8), 0, np.random.default_rng(seed), SHARES, NAMES, LOG, np.arange(8)[::-1])
    for name, array in zip(ARRAYS, before, strict=True):
        assert np.array_equal(getattr(parents, name), array), name


@given(SEEDS)
def test_copies_are_never_crossed_and_children_without_a_mate_are_as_if_nobody_had_one(seed):
    parents = breed(15, seed)
    chosen, mates = np.arange(8), np.array([7, 7, 7, 7, -1, 5, -1, 3])
    rngs = [np.random.default_rng(seed) for _ in range(2)]
    steps = {"change_activation": 0.5, "enable_connection": 0.3, "remove_connection": 0.2}  # need no ids
    with_mates, _ = mutate(parents, chosen, 3, rngs[0], steps, NAMES, LOG, mates)
    without, _ = mutate(parents, chosen, 3, rngs[1], steps, NAMES, LOG)
    assert with_mates[:3] == parents[:3]
    for k in (4, 6):
        assert with_mates[k] == without[k]


@given(SEEDS, st.integers(0, 20))
def test_children_do_not_depend_on_how_they_are_grouped(seed, cut):
    parents = breed(15, seed)
    drawn = np.random.default_rng(seed)
    chosen, mates = drawn.integers(0, 8, 20), drawn.integers(-1, 8, 20)
    rngs = [np.random.default_rng(seed) for _ in range(2)]
    whole, _ = mutate(parents, chosen, 0, rngs[0], SHARES, NAMES, LOG, mates)
    first, later = mutate(parents, chosen[:cut], 0, rngs[1], SHARES, NAMES, LOG, mates[:cut])
    second, _ = mutate(parents, chosen[cut:], 0, rngs[1], SHARES, NAMES, later, mates[cut:])
    for child, again in zip(whole, [*first, *second], strict=True):
        ids = [np.where(g.innovation < LOG.next_id, g.innovation, -1) for g in (child, again)]
        assert replace(child, innovation=np.arange(len(ids[0]))) == replace(
            again, innovation=np.arange(len(ids[0]))
        )
        assert ids[0].tolist() == ids[1].tolist()


@pytest.mark.parametrize("generations", [0, 25])
def test_equal_streams_give_equal_children(generations):
    assert breed(generations, 3).digest() == breed(generations, 3).digest() != breed(generations, 4).digest()
