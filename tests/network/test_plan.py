"""What of a genome is live, against definitions worked out node by node in Python."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wann.activations import ACTIVATIONS, CLAMP, CODE, NAMES
from wann.genome.genome import Genome
from wann.genome.population import Population
from wann.network.plan import compile_genome, compile_population
from wann.network.reference import forward

SEEDS = st.integers(0, 10**6)
AT_ZERO = {"gaussian": 1.0, "sigmoid": 0.5, "cos": 1.0}  # all others are 0 at 0


def enabled_ends(genome: Genome):
    """(gene, source, target) of every enabled gene."""
    return [
        (gene, int(s), int(t))
        for gene, (s, t) in enumerate(zip(genome.source, genome.target, strict=True))
        if genome.enabled[gene]
    ]


def name_of(genome: Genome, node: int) -> str:
    return NAMES[genome.activations[node - genome.first_output]]


def live_genes(genome: Genome) -> set[int]:
    """Enabled genes on a path from the bias, an input or a constant to an output, by recursion."""
    ends = enabled_ends(genome)
    first_output, hidden = genome.first_output, genome.first_output + genome.n_outputs

    def reached(node: int) -> bool:
        return any(carries(s) for _, s, t in ends if t == node)

    def carries(node: int) -> bool:
        if node < first_output:
            return True
        if reached(node):
            return True
        return node >= hidden and AT_ZERO.get(name_of(genome, node), 0.0) != 0.0

    def arrives(node: int) -> bool:
        if first_output <= node < hidden:
            return True
        return any(arrives(t) for _, s, t in ends if s == node)

    return {gene for gene, s, t in ends if carries(s) and arrives(t)}


@pytest.fixture(params=["grown", "any"])
def genome_of(request, grow, random_genome):
    """A genome for a seed: grown by mutations, or any valid one."""
    if request.param == "any":
        return random_genome
    return lambda seed: grow(1 + seed % 4, 1 + seed % 3, seed % 29, seed, size=4)[0]


@pytest.fixture
def genomes(genome_of):
    return [genome_of(seed) for seed in range(200)]


def test_live_connections_are_those_on_a_path_from_a_source_to_an_output(genomes):
    for genome in genomes:
        network = compile_genome(genome)
        expected = live_genes(genome)
        assert set(network.genes.tolist()) == expected
        assert network.n_connections == len(network.genes) == len(expected)


def test_random_genomes_have_enabled_connections_that_are_dead(random_genome):
    dead = [genome.enabled.sum() - len(live_genes(genome)) for genome in map(random_genome, range(200))]
    assert np.count_nonzero(dead) > 50


def test_no_operator_makes_a_connection_dead(grow):
    for seed in range(20):
        for genome in grow(3, 2, 40, seed):
            assert compile_genome(genome).n_connections == genome.enabled.sum()


def test_live_nodes_are_the_ends_of_live_connections_with_every_input_and_output(genomes):
    for genome in genomes:
        network = compile_genome(genome)
        live = sorted(live_genes(genome))
        ends = {*genome.source[live].tolist(), *genome.target[live].tolist()}
        hidden = {node for node in ends if node >= genome.first_output + genome.n_outputs}
        assert network.n_nodes == 1 + genome.n_inputs + genome.n_outputs + len(hidden)
        assert network.first_computed == 1 + genome.n_inputs
        assert (network.n_inputs, network.n_outputs) == (genome.n_inputs, genome.n_outputs)


def place_of(genome: Genome, network) -> dict[int, int]:
    """Genome node -> network node, read off the connections; every node must have one place."""
    first_output = genome.first_output
    place = {node: node for node in range(first_output)}
    place |= {first_output + k: network.n_nodes - genome.n_outputs + k for k in range(genome.n_outputs)}
    for edge, gene in enumerate(network.genes):
        for old, new in (
            (genome.source[gene], network.sources[edge]),
            (genome.target[gene], network.targets[edge]),
        ):
            assert place.setdefault(int(old), int(new)) == new
    assert len(set(place.values())) == len(place) == network.n_nodes
    return place


def test_nodes_keep_their_connections_and_their_activations(genomes):
    for genome in genomes:
        network = compile_genome(genome)
        for old, new in place_of(genome, network).items():
            if old >= genome.first_output:
                assert network.activations[new - network.first_computed] == name_of(genome, old)


def test_every_connection_starts_before_it_ends_and_sources_ascend(genomes):
    for genome in genomes:
        network = compile_genome(genome)
        assert (network.sources < network.targets).all()
        assert network.indptr[0] == 0
        assert network.indptr[-1] == network.n_connections
        for k in range(len(network.codes)):
            own = network.sources[network.indptr[k] : network.indptr[k + 1]]
            assert (np.diff(own) > 0).all()


def test_hidden_nodes_come_by_layer_and_layers_are_longest_live_paths(genomes):
    for genome in genomes:
        network = compile_genome(genome)
        layers = network.layers()
        first, outputs = network.first_computed, network.n_nodes - network.n_outputs
        incoming = defaultdict(list)
        for s, t in zip(network.sources.tolist(), network.targets.tolist(), strict=True):
            incoming[t].append(s)

        def longest(node: int, first=first, incoming=incoming) -> int:
            return 0 if node < first else 1 + max(map(longest, incoming[node]), default=0)

        assert layers[:outputs].tolist() == [longest(node) for node in range(outputs)]
        assert set(layers[outputs:]) == {max(longest(node) for node in range(first, network.n_nodes))}
        assert (np.diff(layers) >= 0).all()


# Values: pruning changes none


def naive_outputs(genome: Genome, weight: float, inputs, order=lambda terms: terms) -> list[float]:
    """Evaluate every node of the genome, dead ones included, by recursion in plain floats."""
    ends = enabled_ends(genome)

    def value(node: int) -> float:
        if node == 0:
            return 1.0
        if node < genome.first_output:
            return float(inputs[node - 1])
        total = 0.0
        for _, s, _ in order([end for end in ends if end[2] == node]):
            total += value(s)
        total = min(max(total * weight, -CLAMP), CLAMP)
        return float(ACTIVATIONS[name_of(genome, node)].formula(total))

    return [value(genome.first_output + k) for k in range(genome.n_outputs)]


@settings(max_examples=150)
@given(seed=SEEDS, weight=st.floats(-3, 3), scale=st.sampled_from([0.0, 1e-3, 1.0, 30.0, 1e90, 1e300]))
def test_a_pruned_network_gives_exactly_the_values_of_the_whole_genome(random_genome, seed, weight, scale):
    genome = random_genome(seed)
    inputs = np.random.default_rng(seed).normal(size=genome.n_inputs) * scale
    network = compile_genome(genome)
    turn = {gene: edge for edge, gene in enumerate(network.genes.tolist())}

    def as_planned(terms):
        # floating-point sums depend on their order; dead connections carry zeros and may come last
        return sorted(terms, key=lambda term: turn.get(term[0], len(turn)))

    found = forward(network, np.array([[weight]]), inputs[None])[0]
    assert found.tolist() == naive_outputs(genome, weight, inputs, as_planned)


@settings(max_examples=150)
@given(seed=SEEDS, weight=st.sampled_from([-2.0, -1.0, -0.5, 0.5, 1.0, 2.0]))
def test_it_does_so_in_any_order_where_sums_are_exact(random_genome, seed, weight):
    rng = np.random.default_rng(seed)
    genome = random_genome(seed)
    codes = [CODE[name] for name in ("linear", "step", "negate", "abs", "relu")]
    genome = replace(genome, activations=rng.choice(codes, len(genome.activations)))
    inputs = rng.integers(-16, 17, genome.n_inputs) / 8
    found = forward(compile_genome(genome), np.array([[weight]]), inputs[None])[0]
    assert found.tolist() == naive_outputs(genome, weight, inputs)


# Decided edge cases


def two_hidden(activation: str, enabled: list[bool]) -> Genome:
    """Input 1 -> hidden 3 -> output 2, and hidden 4 (reached by nothing enabled) -> output 2."""
    return Genome(
        1,
        1,
        [CODE["linear"], CODE["linear"], CODE[activation]],
        [1, 3, 1, 4],
        [3, 2, 4, 2],
        enabled,
        [0, 1, 2, 3],
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_node_that_nothing_reaches_is_a_constant_or_dead(name):
    network = compile_genome(two_hidden(name, [True, True, False, True]))
    assert network.genes.tolist() == ([0, 1, 3] if name in AT_ZERO else [0, 1])
    output = forward(network, np.array([[2.0]]), np.array([[3.0]]))
    assert output.tolist() == [[2.0 * (2.0 * 3.0 + AT_ZERO.get(name, 0.0))]]


@pytest.mark.parametrize("name", NAMES)
def test_a_constant_reaches_the_nodes_after_it(name):
    # 3 (nothing enters) -> 4 (linear) -> output 2
    genome = Genome(1, 1, [0, CODE[name], 0], [1, 3, 4], [3, 4, 2], [False, True, True], [0, 1, 2])
    assert compile_genome(genome).n_connections == (2 if name in AT_ZERO else 0)


def test_a_constant_behind_a_dead_node_counts():
    # 3 (tanh, dead) -> 4 (cos, so a constant) -> output 2
    genome = Genome(1, 1, [0, CODE["tanh"], CODE["cos"]], [3, 4], [4, 2], [True, True], [0, 1])
    network = compile_genome(genome)
    assert network.genes.tolist() == [1]
    assert forward(network, np.array([[0.5]]), np.zeros((1, 1))).tolist() == [[0.5]]


@pytest.mark.parametrize("name", NAMES)
def test_an_output_that_nothing_reaches_gives_its_activation_of_zero(name):
    network = compile_genome(Genome(2, 1, [CODE[name]], [], [], [], []))
    assert (network.n_connections, network.n_nodes) == (0, 4)
    assert forward(network, np.array([[-2.0]]), np.ones((1, 2))).tolist() == [[AT_ZERO.get(name, 0.0)]]


# Whole populations


def test_a_population_is_planned_genome_by_genome(grow):
    for seed in range(10):
        population = grow(3, 2, 25, seed)
        networks = compile_population(population)
        for genome, network in zip(population, networks, strict=True):
            alone = compile_genome(genome)
            for name in ("codes", "indptr", "sources", "genes"):
                assert getattr(network, name).tolist() == getattr(alone, name).tolist()


def test_planning_changes_nothing(grow):
    population = grow(3, 2, 25, seed=1)
    before = population.digest()
    compile_population(population)
    assert population.digest() == before


def test_a_long_chain_is_planned(grow):
    n = 3000
    # hidden nodes numbered backwards, genes shuffled: the worst order for relaxation would be quadratic
    nodes = np.r_[1, np.arange(n + 2, 2, -1), 2]
    order = np.random.default_rng(0).permutation(n + 1)
    genome = Genome(
        1, 1, np.zeros(n + 1), nodes[:-1][order], nodes[1:][order], np.ones(n + 1), np.arange(n + 1)
    )
    network = compile_genome(genome)
    assert network.n_connections == n + 1
    assert forward(network, np.array([[-1.0]]), np.array([[3.0]])).tolist() == [[-3.0]]
    assert Population.of([genome])[0] == genome
