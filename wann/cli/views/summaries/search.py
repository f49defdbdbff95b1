"""What a search ends with: its champion's figures, its files, and what to do next."""

from __future__ import annotations

import json
import sys

import typer

from wann.cli.output import console, say
from wann.cli.views.judgement import figures, number, show_judgement
from wann.cli.views.progress.search import human
from wann.evaluation.players.stepped.hints import gist
from wann.records.run.history import read_history
from wann.records.storage.files import finite
from wann.records.storage.paths import RunPaths
from wann.records.target import name_of
from wann.workflows.judge import TestReport, glance, test
from wann.workflows.search.evolve import MOSTLY_FAILED, Outcome

_ENDINGS = {
    "solved": "Solved",
    "finished": "Finished",
    MOSTLY_FAILED: "Ended, with most episodes failed,",
    "interrupted": "Stopped",
    "out of time": "Stopped at run.max_seconds",
    "out of environment steps": "Stopped at run.max_env_steps",
}
_EPISODES = 100


def show_outcome(outcome: Outcome, as_json: bool, judged: bool = True) -> None:
    """Show how a search ended, what its champion earns on held-out episodes if `judged`, and what is next.

    Raises:
        typer.Exit: with status 2 where it ended with most episodes failed.
    """
    _show(outcome, as_json, judged)
    if outcome.mostly_failed:
        state = outcome.state
        first = f"; the first: {outcome.failure}" if outcome.failure else ""
        share = f"{state.failed:,} of {state.evaluations:,} ({state.failed / state.evaluations:.0%})"
        print(f"wann: most episodes failed: {share}{first}", file=sys.stderr)
    if outcome.status == MOSTLY_FAILED:
        raise typer.Exit(2)


def _show(outcome: Outcome, as_json: bool, judged: bool) -> None:
    state, champion = outcome.state, outcome.state.champion
    report = None
    if judged and outcome.compiled and champion:
        report = test(outcome.folder, episodes=_EPISODES, tuned=False)
    if as_json:
        _print_json(outcome, report)
        return
    if champion is None:
        say(f"No generation was finished. To go on: wann resume {outcome.folder}")
        return
    seen = "images" if outcome.classifies else "environment steps"
    say(
        f"{_ENDINGS[outcome.status]} after {state.generation} generations: {state.seconds:.1f} s, "
        f"{human(state.env_steps)} {seen}." + (f" {state.failed} episodes failed." if state.failed else "")
    )
    say(f"The champion came in generation {champion.generation}.\n")
    if report:
        show_failures(report)
        show_judgement(report)
    elif judged and outcome.status != "interrupted":
        _show_glance(outcome)
    say(f"\nIn {outcome.folder}")
    for name, what in (
        ("champion.json", "the champion"),
        (
            "history.csv",
            f"a row for each of {len(read_history(RunPaths(outcome.folder).history))} generations",
        ),
    ):
        say(f"  {name:<15} {what}")
    say("Next:")
    commands = _next_commands(outcome, judged)
    width = max(42, *(len(command) + 1 for command, _ in commands))
    for command, what in commands:
        say(f"  {command:<{width}} {what}")


def _next_commands(outcome: Outcome, judged: bool) -> list[tuple[str, str]]:
    run = name_of(outcome.folder)
    more = []
    if outcome.status == "interrupted":
        more = [(f"wann resume {run}", "go on")]
    elif further := " ".join(outcome.rules.further(outcome.state)):
        more = [(f"wann resume {run} {further}", "search on")]
    film = [] if outcome.classifies else [(f"wann render {run} -o best.mp4", "a film of the champion")]
    return [
        *film,
        (f"wann export {run} -f graphml", "its graph, for Gephi, yEd, networkx"),
        (f"wann test {run} --json", "these figures, for programs")
        if judged
        else (f"wann test {run}", "its figures"),
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
        "failed_episodes": state.failed,
        "seconds": state.seconds,
        "champion": champion and {"generation": champion.generation, "select_mean": champion.score},
        "test": report and report.to_json(),
    }
    say(json.dumps(finite(value), indent=1))


def _show_glance(outcome: Outcome) -> None:
    weights = glance(outcome.folder, _EPISODES)
    mean = sum(score for _, score in weights) / len(weights)
    table = figures(f"return over {_EPISODES} held-out episodes")
    table.add_row("each of the search's weights", number(mean))
    for weight, score in weights:
        table.add_row(f"  {weight:g}", number(score))
    console().print(table)
    say("\nThe other regimes play thousands of episodes; for them, use wann test.")


def show_failures(report: TestReport) -> None:
    """Say on stderr how many episodes failed, and why the first did."""
    failed, error = report.judgement.failed, report.judgement.error
    if failed:
        last = gist(error) if error else "no reason known"
        print(
            f"wann: {failed} episodes failed; their figures are left out. The first: {last}", file=sys.stderr
        )
