"""wann report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wann.cli.options import WorkersOption
from wann.cli.output import say


def report(
    networks: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN|GENOME...", help="Run folders, 'latest', network files, or zoo:NAME, of one task."
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", help="The page. Default: report.html in the first run, NAME.html beside a file."
        ),
    ] = None,
    plots: Annotated[
        bool,
        typer.Option(
            "--plots",
            help="Write the curves as PNG and SVG too, into plots/ of a run, NAME-plots/ of a file.",
        ),
    ] = False,
    episodes: Annotated[int, typer.Option(min=2, max=1_000_000, help="Test episodes.")] = 100,
    workers: WorkersOption = None,
) -> None:
    """Write a page in which networks can be looked at and tried; it needs no connection to the Internet.

    Example: wann report latest -o report.html --plots
    """
    from wann.cli.views.changes import say_changes
    from wann.errors import OutputError
    from wann.records.storage.files import write_atomically
    from wann.records.storage.paths import RunPaths
    from wann.records.target import find_network, resolve
    from wann.report.page import write_page
    from wann.report.plots import write_plots
    from wann.workflows.build import build_task
    from wann.workflows.dossiers import gather, told_apart
    from wann.workflows.origin import changes_of

    targets = resolve(networks)
    found = [find_network(target) for target in targets]
    names = {str(file.task.env or file.task.dataset) for file, _ in found}
    if len(names) > 1:
        raise OutputError(f"wann report: a page is of one task, got {', '.join(sorted(names))}")
    output = output or _beside(found[0][1])
    if output.is_dir() or not output.parent.is_dir():
        raise OutputError(f"{output}: cannot be written; expected a file's name in a folder that is there")
    say_changes(line for file, path in found for line in changes_of(path, file.task, build_task(file.task)))
    dossiers = []
    for target in targets:
        say(f"{target}: judged on what its search never saw")
        dossiers.append(gather(target, episodes, workers))
    dossiers = told_apart(dossiers, [path for _, path in found])
    page = write_page(dossiers).encode()
    try:
        write_atomically(output, lambda file: file.write(page))
    except OSError as error:
        raise OutputError(f"{output}: cannot be written ({error.strerror or error})") from error
    say(f"{output}: {len(page) / 1e6:.1f} MB")
    if plots:
        for (_, path), dossier in zip(found, dossiers, strict=True):
            own = RunPaths(path.parent)
            folder = own.plots if path == own.champion else path.with_name(f"{path.stem}-plots")
            written = write_plots(dossier, folder)
            say(f"{folder}: {', '.join(picture.name for picture in written)}")


def _beside(path: Path) -> Path:
    """report.html in a run, NAME.html beside any other file."""
    from wann.records.storage.paths import RunPaths

    return (
        path.with_name("report.html") if path == RunPaths(path.parent).champion else path.with_suffix(".html")
    )
