"""The tables that commands end with."""

from __future__ import annotations

import json
import math
import sys

import typer
from rich.console import Console
from rich.table import Table

from wann.cli.progress import human
from wann.evaluation.spread import Spread, Sweep
from wann.records.files import finite
from wann.records.find import RUNS
from wann.records.history import read_history
from wann.records.paths import RunPaths
from wann.workflows.evolve import Outcome
from wann.workflows.judge import TestReport, glance, test

_ENDINGS = {
    "solved": "Solved",
    "finished": "Finished",
    "interrupted": "Stopped",
    "out of time": "Stopped at run.max_seconds",
    "out of environment steps": "Stopped at run.max_env_steps",
}
_EPISODES = 100
_FIGURE = "return"  # what the figures of a judgement are
_NAMES = 36  # columns for the names of figures


def show_outcome(outcome: Outcome, as_json: bool) -> None:
    """Show how a search ended, what its champion earns on held-out episodes, and what to do next."""
    if outcome.state.champion is None:
        typer.echo(f"No generation was finished. To go on: wann resume {outcome.folder}")
        return
    report = test(outcome.folder, episodes=_EPISODES, tuned=False) if outcome.compiled else None
    if as_json:
        _print_json(outcome, report)
        return
    state, champion = outcome.state, outcome.state.champion
    print(
        f"{_ENDINGS[outcome.status]} after {state.generation} generations: {state.seconds:.1f} s, "
        f"{human(state.env_steps)} environment steps."
        + (f" {state.failed} episodes failed." if state.failed else "")
    )
    print(f"The champion came in generation {champion.generation}.\n")
    if report:
        show_failures(report)
        show_judgement(report)
    elif outcome.status != "interrupted":
        _show_glance(outcome)
    print(f"\nIn {outcome.folder}")
    for name, what in (
        ("champion.json", "the champion"),
        (
            "history.csv",
            f"a row for each of {len(read_history(RunPaths(outcome.folder).history))} generations",
        ),
    ):
        print(f"  {name:<15} {what}")
    print("Next:")
    for command, what in _next_commands(outcome):
        print(f"  {command:<42} {what}")


def _next_commands(outcome: Outcome) -> list[tuple[str, str]]:
    run = "latest" if RUNS in outcome.folder.parents else str(outcome.folder)
    more = []
    if outcome.status == "interrupted":
        more = [(f"wann resume {run}", "go on")]
    elif outcome.status == "finished":
        more = [(f"wann resume {run} --generations {2 * outcome.state.generation}", "search on")]
    return [
        (f"wann render {run} -o best.mp4", "a film of the champion"),
        (f"wann export {run} -f graphml", "its graph, for Gephi, yEd, networkx"),
        (f"wann test {run} --json", "these figures, for programs"),
        *more,
    ]


def _print_json(outcome: Outcome, report: TestReport | None) -> None:
    state, champion = outcome.state, outcome.state.champion
    value = {
        "run": str(outcome.folder),
        "status": outcome.status,
        "generations": state.generation,
        "evaluations": state.evaluations,
        "env_steps": state.env_steps,
        "seconds": state.seconds,
        "champion": champion and {"generation": champion.generation, "select_mean": champion.score},
        "test": report and report.to_json(),
    }
    typer.echo(json.dumps(finite(value), indent=1))


def _show_glance(outcome: Outcome) -> None:
    weights = glance(outcome.folder, _EPISODES)
    mean = sum(score for _, score in weights) / len(weights)
    table = _table(f"{_FIGURE} over {_EPISODES} held-out episodes")
    table.add_row("each of the search's weights", _number(mean), "")
    for weight, score in weights:
        table.add_row(f"  {weight:g}", _number(score), "")
    Console().print(table)
    print("\nThe other regimes play thousands of episodes; for them, use wann test.")


def show_failures(report: TestReport) -> None:
    """Say on stderr how many episodes failed, and why the first did."""
    failed, error = report.judgement.failed, report.judgement.error
    if failed:
        last = error.strip().splitlines()[-1] if error else "no reason known"
        print(
            f"wann: {failed} episodes failed; their figures are left out. The first: {last}", file=sys.stderr
        )


def show_judgement(report: TestReport) -> None:
    """Print the regimes as a table that fits 80 columns."""
    j, network = report.judgement, report.network
    print(f"{report.task.env}: {network.n_connections} connections, {network.n_nodes} nodes")
    table = _table(f"{_FIGURE} over {j.episodes} held-out episodes", interval=True)
    _add_sweep(table, "each of the search's weights", j.search)
    if j.own:
        _add_sweep(table, "each weight of --weights", j.own)
    table.add_row("random weights, one per connection", *_cells(j.random_weights))
    table.add_row("random shared weight in [-2, 2]", *_cells(j.shared, std=False))
    slow = math.isnan(j.shared_std_over_episodes)
    if not slow:
        table.add_row("  spread over episodes", "", f"± {_number(j.shared_std_over_episodes)}")
    which = "weights" if slow else "its 81 weights"
    table.add_row(f"  spread over {which}", "", f"± {_number(j.shared_std_over_weights)}")
    table.add_row(f"tuned shared weight {j.tuned_weight:g}", *_cells(j.tuned))
    if j.tuned_weights and report.tuned_file:
        room = _NAMES - len("tuned weights ()")
        name = report.tuned_file.name
        name = name if len(name) <= room else f"…{name[1 - room :]}"
        table.add_row(f"tuned weights ({name})", *_cells(j.tuned_weights))
        table.add_row("  median", _number(j.tuned_weights.median))
    Console().print(table)
    print("std: over episodes; 95 % interval: confidence in their mean, by Student's t")


def _add_sweep(table: Table, title: str, sweep: Sweep) -> None:
    """A row for all weights together, and one for each."""
    table.add_row(title, *_cells(sweep.together, std=False))
    for weight, spread in zip(sweep.weights, sweep.each, strict=True):
        table.add_row(f"  {weight:g}", *_cells(spread))


def _table(title: str, interval: bool = False) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(title, min_width=_NAMES if interval else 40)
    table.add_column("mean", justify="right", min_width=9)
    table.add_column("std", justify="right", min_width=9)
    if interval:
        table.add_column("95 % interval", justify="right", min_width=18)
    return table


def _cells(spread: Spread, std: bool = True) -> tuple[str, str, str]:
    """Mean, standard deviation and interval."""
    low, high = _number(spread.low), _number(spread.high)
    interval = "-" if math.isnan(spread.low) else f"{low} to {high}"
    return _number(spread.mean), f"± {_number(spread.std)}" if std else "", interval


def _number(value: float) -> str:
    """Short enough for its column, however large; `--json` has every digit."""
    if math.isnan(value):
        return "-"
    if abs(value) < 1e5:
        return f"{value:.1f}"
    return f"{value:.0f}" if abs(value) < 1e7 else f"{value:.1e}"
