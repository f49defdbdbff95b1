"""wann verify."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from wann.cli.options import BackendOption, JsonOption, RunArgument, WorkersOption
from wann.cli.output import say


def verify(
    run: RunArgument,
    last: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="The last N generations alone, from a checkpoint before them."),
    ] = None,
    backend: BackendOption = None,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Replay a run and compare it with what it recorded; exit status 1 where something differs.

    Nothing is written, so a run that is still going on can be verified too.

    Example: wann verify latest --last 20
    """
    from wann.cli.views.progress.search import watcher
    from wann.records.storage.files import finite
    from wann.records.target import find_run
    from wann.workflows.search.verify import verify as replay

    folder = find_run(run)
    with watcher(quiet=as_json) as watch:
        found = replay(folder, last, backend and backend.value, workers, watch)
    if as_json:
        say(json.dumps(finite(found.to_json()), indent=1))
    elif found.fault:
        say(found.fault)
    else:
        say(
            f"{folder}: generations {found.first} to {found.last} verified: all equal ({found.seconds:.1f} s)"
        )
    if found.fault:
        raise typer.Exit(1)
