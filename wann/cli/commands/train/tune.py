"""wann tune."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wann.cli.options import Backend, JsonOption, WorkersOption


def tune(
    target: Annotated[
        str,
        typer.Argument(
            metavar="RUN|GENOME|CONFIG",
            help="A run folder, 'latest', a network file, or a config with a topology.",
        ),
    ],
    method: Annotated[
        str | None,
        typer.Option(help="cma or reinforce for control, gradient for classification; see docs/tune.md."),
    ] = None,
    iterations: Annotated[
        int | None, typer.Option(metavar="N", help="In all, the ones done included.")
    ] = None,
    population: Annotated[int | None, typer.Option(metavar="N", help="Candidates an iteration.")] = None,
    episodes: Annotated[int | None, typer.Option(metavar="N", help="Fresh ones a candidate.")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Another setting of the method; may be repeated."),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Of all that is drawn; 0, or the config's.")] = None,
    start: Annotated[
        str | None,
        typer.Option(help="Begin with the tuned 'shared' weight, 'random' weights, or the file's 'weights'."),
    ] = None,
    backend: Annotated[Backend | None, typer.Option(help="Who evaluates; local where left out.")] = None,
    workers: WorkersOption = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Default: tuned.json in the run, NAME.tuned.json beside a file."),
    ] = None,
    run_dir: Annotated[Path | None, typer.Option(help="With a config: the run folder.")] = None,
    restart: Annotated[bool, typer.Option("--restart", help="Begin anew, whatever is there.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Train the weights of a network's connections; its topology stays.

    The same command goes on with a tuning that was stopped; the result equals not having stopped.

    Example: wann tune latest --method cma --iterations 500
    """
    from wann.cli.views.compiling import say_if_compiling
    from wann.config import is_config
    from wann.errors import TuneError
    from wann.records.target import find_network, resolve

    config = is_config(target)
    network: str | Path = target
    if not config:
        if run_dir:
            raise TuneError("--run-dir: goes with a config alone; -o FILE names another file for the result")
        (network,) = resolve([target])
        find_network(network)  # what is not there is said before anything is compiled
    given = _settings(settings or [])
    named = {"iterations": iterations, "population": population, "episodes": episodes}
    given |= {name: value for name, value in named.items() if value is not None}

    say_if_compiling()
    from wann.cli.views.progress.tuning import tune_watcher
    from wann.cli.views.summaries.tuning import show_tuning
    from wann.workflows.tuning.fixed_topology import DenseRun
    from wann.workflows.tuning.tune import tune as workflow

    with tune_watcher(quiet=as_json) as watch:
        outcome = workflow(
            DenseRun.of(target, seed, run_dir) if config else network,
            method,
            given,
            seed=seed,
            start=start,
            backend=backend and backend.value,
            workers=workers,
            output=output,
            restart=restart,
            watcher=watch,
        )
    options = [
        ("--method", method),
        *((f"--{name}", value) for name, value in named.items()),
        *(("--set", entry) for entry in settings or []),
        ("--seed", seed),
        ("--start", start),
        ("-o", output),
    ]
    show_tuning(outcome, [str(part) for pair in options if pair[1] is not None for part in pair], as_json)


def _settings(entries: list[str]) -> dict[str, object]:
    """Read `NAME=VALUE`.

    Raises:
        TuneError: one is not of that form.
    """
    from wann.errors import TuneError

    given: dict[str, object] = {}
    for entry in entries:
        name, equals, value = (part.strip() for part in entry.partition("="))
        if not (name and equals and value):
            raise TuneError(f"--set {entry}: expected NAME=VALUE, such as sigma=0.2")
        given[name] = value
    return given
