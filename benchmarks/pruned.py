"""Keeps the figures of a finished run of `wann prune` as a table in benchmarks/results/.

    wann prune configs/prune/mnist_lenet.yaml --run-dir /tmp/lenet
    python benchmarks/pruned.py /tmp/lenet

`wann prune` itself goes on where it was stopped. Scores are of every seed, in the order of `seeds`: test
accuracy, or mean return over held-out episodes. The JSON goes to benchmarks/results/pruned_<config>.json and
to stdout. With --before, the table that is there is kept as pruned_<config>_before.json, and docs/results.md
sets what has changed side by side.
"""

from __future__ import annotations

import argparse
import json
import platform
import shlex
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

from wann.evaluation.pools.pools import cores
from wann.records.cells.directory import PruneDirectory
from wann.records.cells.row import DENSE, CellRow
from wann.records.manifest import read_manifest
from wann.records.storage.files import write_json

RESULTS = Path(__file__).parent / "results"


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--before", action="store_true", help="keep the table that is there beside it")
    arguments = parser.parse_args()
    folder = arguments.run
    manifest = read_manifest(folder)
    with PruneDirectory(folder) as directory:
        rows = whole_seeds(list(directory.finished()[0].values()))
        config = directory.config
    table = {
        "command": " ".join(["wann prune", f"configs/prune/{manifest['name']}.yaml", *settings(manifest)]),
        "machine": f"{platform.system()} {platform.machine()}, {cores()} cores, often with other work to do",
        "task": config.task.dataset or config.task.env,
        "hidden": list(config.model.hidden),
        "seeds": sorted({row.seed for row in rows}),
        "seeds_unfinished": sorted(set(config.prune.seeds) - {row.seed for row in rows}),
        "training": config.training.model_dump(mode="json"),
        "dense": summary([row for row in rows if row.recipe == DENSE]),
        "cells": [
            {"recipe": recipe, "size": size, **summary(own)}
            for (recipe, size), own in by_method(rows).items()
        ],
    }
    path = RESULTS / f"pruned_{manifest['name']}.json"
    if arguments.before:
        path.rename(path.with_name(f"{path.stem}_before.json"))
    write_json(path, table)
    print(json.dumps(table, indent=1))


def settings(manifest: dict[str, Any]) -> list[str]:
    """The `--set` options that the run was begun with, but for who did the work."""
    words = shlex.split(manifest["sessions"][0]["command"])
    given = [after for word, after in pairwise(words) if word == "--set"]
    return [f"--set {shlex.quote(each)}" for each in given if not each.startswith("evaluation.")]


def whole_seeds(rows: list[CellRow]) -> list[CellRow]:
    """Rows of the seeds whose cells are finished, but for a few that cannot be made; others are left out."""
    counts = Counter(row.seed for row in rows)
    return [row for row in rows if counts[row.seed] >= 0.9 * max(counts.values())]


def by_method(rows: list[CellRow]) -> dict[tuple[str, str], list[CellRow]]:
    """Rows of a recipe at a size together, seed by seed."""
    found: dict[tuple[str, str], list[CellRow]] = {}
    for row in sorted(rows, key=lambda row: row.seed):
        if row.recipe != DENSE:
            size = f"n{row.wanted}" if row.wanted else f"d{row.density:g}"
            found.setdefault((row.recipe, size), []).append(row)
    return found


def summary(rows: list[CellRow]) -> dict[str, Any]:
    """The figures of one method at one size, a number for each seed."""
    return {
        "score": [round(row.score, 5) for row in rows],
        "score_before": [None if row.score_before is None else round(row.score_before, 5) for row in rows],
        "connections": [row.connections for row in rows],
        "effective_connections": [row.effective_connections for row in rows],
        "training_steps": [row.training_steps for row in rows],
        "seconds": [round(row.seconds, 1) for row in rows],
    }


if __name__ == "__main__":
    main()
