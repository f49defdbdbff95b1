"""wann resume."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wann.cli.options import (
    AddressOption,
    BackendOption,
    JsonOption,
    NoTestOption,
    RunArgument,
    TensorboardOption,
    WorkersOption,
)


def resume(
    run: RunArgument,
    generations: Annotated[
        int | None, typer.Option(min=1, max=10_000_000, help="A new total of generations.")
    ] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="Another stop rule from now on: run.solved_score, run.max_seconds, run.max_env_steps or "
            "search.generations; null for none. May be repeated.",
        ),
    ] = None,
    backend: BackendOption = None,
    workers: WorkersOption = None,
    address: AddressOption = None,
    tensorboard: TensorboardOption = False,
    no_test: NoTestOption = False,
    as_json: JsonOption = False,
) -> None:
    """Go on with a run of wann evolve or wann prune that was stopped.

    The result equals not having stopped. Where other rules are set for its end, a search that is solved or
    finished goes on too. Data that have changed since are refused; code that has is said.

    Example: wann resume latest --generations 500
    """
    from wann.cli.views.compiling import say_if_compiling
    from wann.errors import RunError
    from wann.records.manifest import PRUNE, kind_of, read_manifest
    from wann.records.target import find_run

    folder = find_run(run)
    if kind_of(read_manifest(folder)) == PRUNE:
        if generations is not None or tensorboard or overrides or no_test:
            what = "no generations, no curves, no stop rules and no champion"
            raise RunError(f"{folder}: is a run of wann prune, which has {what}")
        _resume_pruning(folder, backend, workers, address, as_json)
        return

    say_if_compiling()
    from wann.cli.views.progress.search import watcher
    from wann.cli.views.summaries.search import show_outcome
    from wann.parallel.on_ray.cluster import connected
    from wann.workflows.search.evolve import resume as go_on

    chosen = "ray" if address else backend and backend.value
    with connected(address), watcher(quiet=as_json) as watch:
        outcome = go_on(folder, generations, chosen, workers, watch, tensorboard, overrides or ())
    show_outcome(outcome, as_json, judged=not no_test)


def _resume_pruning(
    folder: Path, backend: str | None, workers: int | None, address: str | None, as_json: bool
) -> None:
    from wann.cli.views.progress.pruning import prune_watcher
    from wann.cli.views.summaries.pruning import show_pruned
    from wann.parallel.on_ray.cluster import connected
    from wann.workflows.pruning.prune import resume

    chosen = "ray" if address else backend and str(backend)
    with connected(address), prune_watcher(quiet=as_json) as watch:
        outcome = resume(folder, chosen, workers, watch)
    show_pruned(outcome, as_json)
    if outcome.failed:
        raise typer.Exit(2)
