"""The file formats that a network's graph is written in: one table, name -> how."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from wann.errors import OutputError, did_you_mean

if TYPE_CHECKING:
    import networkx as nx

DEFAULT_FORMAT = "graphml"

# Characters that no XML file can hold; a task's name in a file from elsewhere may have them.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Format:
    """A file format.

    Attributes:
        suffix: the end of a file's name; its last part names the format where none is given.
        description: one line for people.
        write: writes a graph of `wann.export.graph.to_graph`; equal graphs give equal bytes.
    """

    suffix: str
    description: str
    write: Callable[[nx.DiGraph, BinaryIO], None]


def _write_graphml(graph: nx.DiGraph, file: BinaryIO) -> None:
    # by name: `write_graphml` takes lxml where that is installed, which writes other bytes
    from networkx.readwrite.graphml import write_graphml_xml

    graph = graph.copy()
    for data in (graph.graph, *(data for _, data in graph.nodes(data=True))):
        data.update({k: _NOT_XML.sub("\ufffd", v) for k, v in data.items() if isinstance(v, str)})
    write_graphml_xml(graph, file, named_key_ids=True)
    file.write(b"\n")


def _write_json(graph: nx.DiGraph, file: BinaryIO) -> None:
    import networkx as nx

    text = json.dumps(nx.node_link_data(graph, edges="edges"), indent=1, allow_nan=False)
    file.write(f"{text}\n".encode())


FORMATS: dict[str, Format] = {
    "graphml": Format(".graphml", "GraphML, for Gephi, yEd, Cytoscape and networkx", _write_graphml),
    # a network file is itself a .json
    "json": Format(".graph.json", "node-link JSON, for networkx and D3", _write_json),
}


def format_of(name: str | None, output: Path | None) -> str:
    """Return the format's name: the one asked for, or that of the file's ending; the default without either.

    Raises:
        OutputError: there is no format of that name, or none with that ending.
    """
    if name is None:
        return DEFAULT_FORMAT if output is None else _format_of_ending(output)
    if name not in FORMATS:
        raise OutputError(
            f"-f {name}: unknown format, expected one of {', '.join(FORMATS)}{did_you_mean(name, FORMATS)}"
        )
    return name


def _format_of_ending(output: Path) -> str:
    ending = output.suffix.lower()
    for name, format in FORMATS.items():
        if ending and format.suffix.endswith(ending):
            return name
    endings = ", ".join(format.suffix for format in FORMATS.values())
    raise OutputError(
        f"{output}: expected a name that ends in {endings}, or -f with one of {', '.join(FORMATS)}"
    )


def write_graph(graph: nx.DiGraph, format: str, path: Path) -> None:
    """Write a graph atomically.

    Raises:
        OutputError: the file cannot be written.
    """
    from wann.records.files import write_atomically  # late: `wann --help` reads FORMATS

    try:
        if path.is_dir():
            raise OutputError(f"{path}: is a folder; name a file")
        write_atomically(path, lambda file: FORMATS[format].write(graph, file))
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror or error})") from error
