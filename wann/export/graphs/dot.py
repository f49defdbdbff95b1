"""DOT, the language of Graphviz: from left to right, a shape for each role."""

from __future__ import annotations

from typing import Any, BinaryIO

from wann.export.network_export import NetworkExport

_SHAPES = {"bias": "diamond", "input": "box", "hidden": "ellipse", "output": "doubleoctagon"}


def write_dot(export: NetworkExport, file: BinaryIO) -> None:
    """Write a graph as DOT, with all its attributes.

    Where connections have weights of their own, they are the edges' `connection_weight` and label: an edge's
    `weight` is a whole number for the layout in DOT.
    """
    file.write(dot_source(export).encode(errors="replace"))


def dot_source(export: NetworkExport) -> str:
    """Return a network as the text of a DOT file."""
    from wann.export.graphs.graph import to_graph

    graph = to_graph(export)
    lines = [f"  {name}={_quoted(value)};" for name, value in graph.graph.items()]
    lines += ["  rankdir=LR;"]
    for node, data in graph.nodes(data=True):
        lines.append(f"  {node} {_attributes(data | {'shape': _SHAPES[data['role']]})};")
    for source, target, weight in graph.edges(data="weight"):
        own = {} if weight is None else {"connection_weight": weight, "label": f"{weight:.3g}"}
        lines.append(f"  {source} -> {target}{' ' if own else ''}{_attributes(own)};")
    return "\n".join(["digraph network {", *lines, "}", ""])


def _attributes(values: dict[str, Any]) -> str:
    text = ", ".join(f"{name}={_quoted(value)}" for name, value in values.items())
    return f"[{text}]" if text else ""


def _quoted(value: Any) -> str:
    # a backslash would begin an escape of Graphviz's, and one before a quote would end the string
    text = str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\0", "\ufffd")
    return f'"{text}"'
