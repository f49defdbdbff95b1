"""wann resume."""

from __future__ import annotations

from typing import Annotated

import typer

from wann.cli.options import (
    AddressOption,
    BackendOption,
    JsonOption,
    RunArgument,
    TensorboardOption,
    WorkersOption,
)


def resume(
    run: RunArgument,
    generations: Annotated[
        int | None, typer.Option(min=1, max=10_000_000, help="A new total of generations.")
    ] = None,
    backend: BackendOption = None,
    workers: WorkersOption = None,
    address: AddressOption = None,
    tensorboard: TensorboardOption = False,
    as_json: JsonOption = False,
) -> None:
    """Go on with a run that was stopped; the result equals not having stopped.

    Example: wann resume latest --generations 500
    """
    from wann.cli.compiling import say_if_compiling
    from wann.records.find import find_run

    folder = find_run(run)

    say_if_compiling()
    from wann.cli.progress import watcher
    from wann.cli.summary import show_outcome
    from wann.evaluation.ray_pool import connected
    from wann.workflows.evolve import resume as go_on

    chosen = "ray" if address else backend and backend.value
    with connected(address), watcher(quiet=as_json) as watch:
        outcome = go_on(folder, generations, chosen, workers, watch, tensorboard)
    show_outcome(outcome, as_json)
