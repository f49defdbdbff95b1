"""wann test."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from wann.cli.options import JsonOption, NetworkArgument, WorkersOption
from wann.cli.output import say


def test(
    network: NetworkArgument,
    task: Annotated[
        Path | None, typer.Option(metavar="CONFIG", help="Judge it on this config's task and weights.")
    ] = None,
    weights: Annotated[
        str | None, typer.Option(metavar="-1.5,0.25", help="Shared weights of your own, to try beside them.")
    ] = None,
    episodes: Annotated[int, typer.Option(min=1, max=1_000_000, help="Test episodes.")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="Of the test episodes.")] = 0,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Judge a network on episodes that the search never saw.

    Trained weights count too: those that wann tune left beside it, else its own.

    Example: wann test latest --episodes 1000 --json
    """
    from wann.cli.compiling import say_if_compiling
    from wann.config import load_config
    from wann.evaluation.weights import parse_weights
    from wann.records.files import finite
    from wann.records.find import find_network, resolve

    own = [] if weights is None else parse_weights(weights)
    config = load_config(task) if task else None
    (target,) = resolve([network])
    find_network(target)  # what is not there is said before anything is compiled

    say_if_compiling()
    from wann.cli.judgement import show_judgement
    from wann.cli.summary import show_failures
    from wann.workflows.judge import test as judge

    report = judge(target, config, episodes, seed, workers, own_weights=own)
    for line in report.changed:
        typer.echo(f"wann: {line}; the figures are of what there is now", err=True)
    show_failures(report)
    if as_json:
        say(json.dumps(finite(report.to_json()), indent=1))
    else:
        show_judgement(report)
