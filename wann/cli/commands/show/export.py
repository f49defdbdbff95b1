"""wann export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wann.cli.options import NetworkArgument
from wann.cli.output import say
from wann.export.writers import DEFAULT_FORMAT, FORMATS

_FORMATS = "; ".join(f"{name}: {format.description}" for name, format in FORMATS.items())


def export(
    network: NetworkArgument,
    format: Annotated[
        str | None,
        typer.Option(
            "-f",
            "--format",
            metavar="|".join(FORMATS),
            help=f"{_FORMATS}. Default: by the ending of -o; {DEFAULT_FORMAT} without -o.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="The file to write. Default: beside the network file."),
    ] = None,
    number: Annotated[
        str | None,
        typer.Option(
            metavar="double|float|fixed",
            help="What the file computes with. double everywhere; float in ONNX and C; fixed (Q16.16) in C. "
            "Default: double.",
        ),
    ] = None,
) -> None:
    """Write a network's live topology as a graph, a model or code for other tools.

    Example: wann export latest -f c --number float -o champion.c
    """
    from wann.cli.views.changes import say_changes
    from wann.errors import OutputError
    from wann.export.c.size import memory
    from wann.export.writers import format_of, number_of, write_export
    from wann.records.target import find_network
    from wann.workflows.exporting import to_export

    name = format_of(format, output)
    number = number_of(number, name)
    file, path = find_network(network)
    output = output or path.with_suffix(FORMATS[name].endings[0])
    if output.resolve() == path.resolve():
        raise OutputError(f"{output}: is the network itself; choose another -o")
    bundle, note, changed = to_export(file, path, output.stem.removesuffix(".graph"), number)
    say_changes(changed)
    if note:
        typer.echo(f"note: {note}", err=True)
    write_export(bundle, name, output)
    plan = bundle.network
    say(f"{output}: {plan.n_nodes} nodes, {plan.n_connections} connections ({name})")
    if name == "c":
        for line in memory(bundle).lines():
            say(line)
