"""The formats that hold a network's graph, by networkx; DOT is in a file of its own. It is imported late."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, BinaryIO

from wann.export.network_export import NetworkExport

if TYPE_CHECKING:
    import networkx as nx

# Characters that no XML file can hold; a task's name in a file from elsewhere may have them.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_graphml(export: NetworkExport, file: BinaryIO) -> None:
    """Write a graph as GraphML."""
    # by name: `write_graphml` takes lxml where that is installed, which writes other bytes
    from networkx.readwrite.graphml import write_graphml_xml

    write_graphml_xml(_xml_graph(export), file, named_key_ids=True)
    file.write(b"\n")


def write_gexf(export: NetworkExport, file: BinaryIO) -> None:
    """Write a graph as GEXF: its name is the task; the shared weight stands in its description.

    GEXF has no attributes of a graph.
    """
    from xml.etree.ElementTree import SubElement

    from networkx.readwrite.gexf import GEXFWriter

    graph = _xml_graph(export)
    weight = graph.graph.get("shared_weight")
    graph.graph = {"name": graph.graph.get("task", "")}
    writer = GEXFWriter()
    writer.add_graph(graph)
    meta = writer.xml[0]
    # the date would make other bytes of the same network every day
    meta.attrib.pop("lastmodifieddate", None)
    if weight is not None:
        SubElement(meta, "description").text = f"shared_weight={weight!r}"
    writer.write(file)


def write_json(export: NetworkExport, file: BinaryIO) -> None:
    """Write a graph as node-link JSON."""
    import networkx as nx

    from wann.export.graphs.graph import to_graph

    text = json.dumps(nx.node_link_data(to_graph(export), edges="edges"), indent=1, allow_nan=False)
    file.write(f"{text}\n".encode())


def _xml_graph(export: NetworkExport) -> nx.DiGraph:
    """The graph, with a sign in place of what XML cannot hold."""
    from wann.export.graphs.graph import to_graph

    graph = to_graph(export)
    for data in (graph.graph, *(data for _, data in graph.nodes(data=True))):
        data.update({k: _NOT_XML.sub("\ufffd", v) for k, v in data.items() if isinstance(v, str)})
    return graph
