"""wann evolve."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wann.cli.options import BackendOption, JsonOption, SeedOption, SetOption, WorkersOption


def evolve(
    config: Annotated[
        Path, typer.Argument(metavar="CONFIG", help="A YAML file; see configs/ and docs/config.md.")
    ],
    overrides: SetOption = None,
    seed: SeedOption = None,
    run_dir: Annotated[
        Path | None, typer.Option(help="The run folder; a new one below runs/ where left out.")
    ] = None,
    backend: BackendOption = None,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Search for a weight-agnostic network.

    Example: wann evolve configs/cartpole.yaml --set search.population=128 --seed 1 --backend local
    """
    from wann.cli.compiling import say_if_compiling
    from wann.config import load_config

    changes = list(overrides or [])
    for key, value in (("run.seed", seed), ("evaluation.backend", backend), ("evaluation.workers", workers)):
        changes += [] if value is None else [f"{key}={value}"]
    loaded = load_config(config, changes)

    say_if_compiling()
    from wann.cli.progress import watcher
    from wann.cli.summary import show_outcome
    from wann.records.find import RUNS
    from wann.workflows.evolve import new_folder, start

    with watcher(quiet=as_json) as watch:
        outcome = start(loaded, run_dir or new_folder(RUNS, config.stem, loaded), config.stem, watch)
    show_outcome(outcome, as_json)
