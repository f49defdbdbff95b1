"""The file formats of `wann export`: one table, name -> how."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from wann.errors import OutputError, did_you_mean
from wann.export.c.source import write_c
from wann.export.drawing.files import write_png, write_svg
from wann.export.graphs.dot import write_dot
from wann.export.graphs.files import write_gexf, write_graphml, write_json
from wann.export.network_export import DOUBLE, FIXED, FLOAT, NetworkExport
from wann.export.onnx_model import write_onnx
from wann.export.torch_source import write_torch

DEFAULT_FORMAT = "graphml"


@dataclass(frozen=True)
class Format:
    """A file format.

    Attributes:
        endings: of file names that mean this format where none is named. The first is that of the file which
            is written where none is named either; of it, the last part counts.
        description: one line for people.
        write: writes a network; equal networks give equal bytes.
        numbers: what the written file can compute with, the default first.
    """

    endings: tuple[str, ...]
    description: str
    write: Callable[[NetworkExport, BinaryIO], None]
    numbers: tuple[str, ...] = (DOUBLE,)


FORMATS: dict[str, Format] = {
    "svg": Format((".svg",), "a drawing", write_svg),
    "png": Format((".png",), "a drawing in pixels", write_png),
    "graphml": Format((".graphml",), "for Gephi, yEd, Cytoscape and networkx", write_graphml),
    "gexf": Format((".gexf",), "for Gephi and networkx", write_gexf),
    "dot": Format((".dot", ".gv"), "for Graphviz", write_dot),
    # a network file is itself a .json
    "json": Format((".graph.json",), "node-link JSON, for networkx and D3", write_json),
    "onnx": Format((".onnx",), "a model for ONNX runtimes", write_onnx, (DOUBLE, FLOAT)),
    "torch": Format((".py",), "a Python file with a torch module", write_torch),
    "c": Format((".c",), "a C99 file, also for microcontrollers", write_c, (DOUBLE, FLOAT, FIXED)),
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
        if ending and any(known.endswith(ending) for known in format.endings):
            return name
    endings = ", ".join(ending for format in FORMATS.values() for ending in format.endings)
    raise OutputError(
        f"{output}: expected a name that ends in {endings}, or -f with one of {', '.join(FORMATS)}"
    )


def number_of(name: str | None, format: str) -> str:
    """Return what a file of a format is to compute with: what is asked for, or the format's default.

    Raises:
        OutputError: the format has no such numbers.
    """
    known = FORMATS[format].numbers
    if name is None:
        return known[0]
    if name not in known:
        able = [f"{other} ({', '.join(f.numbers)})" for other, f in FORMATS.items() if len(f.numbers) > 1]
        raise OutputError(
            f"--number {name}: {format} has only {', '.join(known)}; a choice have {' and '.join(able)}"
        )
    return name


def write_export(export: NetworkExport, format: str, path: Path) -> None:
    """Write a network to a file, atomically.

    Raises:
        OutputError: the file cannot be written, or a package is missing.
    """
    from wann.records.storage.files import write_atomically  # late: `wann --help` reads FORMATS

    try:
        if path.is_dir():
            raise OutputError(f"{path}: is a folder; name a file")
        write_atomically(path, lambda file: FORMATS[format].write(export, file))
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror or error})") from error
