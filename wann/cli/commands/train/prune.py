"""wann prune."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wann.cli.options import AddressOption, BackendOption, JsonOption, SetOption, WorkersOption


def prune(
    config: Annotated[
        Path | None,
        typer.Argument(metavar="CONFIG", help="A YAML file; see configs/prune/ and docs/prune.md."),
    ] = None,
    overrides: SetOption = None,
    seeds: Annotated[
        str | None, typer.Option(metavar="0-9", help="Replaces prune.seeds; also 0,3,5-7.")
    ] = None,
    run_dir: Annotated[
        Path | None,
        typer.Option(
            help="The run folder; a new one below runs/ where left out. Cells that are finished there stay."
        ),
    ] = None,
    backend: BackendOption = None,
    workers: WorkersOption = None,
    address: AddressOption = None,
    listed: Annotated[bool, typer.Option("--list", help="Show what recipes are made of, and stop.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Prune conventional networks: rivals of a network that needs no weights.

    Example: wann prune configs/prune/digits.yaml --set training.epochs=5 --backend local
    """
    from wann.cli.views.summaries.recipes import show_methods
    from wann.config import load_prune_config
    from wann.errors import ConfigError
    from wann.workflows.pruning.checks import check

    if listed:
        show_methods(as_json)
        return
    if config is None:
        raise ConfigError(["wann prune: no CONFIG; try: wann prune configs/prune/digits.yaml, or --list"])
    changes = [*(overrides or []), *_changes(seeds, backend, workers, address)]
    loaded = load_prune_config(config, changes, check)

    from wann.cli.views.progress.pruning import prune_watcher
    from wann.cli.views.summaries.pruning import show_pruned
    from wann.parallel.on_ray.cluster import connected
    from wann.records.target import RUNS
    from wann.workflows.pruning.prune import start
    from wann.workflows.search.evolve import new_folder

    folder = run_dir or new_folder(RUNS, config.stem, loaded.prune.seeds[0])
    with connected(address), prune_watcher(quiet=as_json) as watch:
        outcome = start(loaded, folder, config.stem, watch)
    show_pruned(outcome, as_json)
    if outcome.failed:
        raise typer.Exit(2)


def _changes(seeds: str | None, backend: str | None, workers: int | None, address: str | None) -> list[str]:
    """The `--set` strings that other options stand for."""
    from wann.workflows.search.seeds import parse_seeds

    changes = [] if address is None else ["evaluation.backend=ray"]
    settings = {
        "prune.seeds": None if seeds is None else parse_seeds(seeds),
        "evaluation.backend": backend,
        "evaluation.workers": workers,
    }
    return changes + [f"{key}={value}" for key, value in settings.items() if value is not None]
