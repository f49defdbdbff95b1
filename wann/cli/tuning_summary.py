"""What `wann tune` ends with."""

from __future__ import annotations

import json
import shlex
from typing import Any

import numpy as np
import typer

from wann.cli.progress import human
from wann.evaluation.regimes import TUNE_EPISODES
from wann.records.files import finite
from wann.workflows.tune import TuneOutcome, held_out_returns

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
    test = _test(outcome)
    if as_json:
        typer.echo(json.dumps(finite(_to_json(outcome, test)), indent=1))
    elif outcome.file is None:
        _show_interrupted(outcome, options)
    else:
        _show_finished(outcome, test)


def _test(outcome: TuneOutcome) -> dict[str, float] | None:
    """Mean, standard deviation and median over held-out episodes; none for images."""
    if outcome.file is None or outcome.job.data:
        return None
    returns = held_out_returns(outcome, _EPISODES)
    mean, std, median = float(returns.mean()), float(returns.std()), float(np.median(returns))
    return {"episodes": _EPISODES, "mean": mean, "std": std, "median": median}


def _to_json(outcome: TuneOutcome, test: dict[str, float] | None) -> dict[str, Any]:
    job, state = outcome.job, outcome.state
    return {
        "task": job.task.env,
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
        "test": test,
    }


def _target(outcome: TuneOutcome) -> str:
    """The network as one names it on the command line."""
    source = outcome.job.source
    return str(source.parent if outcome.job.in_run else source)


def _show_interrupted(outcome: TuneOutcome, options: list[str]) -> None:
    job, state = outcome.job, outcome.state
    again = shlex.join(["wann", "tune", _target(outcome), *options])
    print(f"Stopped after {state.iteration} of {job.settings.iterations} iterations.")
    print(f"To go on: {again}")
    if state.iteration:
        print(f"To end it here: the same with --iterations {state.iteration}")


def _show_finished(outcome: TuneOutcome, test: dict[str, float] | None) -> None:
    job, state = outcome.job, outcome.state
    steps = f", {human(state.env_steps)} environment steps" if state.env_steps else ""
    failed = f" {state.failed} episodes failed." if state.failed else ""
    print(f"Finished after {state.iteration} iterations: {state.seconds:.1f} s{steps}.{failed}")
    began = f"the shared weight {state.start[0]:g}" if job.start == "shared" else f"{job.start} weights"
    if job.start == "weights":
        began = "the file's own weights"
    where = "the validation images" if job.data else f"the {TUNE_EPISODES} common episodes"
    print(f"It began with {began}; best on {where} were {_CHOSEN[state.source]}: {state.score:.5g}.\n")
    if test:
        figures = f"mean {test['mean']:.1f} ± {test['std']:.1f}, median {test['median']:.1f}"
        print(f"tuned weights, {test['episodes']} held-out episodes: {figures}")
    print(f"\nIn {job.output}\nNext:")
    for command, what in (
        (f"wann render {job.output} -o tuned.mp4", "a film of it"),
        (f"wann test {_target(outcome)}", "the other regimes"),
    ):
        print(f"  {command}   {what}")
