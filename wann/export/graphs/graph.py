"""Networks as networkx graphs: what `graph_files.py` puts into files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import networkx as nx

from wann.export.network_export import NetworkExport
from wann.network.network import Network


def to_graph(export: NetworkExport) -> nx.DiGraph:
    """Return a network as a directed graph, from the bias and the inputs to the outputs.

    Edges are the live connections; nodes are the bias, every input and output, connected or not, and the
    live hidden nodes. A node's value is its activation of the sum of its sources' values, each multiplied by
    its edge's `weight`; where edges have none, the sum is multiplied by the shared weight. The bias is 1.

    Node ids are `bias`, `input_0`, `hidden_0`, `output_0`, ... Node attributes:
        role: bias, input, hidden or output.
        index: from 0 within its role: the position in the observation, in the network's order of
            evaluation, or in the outputs.
        activation: a name of `wann.activations`; linear for the bias and the inputs.
        label: what a person reads: the name of an input or output, the activation of a hidden node.
        layer: 0 for bias and inputs, hidden nodes by longest path, all outputs in the last.

    The graph's own attributes, where they are known: `task`, and `shared_weight`, the weight that the network
    is known to do well with.
    """
    network, weights = export.network, export.weights
    known = {"task": export.task, "shared_weight": export.shared_weight}
    graph = nx.DiGraph(**{name: value for name, value in known.items() if value is not None})
    ids = _add_nodes(graph, network, export.input_names, export.output_names)
    edges = [{} for _ in network.sources] if weights is None else [{"weight": w} for w in weights[0].tolist()]
    for source, target, attributes in zip(network.sources, network.targets, edges, strict=True):
        graph.add_edge(ids[source], ids[target], **attributes)
    return graph


def _add_nodes(
    graph: nx.DiGraph, network: Network, input_names: Sequence[str], output_names: Sequence[str]
) -> list[str]:
    """Add every node in the network's order, and return their ids."""
    activations = network.activations
    hidden = activations[: len(activations) - network.n_outputs]
    roles = (
        ["bias"] + ["input"] * network.n_inputs + ["hidden"] * len(hidden) + ["output"] * network.n_outputs
    )
    rows = zip(
        roles,
        ["linear"] * network.first_computed + activations,
        ["bias", *input_names, *hidden, *output_names],
        network.layers().tolist(),
        strict=True,
    )
    seen: dict[str, int] = {}
    ids: list[str] = []
    for role, activation, label, layer in rows:
        index = seen.get(role, 0)
        seen[role] = index + 1
        # GraphML's schema allows no spaces in ids
        ids.append("bias" if role == "bias" else f"{role}_{index}")
        attributes: dict[str, Any] = {"role": role, "index": index, "activation": activation}
        graph.add_node(ids[-1], **attributes, label=label, layer=layer)
    return ids
