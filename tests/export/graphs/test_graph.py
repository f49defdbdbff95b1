"""Exported graphs: read back by other tools, they hold the network that wann evaluates, and nothing else."""

from __future__ import annotations

import json
import re
from itertools import product
from xml.etree import ElementTree

import gymnasium
import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wann.activations import ACTIVATIONS, CODE, DEFAULT_SET
from wann.cli.commands.show.export import export
from wann.config import TaskConfig
from wann.errors import GenomeError, OutputError
from wann.evaluation.lanes import Candidate, Lanes
from wann.evaluation.play import evaluate
from wann.export.graphs.graph import to_graph
from wann.export.network_export import NetworkExport
from wann.export.writers import FORMATS, format_of, write_export
from wann.genome.genome import Genome
from wann.network.plan import compile_genome
from wann.records.network.file import NetworkFile
from wann.seeding import Purpose, episode_seeds
from wann.tasks.environments.environment import make_task

CARTPOLE, SWINGUP = "CartPole-v1", "wann_envs:wann/CartPoleSwingUp-v0"

NUMPY = {
    "linear": lambda x: x,
    "step": lambda x: np.heaviside(x, 0.0),
    "sin": lambda x: np.sin(np.pi * x),
    "gaussian": lambda x: np.exp(-(x**2) / 2),
    "tanh": np.tanh,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "negate": np.negative,
    "abs": np.abs,
    "relu": lambda x: np.maximum(x, 0.0),
    "cos": lambda x: np.cos(np.pi * x),
}


def outputs_of(graph, shared_weight, observation):
    """Evaluate a graph as a stranger would who knows no more of it than its file."""
    value, outputs = {}, {}
    for node in nx.topological_sort(graph):
        role, index, activation = (graph.nodes[node][key] for key in ("role", "index", "activation"))
        if role == "bias":
            value[node] = 1.0
        elif role == "input":
            value[node] = float(observation[index])
        else:
            edges = graph.in_edges(node, data=True)
            own = any("weight" in data for _, _, data in edges)
            total = sum(value[source] * data.get("weight", 1.0) for source, _, data in edges)
            value[node] = NUMPY[activation](total if own else shared_weight * total)
        if role == "output":
            outputs[index] = value[node]
    return np.array([outputs[index] for index in sorted(outputs)])


def play(graph, env, weight, seed, limit=None):
    """The return of one episode in the real environment."""
    environment = gymnasium.make(env, **({"max_episode_steps": limit} if limit else {}))
    observation, _ = environment.reset(seed=seed)
    total, over = 0.0, False
    while not over:
        outputs = outputs_of(graph, weight, observation)
        discrete = isinstance(environment.action_space, gymnasium.spaces.Discrete)
        action = int(np.argmax(outputs)) if discrete else np.clip(outputs, -1, 1).astype(np.float32)
        observation, reward, terminated, truncated, _ = environment.step(action)
        total, over = total + float(reward), terminated or truncated
    environment.close()
    return total


def genome_of(n_inputs, n_outputs, activations, genes):
    """A genome from hidden activations and (source, target, enabled) rows."""
    codes = [CODE["linear"]] * n_outputs + [CODE[name] for name in activations]
    source, target, enabled = zip(*genes, strict=True) if genes else ((), (), ())
    return Genome(
        n_inputs,
        n_outputs,
        np.array(codes, np.int8),
        np.array(source, np.int32),
        np.array(target, np.int32),
        np.array(enabled, bool),
        np.arange(len(genes)),
    )


# Bias 0, inputs 1-4, outputs 5 and 6, hidden from 7 on.
EDGE_CASES = {
    "no genes": genome_of(4, 2, [], []),
    "all disabled": genome_of(4, 2, ["tanh"], [(1, 7, False), (7, 5, False), (3, 6, False)]),
    "no hidden node": genome_of(4, 2, [], [(0, 5, True), (3, 6, True), (4, 6, True), (1, 5, False)]),
    "constants": genome_of(
        4,
        2,
        ["cos", "gaussian", "sigmoid", "cos"],
        [(7, 5, True), (3, 8, False), (8, 9, True), (9, 6, True), (4, 6, True), (3, 5, True), (10, 9, True)],
    ),
    "dead ends": genome_of(
        4,
        2,
        ["tanh", "tanh", "relu"],
        [(1, 7, True), (8, 6, True), (3, 6, True), (9, 8, True), (2, 9, False)],
    ),
}


def graph_file(network, task, path, weights=None):
    write_export(NetworkExport(network, task.inputs, task.outputs, weights, task=task.env), "graphml", path)
    return nx.read_graphml(path)


# Weights are no multiples of 1/2, at which sin(pi x) and cos(pi x) of a constant are 0 but for rounding: a
# step function behind them tells 0 from 1e-16, and NumPy's sine of pi is the latter.
WEIGHTS = [-1.37, -0.61, 0.73, 1.91]


@pytest.mark.parametrize("name", EDGE_CASES)
def test_edge_cases_earn_the_same_in_cart_pole(name, tmp_path):
    network, task = compile_genome(EDGE_CASES[name]), make_task(CARTPOLE)
    graph = graph_file(network, task, tmp_path / "x.graphml")
    seeds = episode_seeds(0, Purpose.TEST, 3)
    result = evaluate(task, Candidate.shared("x", network, WEIGHTS), Lanes.product(len(WEIGHTS), seeds))
    assert [play(graph, CARTPOLE, w, int(s)) for w, s in product(WEIGHTS, seeds)] == result.returns.tolist()


@pytest.mark.parametrize("seed", range(4))
def test_grown_networks_earn_the_same_in_cart_pole(seed, grow, tmp_path):
    genome = grow(4, 2, generations=40, seed=seed, size=2, activations=DEFAULT_SET)[0]
    network, task = compile_genome(genome), make_task(CARTPOLE)
    graph = graph_file(network, task, tmp_path / "x.graphml")
    seeds = episode_seeds(seed, Purpose.TEST, 3)
    result = evaluate(task, Candidate.shared("x", network, WEIGHTS), Lanes.product(len(WEIGHTS), seeds))
    assert [play(graph, CARTPOLE, w, int(s)) for w, s in product(WEIGHTS, seeds)] == result.returns.tolist()


@pytest.mark.parametrize("seed", range(4))
def test_grown_networks_earn_the_same_in_the_swing_up(seed, grow, tmp_path):
    # The swing-up is chaotic: what differs by a rounding grows a millionfold in some hundred steps.
    steps = 200
    genome = grow(5, 1, generations=40, seed=seed, size=2, activations=DEFAULT_SET)[0]
    network, task = compile_genome(genome), make_task(SWINGUP, max_episode_steps=steps)
    graph = graph_file(network, task, tmp_path / "x.graphml")
    seeds = episode_seeds(seed, Purpose.TEST, 2)
    result = evaluate(task, Candidate.shared("x", network, WEIGHTS), Lanes.product(len(WEIGHTS), seeds))
    returns = [play(graph, SWINGUP, w, int(s), steps) for w, s in product(WEIGHTS, seeds)]
    np.testing.assert_allclose(returns, result.returns, rtol=1e-6, atol=1e-9)


def test_weights_of_connections_are_carried(grow, tmp_path):
    genome = grow(4, 2, generations=40, seed=5, size=2, activations=DEFAULT_SET)[0]
    network, task = compile_genome(genome), make_task(CARTPOLE)
    weights = np.random.default_rng(0).uniform(-2, 2, (1, network.n_connections))
    graph = graph_file(network, task, tmp_path / "x.graphml", weights)
    assert sorted(w for _, _, w in graph.edges(data="weight")) == sorted(weights[0])
    seeds = episode_seeds(0, Purpose.TEST, 3)
    result = evaluate(task, Candidate("x", network, weights), Lanes.product(1, seeds))
    assert [play(graph, CARTPOLE, np.nan, int(s)) for s in seeds] == result.returns.tolist()


# What is in the graph


def names(prefix, count):
    return [f"{prefix} {k}" for k in range(count)]


def export_of(network, weights=None, task="x/Y-v0"):
    inputs, outputs = names("sensor", network.n_inputs), names("motor", network.n_outputs)
    return NetworkExport(network, inputs, outputs, weights, -0.5, task)


def graph_of(network, weights=None):
    return to_graph(export_of(network, weights))


@given(st.integers(0, 2**32))
def test_a_graph_is_the_live_network(random_genome, seed):
    network = compile_genome(random_genome(seed))
    graph = graph_of(network)
    nodes = list(graph)
    edges = {(nodes[s], nodes[t]) for s, t in zip(network.sources, network.targets, strict=True)}
    assert set(graph.edges) == edges
    assert len(edges) == network.n_connections
    assert nx.is_directed_acyclic_graph(graph)
    by_role = {role: [n for n, r in graph.nodes(data="role") if r == role] for role in ("input", "output")}
    assert by_role["input"] == [f"input_{k}" for k in range(network.n_inputs)]
    assert by_role["output"] == [f"output_{k}" for k in range(network.n_outputs)]
    assert len(graph) == network.n_nodes
    for source, target in graph.edges:
        assert graph.nodes[source]["layer"] < graph.nodes[target]["layer"]


@given(st.integers(0, 2**32))
def test_every_hidden_node_lies_on_a_live_path(random_genome, seed):
    graph = graph_of(compile_genome(random_genome(seed)))
    role, act = graph.nodes(data="role"), graph.nodes(data="activation")
    for node in (n for n, r in role if r == "hidden"):
        assert any(role[after] == "output" for after in nx.descendants(graph, node))
        starts = [n for n in {node, *nx.ancestors(graph, node)} if graph.in_degree(n) == 0]
        assert all(role[n] != "hidden" or ACTIVATIONS[act[n]].formula(0.0) != 0 for n in starts)


@given(st.integers(0, 2**32))
def test_a_connection_is_live_exactly_if_it_is_on_an_enabled_path(random_genome, seed):
    genome = random_genome(seed)
    everything = nx.DiGraph()
    everything.add_nodes_from(range(genome.n_nodes))
    enabled = zip(genome.source[genome.enabled], genome.target[genome.enabled], strict=True)
    everything.add_edges_from((int(s), int(t)) for s, t in enabled)
    first, hidden = genome.first_output, genome.first_output + genome.n_outputs
    names_of = list(ACTIVATIONS)
    sources = set(range(first)) | {
        node
        for node in range(hidden, genome.n_nodes)
        if ACTIVATIONS[names_of[genome.activations[node - first]]].formula(0.0) != 0
    }
    outputs = set(range(first, hidden))

    def carries(node):
        return bool(({node} | nx.ancestors(everything, node)) & sources)

    def serves(node):
        return bool(({node} | nx.descendants(everything, node)) & outputs)

    live = [(s, t) for s, t in everything.edges if carries(s) and serves(t)]
    assert graph_of(compile_genome(genome)).number_of_edges() == len(live)


def test_attributes_are_for_people_and_programs():
    network = compile_genome(EDGE_CASES["constants"])
    graph = graph_of(network)
    assert graph.graph == {"task": "x/Y-v0", "shared_weight": -0.5}
    assert graph.nodes["bias"] == {
        "role": "bias",
        "index": 0,
        "activation": "linear",
        "label": "bias",
        "layer": 0,
    }
    assert graph.nodes["input_2"]["label"] == "sensor 2"
    assert graph.nodes["output_1"]["label"] == "motor 1"
    assert [graph.nodes[f"hidden_{k}"]["label"] for k in range(4)] == ["cos", "gaussian", "cos", "sigmoid"]
    assert graph.nodes["output_0"]["layer"] == graph.nodes["output_1"]["layer"] == 3
    assert not any(data for _, _, data in graph.edges(data=True))
    assert to_graph(NetworkExport(network, names("a", 4), names("b", 2))).graph == {}


# Files


def read_graphml(path):
    graph = nx.read_graphml(path)
    return nx.DiGraph(graph), {k: v for k, v in graph.graph.items() if not k.endswith("_default")}


def read_gexf(path):
    graph = nx.DiGraph(nx.read_gexf(path))
    for _, _, data in graph.edges(data=True):
        del data["id"]
    # GEXF has a name and a description in place of a graph's attributes
    weight = ElementTree.parse(path).find("*/{*}description").text.removeprefix("shared_weight=")
    return graph, {"task": graph.graph["name"], "shared_weight": float(weight)}


DOT = re.compile(r'\s*(?:([A-Za-z_]\w*)|"((?:[^"\\]|\\.)*)"|(->|[][{}=;,]))', re.DOTALL)


def dot_tokens(text):
    """The words of a DOT file, as its grammar has them; quoted ones without their quotes."""
    position, tokens = 0, []
    while text[position:].strip():
        match = DOT.match(text, position)
        assert match, text[position : position + 40]
        word, quoted, sign = match.groups()
        tokens.append(word or sign or re.sub(r"\\(.)", r"\1", quoted))
        position = match.end()
    return tokens


def read_dot(path):
    tokens = iter(dot_tokens(path.read_text("utf-8")))
    assert [next(tokens) for _ in range(3)] == ["digraph", "network", "{"]
    graph, known = nx.DiGraph(), {}
    for first in iter(tokens.__next__, "}"):
        target, values, sign = None, {}, next(tokens)
        if sign == "=":
            known[first], sign = next(tokens), next(tokens)
        if sign == "->":
            target, sign = next(tokens), next(tokens)
        if sign == "[":
            while sign != "]":
                name, _, values[name], sign = (next(tokens) for _ in range(4))
            sign = next(tokens)
        assert sign == ";"
        if target is not None:
            weight = {"weight": float(values["connection_weight"])} if values else {}
            graph.add_edge(first, target, **weight)
        elif values:
            assert values.pop("shape") in ("diamond", "box", "ellipse", "doubleoctagon")
            graph.add_node(first, **values | {name: int(values[name]) for name in ("index", "layer")})
    assert list(tokens) == []
    assert known.pop("rankdir") == "LR"
    return graph, known | {"shared_weight": float(known["shared_weight"])}


def read_json(path):
    graph = nx.node_link_graph(json.loads(path.read_text()), edges="edges")
    return graph, graph.graph


GRAPHS = {"graphml": read_graphml, "gexf": read_gexf, "dot": read_dot, "json": read_json}


@pytest.mark.parametrize("format", GRAPHS)
@pytest.mark.parametrize("weighted", [False, True])
def test_files_hold_the_whole_graph(format, weighted, random_genome, tmp_path):
    for seed in range(20):
        network = compile_genome(random_genome(seed))
        weights = np.random.default_rng(seed).normal(size=(1, network.n_connections)) if weighted else None
        graph = graph_of(network, weights)
        first, second = tmp_path / "first", tmp_path / "second"
        write_export(export_of(network, weights), format, first)
        write_export(export_of(network, weights), format, second)
        assert first.read_bytes() == second.read_bytes()
        back, known = GRAPHS[format](first)
        assert dict(back.nodes(data=True)) == dict(graph.nodes(data=True))
        edges = sorted(graph.edges(data=True), key=str)
        assert sorted(back.edges(data=True), key=str) == edges
        assert known == graph.graph


@pytest.mark.parametrize("format", GRAPHS)
@pytest.mark.parametrize("task", ["a<b>&\"c'", "\x01\x1f", "\ud800", "é—\U0001f600"])
def test_any_task_name_makes_a_readable_file(format, task, tmp_path):
    network = compile_genome(EDGE_CASES["no hidden node"])
    write_export(export_of(network, task=task), format, tmp_path / "x")
    back, _ = GRAPHS[format](tmp_path / "x")
    assert len(back) == network.n_nodes


def test_a_format_is_named_or_told_by_the_ending(tmp_path):
    assert format_of(None, None) == "graphml"
    assert format_of(None, tmp_path / "x.json") == "json"
    assert format_of(None, tmp_path / "x.GraphML") == "graphml"
    endings = {"gexf": ".gexf", "dot": ".gv", "onnx": ".onnx", "torch": ".py", "c": ".c"}
    assert {name: format_of(None, tmp_path / f"x{ending}") for name, ending in endings.items()} == {
        name: name for name in endings
    }
    assert format_of(None, tmp_path / "x.dot") == "dot"
    assert format_of("json", tmp_path / "x.graphml") == "json"
    with pytest.raises(OutputError, match=r"did you mean 'graphml'"):
        format_of("graphm", None)


@pytest.mark.parametrize("name", ["x.txt", "x", "graphml", ".graphml", "x.graphml.bak"])
def test_an_ending_without_a_format_is_refused_unless_one_is_named(name, tmp_path):
    with pytest.raises(OutputError) as caught:
        format_of(None, tmp_path / name)
    for part in (name, ".graphml", ".json", "-f", *FORMATS):
        assert part in str(caught.value)
    assert "\n" not in str(caught.value)
    assert {known: format_of(known, tmp_path / name) for known in FORMATS} == {
        known: known for known in FORMATS
    }


@pytest.mark.parametrize("name", ["missing/x.graphml", ".", ""])
def test_a_file_that_cannot_be_written_is_one_line(name, tmp_path):
    export = export_of(compile_genome(EDGE_CASES["no genes"]))
    with pytest.raises(OutputError, match=r"cannot be written|is a folder") as caught:
        write_export(export, "graphml", tmp_path / name)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


# The command


@pytest.fixture
def champion(tmp_path):
    path = tmp_path / "champion.json"
    genome = EDGE_CASES["constants"]
    NetworkFile(TaskConfig(env=CARTPOLE), genome, -1.5).save(path)
    return path


def test_the_command_writes_beside_the_network(champion, capsys):
    export(str(champion))
    graph = nx.read_graphml(champion.with_name("champion.graphml"))
    assert graph.graph["shared_weight"] == -1.5
    assert graph.nodes["input_2"]["label"] == "pole angle"
    assert capsys.readouterr().out.endswith("champion.graphml: 11 nodes, 6 connections (graphml)\n")
    before = champion.read_bytes()
    export(str(champion), format="json")
    assert champion.with_name("champion.graph.json").is_file()
    assert champion.read_bytes() == before


def test_the_command_writes_the_one_file_that_is_named(champion, tmp_path):
    export(str(champion), format="json", output=tmp_path / "picture.xml")
    assert json.loads((tmp_path / "picture.xml").read_text())["directed"] is True
    assert {path.name for path in tmp_path.iterdir()} == {"champion.json", "picture.xml"}
    with pytest.raises(OutputError, match="is the network itself"):
        export(str(champion), output=champion)


def test_the_command_carries_weights_of_connections(champion, tmp_path):
    genome = EDGE_CASES["constants"]
    weights = np.linspace(-1, 1, int(genome.enabled.sum()))
    NetworkFile(TaskConfig(env=CARTPOLE), genome, None, weights).save(champion)
    export(str(champion), output=tmp_path / "x.graphml")
    graph = nx.read_graphml(tmp_path / "x.graphml")
    assert "shared_weight" not in graph.graph
    assert all(isinstance(weight, float) for _, _, weight in graph.edges(data="weight"))
    # the gene 7 -> 5 is the file's first: of the constant cos node to the output that pushes left
    assert graph.edges["hidden_0", "output_0"]["weight"] == -1.0


def test_the_environment_need_not_be_installed(champion, tmp_path, capsys):
    NetworkFile(TaskConfig(env="missing_package:Some-v0"), EDGE_CASES["constants"]).save(champion)
    export(str(champion), output=tmp_path / "x.graphml")
    assert nx.read_graphml(tmp_path / "x.graphml").nodes["output_1"]["label"] == "action 1"
    assert "missing_package" in capsys.readouterr().err


def test_a_network_must_fit_its_task(champion):
    NetworkFile(TaskConfig(env=SWINGUP), EDGE_CASES["constants"]).save(champion)
    with pytest.raises(GenomeError, match="needs 5 and 1"):
        export(str(champion))
