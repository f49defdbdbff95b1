"""wann export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wann.cli.options import NetworkArgument
from wann.export.writers import FORMATS

_FORMATS = "; ".join(f"{name}: {format.description}" for name, format in FORMATS.items())


def export(
    network: NetworkArgument,
    format: Annotated[
        str | None,
        typer.Option("-f", "--format", help=f"{_FORMATS}. Default: by the ending of -o; graphml without -o."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="The file to write. Default: beside the network file."),
    ] = None,
) -> None:
    """Write a network's live topology as a graph for other tools.

    Example: wann export latest -f graphml -o champion.graphml
    """
    from wann.errors import OutputError, TaskError
    from wann.export.graph import to_graph
    from wann.export.writers import format_of, write_graph
    from wann.network.plan import compile_genome
    from wann.records.find import find_network
    from wann.workflows.build import build_task, plan_network

    name = format_of(format, output)
    file, path = find_network(network)
    output = output or path.with_suffix(FORMATS[name].suffix)
    if output.resolve() == path.resolve():
        raise OutputError(f"{output}: is the network itself; choose another -o")
    try:
        task = build_task(file.task)
        plan, inputs, outputs = plan_network(file, task, path), task.inputs, task.outputs
    except TaskError as error:
        # a topology can be looked at where its environment is not installed
        typer.echo(f"note: inputs and outputs are only numbered: {error}", err=True)
        plan = compile_genome(file.genome)
        inputs = tuple(f"observation {k}" for k in range(plan.n_inputs))
        outputs = tuple(f"action {k}" for k in range(plan.n_outputs))
    weights = file.connection_weights(plan)
    graph = to_graph(plan, inputs, outputs, weights, file.task.env or file.task.dataset, file.shared_weight)
    write_graph(graph, name, output)
    typer.echo(f"{output}: {plan.n_nodes} nodes, {plan.n_connections} connections ({name})")
