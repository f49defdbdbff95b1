"""What `wann tune` ends with."""

from __future__ import annotations

import json
import shlex
from dataclasses import asdict
from typing import Any

from wann.cli.output import say
from wann.cli.views.progress.search import human
from wann.judging.regimes import TUNE_EPISODES
from wann.judging.spread import Spread
from wann.records.storage.files import finite
from wann.workflows.tuning.tune import TuneOutcome, held_out_spread

_EPISODES = 100
_CHOSEN = {
    "start": "the weights that it began with",
    "mean": "the mean of the candidates",
    "candidate": "one of the candidates",
    "epoch": "those of one of the epochs",
}


def show_tuning(outcome: TuneOutcome, options: list[str], as_json: bool) -> None:
    """Show how a tuning ended, what its weights earn on held-out episodes, and what to do next.

    `options` are those of the command line; the same ones go on.
    """
    test = held_out_spread(outcome, _EPISODES) if outcome.file else None
    if as_json:
        say(json.dumps(finite(_to_json(outcome, test)), indent=1))
    elif test is None:
        _show_interrupted(outcome, options)
    else:
        _show_finished(outcome, test)


def _to_json(outcome: TuneOutcome, test: Spread | None) -> dict[str, Any]:
    job, state = outcome.job, outcome.state
    return {
        "task": job.task.name,
        "status": outcome.status,
        "file": str(job.output) if outcome.file else None,
        "method": job.method,
        "connections": job.network.n_connections,
        "iterations": state.iteration,
        "env_steps": state.env_steps,
        "seconds": state.seconds,
        "start": job.start,
        "start_weight": float(state.start[0]) if job.start == "shared" else None,
        "chosen": state.source,
        "select_mean": state.score,
        "test": test and asdict(test),
    }


def _target(outcome: TuneOutcome) -> str:
    """The network as one names it on the command line."""
    source = outcome.job.source
    return str(source.parent if outcome.job.in_run else source)


def _show_interrupted(outcome: TuneOutcome, options: list[str]) -> None:
    job, state = outcome.job, outcome.state
    again = shlex.join(["wann", "tune", _target(outcome), *options])
    say(f"Stopped after {state.iteration} of {job.settings.iterations} iterations.")
    say(f"To go on: {again}")
    if state.iteration:
        say(f"To end it here: the same with --iterations {state.iteration}")


def _show_finished(outcome: TuneOutcome, test: Spread) -> None:
    job, state = outcome.job, outcome.state
    seen = "images" if job.classifies else "environment steps"
    failed = f" {state.failed} episodes failed." if state.failed else ""
    effort = f"{state.seconds:.1f} s, {human(state.env_steps)} {seen}"
    say(f"Finished after {state.iteration} iterations: {effort}.{failed}")
    chosen_on = "the validation images" if job.classifies else f"the {TUNE_EPISODES} common episodes"
    say(f"It began with {_start(outcome)}.")
    say(f"Best on {chosen_on} were {_CHOSEN[state.source]}: {state.score:.5g}.\n")
    if job.classifies:
        say(f"tuned weights, test images: accuracy {100 * test.mean:.2f} %")
    else:
        figures = f"mean {test.mean:.1f} ± {test.std:.1f}, median {test.median:.1f}"
        say(f"tuned weights, {_EPISODES} held-out episodes: {figures}")
    say(f"\nIn {job.output}\nNext:")
    film = [] if job.classifies else [(f"wann render {job.output} -o tuned.mp4", "a film of it")]
    for command, what in (*film, (f"wann test {_target(outcome)}", "all regimes")):
        say(f"  {command:<50} {what}")


def _start(outcome: TuneOutcome) -> str:
    job = outcome.job
    if job.start == "shared":
        return f"the shared weight {outcome.state.start[0]:g}"
    return "small random weights" if job.start == "random" else "the file's own weights"
