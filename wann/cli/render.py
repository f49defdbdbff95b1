"""wann render."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wann.cli.options import NetworkArgument

_MOST_EPISODES = 1_000_000


def render(
    network: NetworkArgument,
    weight: Annotated[
        float | None,
        typer.Option(help="The shared weight. Default: the network file's own weights, or weight, or 1."),
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, max=_MOST_EPISODES - 1, help="Which of the test episodes, from 0.")
    ] = 0,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", help="A .mp4 or .gif file. Default: best.mp4 beside the network file."
        ),
    ] = None,
) -> None:
    """Film one episode of a network.

    Example: wann render latest --weight -1.5 --seed 3 -o best.gif
    """
    import numpy as np

    from wann.errors import OutputError
    from wann.records.find import find_network
    from wann.report.film import film
    from wann.seeding import Purpose, episode_seeds
    from wann.tasks.classification import ClassificationTask
    from wann.workflows.build import build_task, plan_network

    file, path = find_network(network)
    task = build_task(file.task)
    if isinstance(task, ClassificationTask):
        raise OutputError(f"{path}: is for the data set {task.name}; films are of environments")
    plan = plan_network(file, task, path)
    weights = file.connection_weights(plan) if weight is None else None
    if weights is None:
        known = (value for value in (weight, file.shared_weight) if value is not None)
        weights = np.array([[next(known, 1.0)]])
    episode_seed = int(episode_seeds(0, Purpose.TEST, seed + 1)[seed])
    made = film(task, plan, weights, episode_seed, output or path.with_name("best.mp4"))
    shown = "its own weights" if made.weight is None else f"weight {made.weight:g}"
    typer.echo(
        f"{task.env}: {shown}, test episode {seed}: return {made.episode_return:g}, {made.steps} steps"
    )
    typer.echo(f"{made.path}: {made.frames} frames, {made.seconds:.1f} s")
