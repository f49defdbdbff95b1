"""wann evolve."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wann.cli.options import (
    AddressOption,
    BackendOption,
    JsonOption,
    NoTestOption,
    SeedOption,
    SetOption,
    TensorboardOption,
    WorkersOption,
)

if TYPE_CHECKING:
    from wann.config import Config


def evolve(
    config: Annotated[
        Path, typer.Argument(metavar="CONFIG", help="A YAML file; see configs/ and docs/config.md.")
    ],
    overrides: SetOption = None,
    seed: SeedOption = None,
    seeds: Annotated[
        str | None, typer.Option(metavar="0-9", help="A run for each of these seeds; also 0,3,5-7.")
    ] = None,
    run_dir: Annotated[
        Path | None,
        typer.Option(
            help="The run folder; a new one below runs/ where left out. With --seeds: DIR/s0, DIR/s1, ..."
        ),
    ] = None,
    backend: BackendOption = None,
    workers: WorkersOption = None,
    address: AddressOption = None,
    tensorboard: TensorboardOption = False,
    no_test: NoTestOption = False,
    as_json: JsonOption = False,
) -> None:
    """Search for a weight-agnostic network.

    Example: wann evolve configs/cartpole.yaml --set search.population=128 --seed 1 --backend local
    """
    from wann.cli.views.compiling import say_if_compiling
    from wann.config import load_config
    from wann.errors import ConfigError

    if seed is not None and seeds is not None:
        raise ConfigError(["--seeds: cannot be given together with --seed; one of them says it all"])
    changes = [*(overrides or []), *([] if address is None else ["evaluation.backend=ray"])]
    for key, value in (("run.seed", seed), ("evaluation.backend", backend), ("evaluation.workers", workers)):
        changes += [] if value is None else [f"{key}={value}"]
    loaded = load_config(config, changes)
    if loaded.topology:
        raise ConfigError(
            [f"{config}: topology: is fixed, so nothing is searched; train it with: wann tune {config}"]
        )

    say_if_compiling()
    from wann.cli.views.progress.search import watcher
    from wann.cli.views.summaries.search import show_outcome
    from wann.parallel.on_ray.cluster import connected
    from wann.records.target import RUNS
    from wann.workflows.search.evolve import new_folder, start

    if seeds is not None:
        with connected(address):
            _evolve_seeds(loaded, seeds, run_dir, config.stem, tensorboard, as_json, not no_test)
        return
    with connected(address), watcher(quiet=as_json) as watch:
        folder = run_dir or new_folder(RUNS, config.stem, loaded.run.seed)
        outcome = start(loaded, folder, config.stem, watch, tensorboard=tensorboard)
    show_outcome(outcome, as_json, judged=not no_test)


def _evolve_seeds(
    config: Config,
    text: str,
    run_dir: Path | None,
    name: str,
    tensorboard: bool,
    as_json: bool,
    judged: bool,
) -> None:
    from wann.cli.views.progress.search import watcher
    from wann.cli.views.summaries.seeds import show_seeds
    from wann.records.target import RUNS
    from wann.workflows.search.evolve import MOSTLY_FAILED, new_folder
    from wann.workflows.search.seeds import evolve_seeds, parse_seeds

    def folder_of(seeded: Config) -> Path:
        return run_dir / f"s{seeded.run.seed}" if run_dir else new_folder(RUNS, name, seeded.run.seed)

    seeds = parse_seeds(text)
    with watcher(quiet=as_json) as watch:
        results = evolve_seeds(config, seeds, folder_of, name, watch, tensorboard, judged)
    show_seeds(results, as_json)
    if any(result.status in ("failed", MOSTLY_FAILED) for result in results):
        raise typer.Exit(2)
