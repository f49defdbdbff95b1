"""Mutation: what each child differs in, by which chance, and which ids its new genes get."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wann.activations import CODE, DEFAULT_SET, NAMES
from wann.config import MutationConfig
from wann.genome.genome import Genome
from wann.genome.initial import initial_population
from wann.genome.innovation import InnovationLog
from wann.genome.mutation import OPERATORS, mutate
from wann.genome.population import ARRAYS, Population

PAPER = {"change_activation": 0.5, "add_node": 0.25, "add_connection": 0.2, "enable_connection": 0.05}
DEFAULT = PAPER | {"remove_connection": 0.0, "remove_node": 0.0}
EVEN = dict.fromkeys(PAPER, 0.25)
SEEDS = st.integers(0, 10**6)

# bias 0, inputs 1 2, output 3, hidden 4 5; everything can happen to it
RICH = Genome(
    n_inputs=2,
    n_outputs=1,
    activations=np.array([CODE[name] for name in ("linear", "tanh", "sin")]),
    source=np.array([0, 1, 2, 1, 4, 4, 5]),
    target=np.array([3, 3, 3, 4, 3, 5, 3]),
    enabled=np.array([True, False, True, True, False, True, True]),
    innovation=np.arange(7),
)


def breed(
    parents, seed, probabilities=DEFAULT, *, chosen=None, unchanged=0, activations=NAMES, next_id=10**6
):
    """Children (of every parent in turn, unless `chosen`) and the log after them."""
    chosen = np.arange(len(parents)) if chosen is None else chosen
    log = InnovationLog(next_id)
    return mutate(parents, chosen, unchanged, np.random.default_rng(seed), probabilities, activations, log)


def children_of(genome, count, probabilities=DEFAULT, seed=0, **options):
    parents = Population.of([genome])
    return breed(parents, seed, probabilities, chosen=np.zeros(count, int), **options)[0]


# An independent reading of what happened to a child


@cache
def longest_paths(genome: Genome) -> list[int]:
    """The layer of every node by recursion over all genes; orphans count as layer 1, outputs as the last."""
    first_output, hidden = genome.first_output, genome.first_output + genome.n_outputs
    sources = defaultdict(list)
    for s, t in zip(genome.source.tolist(), genome.target.tolist(), strict=True):
        sources[t].append(s)

    @cache
    def layer(node: int) -> int:
        if node < first_output:
            return 0
        return 1 + max((layer(s) for s in sources[node]), default=0)

    layers = [layer(node) for node in range(genome.n_nodes)]
    last = max(layers[first_output:hidden] + [k + 1 for k in layers[hidden:]])
    layers[first_output:hidden] = [last] * genome.n_outputs
    return layers


@cache
def free_pairs(genome: Genome) -> dict[int, list[int]]:
    """Source -> nodes of a strictly later layer that no gene joins it to."""
    layers = longest_paths(genome)
    outputs = range(genome.first_output, genome.first_output + genome.n_outputs)
    joined = set(zip(genome.source.tolist(), genome.target.tolist(), strict=True))
    pairs = {
        s: [t for t in range(genome.n_nodes) if layers[t] > layers[s] and (s, t) not in joined]
        for s in range(genome.n_nodes)
        if s not in outputs
    }
    return {s: targets for s, targets in pairs.items() if targets}


def change_of(parent: Genome, child: Genome) -> tuple[str, tuple[int, ...]]:
    """Name the one change that leads from parent to child, and where it is; fail where it is none or more."""
    assert (child.n_inputs, child.n_outputs) == (parent.n_inputs, parent.n_outputs)
    nodes, genes = len(parent.activations), len(parent.source)
    new_nodes, new_genes = len(child.activations) - nodes, len(child.source) - genes
    for name in ("source", "target", "innovation"):
        assert getattr(child, name)[:genes].tolist() == getattr(parent, name).tolist()
    acts = tuple(np.flatnonzero(child.activations[:nodes] != parent.activations).tolist())
    on = tuple(np.flatnonzero(child.enabled[:genes] & ~parent.enabled).tolist())
    off = tuple(np.flatnonzero(~child.enabled[:genes] & parent.enabled).tolist())
    assert child.enabled[genes:].all()
    ends = [(int(s), int(t)) for s, t in zip(child.source[genes:], child.target[genes:], strict=True)]
    found = (new_nodes, new_genes, len(acts), len(on), len(off))
    if found == (0, 0, 1, 0, 0):
        assert acts[0] >= parent.n_outputs, "an output's activation changed"
        return "change_activation", acts
    if found == (1, 2, 0, 0, 1):
        node, (split,) = parent.n_nodes, off
        assert ends == [(parent.source[split], node), (node, parent.target[split])]
        return "add_node", off
    if found == (0, 1, 0, 0, 0):
        (source, target), layers = ends[0], longest_paths(parent)
        assert layers[target] > layers[source]
        assert target in free_pairs(parent)[source]
        return "add_connection", ends[0]
    if found == (0, 0, 0, 1, 0):
        return "enable_connection", on
    assert found == (0, 0, 0, 0, 0), found
    return "nothing", ()


def can_apply(genome: Genome) -> dict[str, bool]:
    return {
        "change_activation": genome.n_hidden > 0,
        "add_node": bool(genome.enabled.any()),
        "add_connection": bool(free_pairs(genome)),
        "enable_connection": not genome.enabled.all(),
    }


def assert_frequencies(counts: Counter, expected: dict) -> None:
    """Every count lies within five standard deviations of its expectation."""
    assert counts.keys() <= expected.keys()
    total = sum(counts.values())
    for key, share in expected.items():
        deviation = np.sqrt(total * share * (1 - share))
        assert abs(counts[key] - total * share) <= 5 * deviation, (key, counts[key], total * share)


# One change a child


@given(SEEDS, st.integers(1, 5), st.integers(1, 3), st.integers(0, 40))
def test_each_child_of_a_grown_population_has_exactly_one_change(
    grow, seed, n_inputs, n_outputs, generations
):
    parents = grow(n_inputs, n_outputs, generations, seed)
    children, _ = breed(parents, seed, EVEN)
    for parent, child in zip(parents, children, strict=True):
        kind, _ = change_of(parent, child)
        assert kind != "nothing"
        assert can_apply(parent)[kind]


@settings(max_examples=200)
@given(SEEDS)
def test_each_child_of_any_genome_has_exactly_one_change(random_genome, seed):
    parent = random_genome(seed)
    for child in children_of(parent, 8, EVEN, seed):
        kind, _ = change_of(parent, child)
        assert (kind == "nothing") == (not any(can_apply(parent).values()))


@given(SEEDS)
def test_parents_stay_as_they_are(grow, seed):
    parents = grow(3, 2, 10, seed)
    before = [getattr(parents, name).copy() for name in ARRAYS]
    breed(parents, seed)
    for name, array in zip(ARRAYS, before, strict=True):
        assert np.array_equal(getattr(parents, name), array), name


@given(SEEDS, st.integers(0, 8))
def test_the_first_children_are_copies_and_the_others_are_not(grow, seed, unchanged):
    parents = grow(3, 2, 10, seed)
    chosen = np.random.default_rng(seed).integers(0, 8, 8)
    children, _ = breed(parents, seed, chosen=chosen, unchanged=unchanged)
    for k, child in enumerate(children):
        assert (child == parents[chosen[k]]) == (k < unchanged)


@given(SEEDS)
def test_equal_streams_give_equal_children(grow, seed):
    parents = grow(3, 2, 10, seed)
    (once, log), (again, other_log) = breed(parents, 5), breed(parents, 5)
    assert once.digest() == again.digest()
    assert log == other_log
    assert breed(parents, 6)[0].digest() != once.digest()


@pytest.mark.parametrize("probabilities", [PAPER, DEFAULT])
def test_old_seeds_keep_their_children(probabilities):
    # as they were before there were operators that remove: searches of the same seed must not change
    rng = np.random.default_rng(7)
    population, log = initial_population(32, 4, 2, 0.5, "linear", rng)
    for _ in range(40):
        chosen = rng.integers(0, 32, 32)
        population, log = mutate(population, chosen, 4, rng, probabilities, DEFAULT_SET, log)
    assert population.digest().hex()[:16] == "956f7271483a6b02"


def test_siblings_differ(grow):
    digests = {child.digest for child in children_of(grow(4, 2, 30, seed=1)[0], 200, next_id=10**6)}
    assert len(digests) > 60


# Which operator


def test_the_default_probabilities_are_those_of_the_paper():
    assert MutationConfig().model_dump() == DEFAULT
    assert set(OPERATORS) == set(DEFAULT)


@pytest.mark.parametrize(
    "probabilities", [DEFAULT, EVEN, DEFAULT | {"add_node": 0.0, "add_connection": 0.45}]
)
def test_operators_that_can_all_apply_are_drawn_by_their_probabilities(probabilities):
    assert all(can_apply(RICH).values())
    kinds = Counter(change_of(RICH, child)[0] for child in children_of(RICH, 8000, probabilities, seed=1))
    assert_frequencies(kinds, probabilities)


def minimal(enabled):
    """Bias and one input, one output: no hidden node, no free pair."""
    return Genome(1, 1, [0], [0, 1], [2, 2], enabled, [0, 1])


@pytest.mark.parametrize(
    ("enabled", "expected"),
    [
        ([True, True], {"add_node": 1.0}),
        ([False, False], {"enable_connection": 1.0}),
        ([True, False], {"add_node": 0.25 / 0.3, "enable_connection": 0.05 / 0.3}),
    ],
)
def test_operators_that_can_apply_share_by_their_probabilities(enabled, expected):
    parent = minimal(enabled)
    kinds = Counter(change_of(parent, child)[0] for child in children_of(parent, 3000, seed=2))
    assert_frequencies(kinds, expected)


def test_no_first_child_is_a_copy():
    parents, log = initial_population(500, 5, 2, 0.5, "linear", np.random.default_rng(3))
    children, _ = mutate(parents, range(500), 0, np.random.default_rng(4), DEFAULT, DEFAULT_SET, log)
    assert not any(child == parent for parent, child in zip(parents, children, strict=True))


def test_where_nothing_applies_the_child_is_a_copy():
    assert set(children_of(minimal([True, True]), 20, {"change_activation": 1.0})) == {minimal([True, True])}
    nothing = Genome(1, 1, [0], [], [], [], [])
    assert set(children_of(nothing, 20, {"add_node": 0.5, "enable_connection": 0.5})) == {nothing}


def test_an_operator_of_probability_zero_is_no_fallback():
    probabilities = {
        "change_activation": 0.9,
        "add_node": 0.1,
        "add_connection": 0.0,
        "enable_connection": 0.0,
    }
    parent = replace(minimal([True, False]), source=[0], target=[2], enabled=[False], innovation=[0])
    assert can_apply(parent) == {
        "change_activation": False,
        "add_node": False,
        "add_connection": True,
        "enable_connection": True,
    }
    assert set(children_of(parent, 50, probabilities)) == {parent}


# Uniformly where


def test_change_activation_takes_each_hidden_node_and_each_other_activation_alike():
    children = children_of(RICH, 6000, {"change_activation": 1.0}, seed=5, activations=DEFAULT_SET)
    found = Counter()
    for child in children:
        _, (position,) = change_of(RICH, child)
        found[position, NAMES[child.activations[position]]] += 1
    own = {1: "tanh", 2: "sin"}
    pairs = [(node, name) for node in own for name in DEFAULT_SET if name != own[node]]
    assert_frequencies(found, dict.fromkeys(pairs, 1 / len(pairs)))


def test_a_set_of_one_activation_leaves_nothing_to_change():
    assert set(children_of(RICH, 20, {"change_activation": 1.0}, activations=("sin",))) == {RICH}


def test_add_node_splits_each_enabled_connection_alike_and_draws_each_activation_alike():
    children = children_of(RICH, 6000, {"add_node": 1.0}, seed=6, activations=("step", "cos", "relu"))
    splits = Counter(change_of(RICH, child)[1][0] for child in children)
    enabled = np.flatnonzero(RICH.enabled).tolist()
    assert_frequencies(splits, dict.fromkeys(enabled, 1 / len(enabled)))
    drawn = Counter(NAMES[child.activations[-1]] for child in children)
    assert_frequencies(drawn, dict.fromkeys(("step", "cos", "relu"), 1 / 3))


def test_enable_connection_takes_each_disabled_gene_alike():
    children = children_of(RICH, 2000, {"enable_connection": 1.0}, seed=7)
    assert_frequencies(Counter(change_of(RICH, child)[1][0] for child in children), {1: 0.5, 4: 0.5})


@pytest.mark.parametrize("seed", range(6))
def test_add_connection_is_uniform_over_sources_then_over_their_targets(random_genome, seed):
    genome = next(g for g in map(random_genome, range(1000 * seed, 10**6)) if len(free_pairs(g)) > 2)
    pairs = free_pairs(genome)
    found = Counter(
        change_of(genome, child)[1] for child in children_of(genome, 4000, {"add_connection": 1.0})
    )
    expected = {(s, t): 1 / len(pairs) / len(pairs[s]) for s in pairs for t in pairs[s]}
    assert_frequencies(found, expected)
    assert found.keys() == expected.keys()


def test_connections_may_start_at_bias_inputs_and_hidden_nodes_and_skip_layers():
    # 1 -> 4 -> 5 -> 3 is a chain; everything else is free
    chain = Genome(2, 1, [0, 4, 4], [1, 4, 5], [4, 5, 3], [True] * 3, [0, 1, 2])
    found = {change_of(chain, child)[1] for child in children_of(chain, 2000, {"add_connection": 1.0})}
    assert found == {(0, 3), (0, 4), (0, 5), (1, 3), (1, 5), (2, 3), (2, 4), (2, 5), (4, 3)}


def test_disabled_genes_count_as_joined_and_as_paths():
    chain = Genome(2, 1, [0, 4, 4], [1, 4, 5], [4, 5, 3], [False] * 3, [0, 1, 2])
    found = {change_of(chain, child)[1] for child in children_of(chain, 500, {"add_connection": 1.0})}
    assert not found & {(1, 4), (4, 5), (5, 3), (5, 4)}


# Innovation ids


def origin(genome: Genome, node: int):
    """What a node is, in any genome: its place, or the oldest genes into and out of it."""
    if node < genome.first_output + genome.n_outputs:
        return node
    ids = genome.innovation
    return ids[genome.target == node].min(), ids[genome.source == node].min()


def structure_of(parent: Genome, child: Genome):
    """The structural mutation that made a child, in terms that hold across genomes, or None."""
    kind, where = change_of(parent, child)
    if kind == "add_node":
        return kind, int(parent.innovation[where[0]])
    if kind == "add_connection":
        return kind, *(origin(parent, node) for node in where)
    return None


def new_ids(parent: Genome, child: Genome) -> tuple[int, ...]:
    return tuple(child.innovation[len(parent.source) :].tolist())


@given(SEEDS, st.integers(0, 25))
def test_the_same_structure_in_one_generation_gets_the_same_ids_and_others_get_others(
    grow, seed, generations
):
    parents = grow(2, 1, generations, seed)
    chosen = np.random.default_rng(seed).integers(0, 8, 60)
    children, log = breed(
        parents, seed, {"add_node": 0.5, "add_connection": 0.5}, chosen=chosen, next_id=10**6
    )
    ids_of, structures_of = defaultdict(set), defaultdict(set)
    for k, child in zip(chosen, children, strict=True):
        if structure := structure_of(parents[k], child):
            ids_of[structure].add(new_ids(parents[k], child))
            for number in new_ids(parents[k], child):
                structures_of[number].add(structure)
    assert all(len(ids) == 1 for ids in ids_of.values())
    assert all(len(structures) == 1 for structures in structures_of.values())
    given_out = sorted(structures_of)
    assert given_out == list(range(10**6, log.next_id))


@given(SEEDS)
def test_ids_are_new_in_every_generation(grow, seed):
    parents = grow(2, 1, 5, seed)
    next_id = 10**6
    for generation in range(3):
        children, log = breed(parents, generation, {"add_node": 1.0}, next_id=next_id)
        fresh = {n for p, c in zip(parents, children, strict=True) for n in new_ids(p, c)}
        assert min(fresh) == next_id
        assert log.next_id == max(fresh) + 1
        next_id, parents = log.next_id, children


@given(SEEDS)
def test_a_grown_population_agrees_on_what_an_id_means(grow, seed):
    meaning = {}
    for genome in grow(3, 2, 30, seed):
        for gene, number in enumerate(genome.innovation.tolist()):
            ends = tuple(origin(genome, node) for node in (genome.source[gene], genome.target[gene]))
            assert meaning.setdefault(number, ends) == ends
