"""What has changed since a network's run was made, as commands that only read it say it."""

from __future__ import annotations

from collections.abc import Iterable

import typer


def say_changes(lines: Iterable[str]) -> None:
    """Say each line once, on standard error, so that `--json` stays JSON."""
    for line in dict.fromkeys(lines):
        typer.echo(f"wann: {line}; what is shown is of what there is now", err=True)
