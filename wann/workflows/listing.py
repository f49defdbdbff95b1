"""One run as a row of `wann list`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from wann.errors import WannError
from wann.records.history import read_history
from wann.records.manifest import PRUNE, kind_of, read_manifest
from wann.records.network_file import NetworkFile
from wann.records.paths import RunPaths


def describe_run(folder: Path) -> dict[str, Any]:
    """Return the row; a run that cannot be read has the status `damaged`."""
    row: dict[str, Any] = dict.fromkeys(
        ("run", "config", "status", "seed", "generation", "generations", "select_mean", "connections")
    )
    row["run"] = str(folder)
    try:
        manifest = read_manifest(folder)
        history = read_history(RunPaths(folder).history)
    except WannError:
        return row | {"status": "damaged"}
    row |= {"config": manifest["name"], "status": manifest["status"], "seed": manifest["seed"]}
    row |= {"generation": len(history), "generations": manifest["generations"]}
    if kind_of(manifest) == PRUNE:
        return row | {"generation": len(list(RunPaths(folder).cells.glob("*.json")))}
    try:
        champion = NetworkFile.load(RunPaths(folder).champion).provenance
    except WannError:
        return row
    return row | {key: champion.get(key) for key in ("select_mean", "connections")}
