"""wann doctor."""

from __future__ import annotations

import json
import textwrap
from dataclasses import asdict
from typing import Annotated

import typer

from wann.cli.options import JsonOption
from wann.cli.output import say

_WIDTH = 80


def doctor(
    ray: Annotated[
        bool, typer.Option("--ray", help="Start a Ray cluster on this machine too, which takes seconds.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Look whether this machine has what a search needs; exit status 1 where something is missing.

    Example: wann doctor --ray
    """
    from wann.workflows.doctor import Check, examine

    checks: list[Check] = []
    for check in examine(with_cluster=ray):
        checks.append(check)
        if not as_json:
            _show(check.name, "ok" if check.ok else "missing", check.found)
            if not check.ok:
                _show("", "", check.cure)
    well = all(check.ok for check in checks if check.needed)
    if as_json:
        say(json.dumps({"ok": well, "checks": [asdict(check) for check in checks]}, indent=1))
    else:
        say(f"\n{'All' if well else 'Not all'} that a search needs is there.")
    if not well:
        raise typer.Exit(1)


def _show(name: str, status: str, text: str) -> None:
    first = f"{name:<14}{status:<9}"
    say(textwrap.fill(text, _WIDTH, initial_indent=first, subsequent_indent=" " * len(first)))
