"""wann data."""

from __future__ import annotations

from typing import Annotated

import typer

from wann.cli.output import apart, say

commands = typer.Typer(no_args_is_help=True, help="Data sets.")


@commands.command("download")
@apart
def download(
    collection: Annotated[str, typer.Argument(metavar="mnist|fashion", help="What to fetch.")],
    mirror: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="A folder on a server of your own that holds the four files, gzipped."
        ),
    ] = None,
) -> None:
    """Fetch the files of a data set from public mirrors, check them, and keep them.

    They go into WANN_DATA_DIR, else into the user's cache. What is there and intact is not fetched again.

    Example: wann data download mnist
    """
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn

    from wann.tasks.datasets.download import download as fetch

    columns = TextColumn("{task.description}"), BarColumn(bar_width=20), DownloadColumn()
    bars: dict[str, TaskID] = {}
    with Progress(*columns, console=Console(stderr=True)) as shown:

        def progress(name: str, done: int, total: int | None) -> None:
            if name not in bars:
                bars[name] = shown.add_task(name, total=total)
            shown.update(bars[name], completed=done)

        folder = fetch(collection, progress, mirror)
    say(f"{collection}: in {folder}")
