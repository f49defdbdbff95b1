"""wann test."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wann.cli.options import JsonOption, NetworkArgument, WorkersOption
from wann.cli.output import say

if TYPE_CHECKING:
    from wann.workflows.judge import TestReport


def test(
    network: NetworkArgument,
    task: Annotated[
        Path | None, typer.Option(metavar="CONFIG", help="Judge it on this config's task and weights.")
    ] = None,
    weights: Annotated[
        str | None, typer.Option(metavar="-1.5,0.25", help="Shared weights of your own, to try beside them.")
    ] = None,
    episodes: Annotated[
        int | None,
        typer.Option(min=1, max=1_000_000, help="Test episodes; 100 where left out, 20 with --quick."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the test episodes.")] = 0,
    regimes: Annotated[
        str | None,
        typer.Option(
            metavar="search,random,...",
            help="Only these figures: search, random, random-shared, tuned-shared, trained, signed-shared, "
            "tuned-signed-shared.",
        ),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Rough figures, soon: fewer episodes and shared weights.")
    ] = False,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Judge a network on episodes that the search never saw.

    Trained weights count too: those that wann tune left beside it, else its own.

    Example: wann test latest --episodes 1000 --json
    """
    from wann.cli.views.changes import say_changes
    from wann.cli.views.compiling import say_if_compiling
    from wann.config import load_config
    from wann.judging.names import parse_regimes
    from wann.judging.shared_weights import parse_weights
    from wann.records.storage.files import finite
    from wann.records.target import find_network, resolve

    own = [] if weights is None else parse_weights(weights)
    asked = None if regimes is None else parse_regimes(regimes)
    config = load_config(task) if task else None
    (target,) = resolve([network])
    find_network(target)  # what is not there is said before anything is compiled

    say_if_compiling()
    from wann.cli.views.judgement import show_judgement
    from wann.cli.views.summaries.search import show_failures
    from wann.workflows.judge import test as judge

    report = judge(target, config, episodes, seed, workers, own_weights=own, regimes=asked, quick=quick)
    if quick:
        _say_what_is_less(report)
    say_changes(report.changed)
    show_failures(report)
    if as_json:
        say(json.dumps(finite(report.to_json()), indent=1))
    else:
        show_judgement(report)


def _say_what_is_less(report: TestReport) -> None:
    """Say what a quick judgement takes, and what the whole one would."""
    from wann.judging.regimes import QUICK, WHOLE
    from wann.workflows.judge import EPISODES

    j = report.judgement
    tuned = "" if report.task.compiled is False else f", the tuned one of {len(WHOLE.fine_grid)}"
    parts = [
        f"{j.episodes} {'draws' if j.n_images else 'episodes'} ({EPISODES})",
        f"{j.n_grid} shared weights ({len(WHOLE.grid)}{tuned})",
    ]
    if not j.n_images:
        parts.append(f"the tuned one chosen on {QUICK.tune_episodes} episodes ({WHOLE.tune_episodes})")
    typer.echo(f"wann: quick, so rough: {', '.join(parts)}; in brackets without --quick", err=True)
