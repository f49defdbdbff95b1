"""wann render."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wann.cli.options import NetworkArgument
from wann.cli.output import say

if TYPE_CHECKING:
    import numpy as np

    from wann.network.network import Network
    from wann.records.network.file import NetworkFile

_MOST_EPISODES = 1_000_000


def render(
    network: NetworkArgument,
    weight: Annotated[
        list[float] | None,
        typer.Option(
            help="A shared weight; several stand side by side. Default: the network file's own weights, "
            "or weight, or 1."
        ),
    ] = None,
    all_weights: Annotated[
        bool, typer.Option("--all-weights", help="Every shared weight of the search, side by side.")
    ] = False,
    with_network: Annotated[
        bool, typer.Option("--network", help="Draw the network beside the agent, with live activations.")
    ] = False,
    plain: Annotated[bool, typer.Option("--plain", help="No captions.")] = False,
    seed: Annotated[
        int, typer.Option(min=0, max=_MOST_EPISODES - 1, help="Which of the test episodes, from 0.")
    ] = 0,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            help="A .mp4 or .gif file; of a data set a .png. Default: best.mp4 or best.png beside the "
            "network file.",
        ),
    ] = None,
) -> None:
    """Film an episode of a network, or show what it says of a data set's images.

    Example: wann render latest --weight -1.5 --weight 1.5 --network -o best.gif
    """
    from wann.cli.views.changes import say_changes
    from wann.errors import OutputError
    from wann.records.target import find_network
    from wann.tasks.classification import ClassificationTask
    from wann.workflows.build import build_task, plan_network
    from wann.workflows.origin import changes_of
    from wann.workflows.show import portrait_of

    file, path = find_network(network)
    task = build_task(file.task)
    plan = plan_network(file, task, path)
    weights = _weights(file, plan, weight, all_weights)
    say_changes(changes_of(path, file.task, task))
    if isinstance(task, ClassificationTask):
        from wann.report.sheet import sheet

        if len(weights) > 1 or with_network:
            asked = f"{len(weights)} weights" if len(weights) > 1 else "--network"
            raise OutputError(f"{network}: a sheet of images shows one weight and no network, got {asked}")
        drawn = sheet(task, plan, weights, output or path.with_name("best.png"), _said(weights[0]))
        say(f"{task.name}: {_said(weights[0])}: {drawn.accuracy:.1%} of {drawn.images:,} test images")
        say(f"{drawn.path}: written")
        return

    from wann.report.film import film
    from wann.seeding import Purpose, episode_seeds

    portrait = portrait_of(file, task, plan) if with_network else None
    episode = int(episode_seeds(0, Purpose.TEST, seed + 1)[seed])
    made = film(task, plan, weights, episode, output or path.with_name("best.mp4"), not plain, portrait)
    for row, shown in zip(weights, made.agents, strict=True):
        say(
            f"{task.env}: {_said(row)}, test episode {seed}: return {shown.episode_return:g}, "
            f"{shown.steps} steps"
        )
    say(f"{made.path}: {made.frames} frames, {made.seconds:.1f} s")


def _weights(file: NetworkFile, plan: Network, given: list[float] | None, each: bool) -> np.ndarray:
    """`(W, 1)` or `(1, C)`: what was asked for, else the file's own."""
    import numpy as np

    from wann.errors import OutputError

    if given and each:
        raise OutputError("--weight and --all-weights: choose one of them")
    if each:
        given = file.provenance.get("shared_weights")
        if not isinstance(given, list) or not all(isinstance(w, int | float) for w in given) or not given:
            raise OutputError("--all-weights: the file does not say which weights were shared; try --weight")
    if given:
        return np.array(given, float).reshape(-1, 1)
    own = file.connection_weights(plan)
    if own is not None:
        return own
    return np.array([[1.0 if file.shared_weight is None else file.shared_weight]])


def _said(row: np.ndarray) -> str:
    return f"weight {row[0]:g}" if len(row) == 1 else "its own weights"
