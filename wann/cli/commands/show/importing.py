"""wann import."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wann.cli.output import say


def import_network(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A connection matrix, such as champion.out.")],
    task: Annotated[Path, typer.Option(metavar="CONFIG", help="The config of the task that it is for.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The network file to write.")],
    weights: Annotated[
        Path | None,
        typer.Option(metavar="FILE.json", help="Its trained weights, in row-major order of the matrix."),
    ] = None,
    offset_from: Annotated[
        float | None,
        typer.Option(metavar="W", help="The shared weight that they are offsets from, where they are."),
    ] = None,
) -> None:
    """Make a network file of a champion of the original WANN release.

    Example: wann import swing.out --task configs/cartpole_swingup.yaml -o swing.json
    """
    from wann.config import load_config
    from wann.errors import ConfigError, OutputError

    if offset_from is not None and weights is None:
        raise ConfigError(["--offset-from: says what --weights are offsets from, and there are no --weights"])
    if output.resolve() in [path.resolve() for path in (file, task, weights) if path]:
        raise OutputError(f"{output}: is read here; choose another -o")
    config = load_config(task)

    from wann.workflows.importing import import_release

    made = import_release(file, config, weights, offset_from or 0.0)
    try:
        made.save(output)
    except OSError as error:
        raise OutputError(f"{output}: cannot be written ({error.strerror or error})") from error
    held = "no weights" if made.weights is None else f"{len(made.weights)} weights"
    size = f"{made.provenance['nodes']} nodes, {made.provenance['connections']} connections"
    say(f"{output}: {size}, {held}; try: wann test {output}")
