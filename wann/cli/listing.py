"""wann list."""

from __future__ import annotations

import json
from pathlib import Path

from wann.cli.options import JsonOption, RunsArgument
from wann.cli.output import console, say


def list_runs(runs: RunsArgument = Path("runs"), as_json: JsonOption = False) -> None:
    """List the runs below a folder, oldest first.

    Example: wann list runs/cartpole
    """
    from rich.table import Table

    from wann.errors import RunNotFound
    from wann.records.find import find_runs
    from wann.workflows.listing import describe_run

    if not runs.is_dir():
        raise RunNotFound(f"{runs}: no such folder; runs are made by: wann evolve configs/cartpole.yaml")
    rows = [describe_run(folder) for folder in find_runs(runs)]
    if as_json:
        say(json.dumps(rows, indent=1))
        return
    if not rows:
        say(f"no runs below {runs}/; start one with: wann evolve configs/cartpole.yaml")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("run", overflow="fold")
    table.add_column("status")
    for name in ("generation", "champion", "connections"):
        table.add_column(name, justify="right")
    for row in rows:
        score, size = row["select_mean"], row["connections"]
        table.add_row(
            str(row["run"]),
            str(row["status"]),
            f"{row['generation']}/{row['generations']}",
            "-" if score is None else f"{score:.{1 if abs(score) >= 10 else 3}f}",
            "-" if size is None else str(size),
        )
    console().print(table)
