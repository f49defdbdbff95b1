"""Arguments and options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Backend(StrEnum):
    """Who evaluates."""

    RAY = "ray"
    LOCAL = "local"


RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="A run folder, or 'latest'.")]
NetworkArgument = Annotated[
    str, typer.Argument(metavar="RUN|GENOME", help="A run folder, 'latest', a network file, or zoo:NAME.")
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Replace a key of the config; may be repeated."),
]
SeedOption = Annotated[int | None, typer.Option(min=0, help="Replaces run.seed.")]
TensorboardOption = Annotated[
    bool, typer.Option("--tensorboard", help="Write the history as curves for TensorBoard too.")
]
BackendOption = Annotated[Backend | None, typer.Option(help="Replaces evaluation.backend.")]
AddressOption = Annotated[
    str | None,
    typer.Option(metavar="HOST:PORT", help="Evaluate on the Ray cluster with this head node."),
]
WorkersOption = Annotated[int | None, typer.Option(min=1, help="Workers; every core where left out.")]
NoTestOption = Annotated[
    bool, typer.Option("--no-test", help="Leave the champion unjudged; wann test RUN does it later.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
RunsArgument = Annotated[Path, typer.Argument(help="The folder that holds runs.")]
