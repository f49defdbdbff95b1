"""wann tasks."""

from __future__ import annotations

import json
import textwrap
from dataclasses import asdict
from itertools import groupby
from typing import Any

from wann.cli.options import JsonOption
from wann.cli.output import say

_LAYOUT: dict[str, Any] = {"initial_indent": "  ", "subsequent_indent": "  ", "break_on_hyphens": False}

_NOTES = {
    "Compiled": ": machine code, many episodes side by side",
    "Data sets": " (task.dataset): labelled images",
}


def tasks(as_json: JsonOption = False) -> None:
    """List the tasks that are known to work.

    Example: wann tasks --json
    """
    from wann.tasks.known import known_datasets, known_tasks

    known = [*known_tasks(), *known_datasets()]
    if as_json:
        say(json.dumps([asdict(task) for task in known], indent=1))
        return
    for (family, install), members in groupby(known, lambda task: (task.family, task.install)):
        what = _NOTES.get(family, "")
        say(f"{family}{what}" + (f", after: {install}" if install else ""))
        names = "  ".join(task.env for task in members)
        say(textwrap.fill(names, 80, **_LAYOUT) + "\n")
    say(
        "Others work by their id, those of your own packages as module:id, data of your\n"
        "own as a file: docs/environments.md and docs/datasets.md"
    )
