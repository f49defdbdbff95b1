"""One run as a row of `wann list`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from wann.errors import WannError
from wann.records.manifest import PRUNE, kind_of, read_manifest
from wann.records.network.file import NetworkFile
from wann.records.run.history import read_history
from wann.records.storage.paths import RunPaths

_KEYS = (
    *("run", "config", "kind", "created", "status", "seed", "generation", "generations", "seconds"),
    *("select_mean", "measure", "connections"),
)


def describe_run(folder: Path) -> dict[str, Any]:
    """Return the row; a run that cannot be read has the status `damaged`.

    `seconds` are those of the search, or of all sessions of any other run; `measure` says what `select_mean`
    is: `return`, or `minus cross-entropy` in nats.
    """
    row: dict[str, Any] = dict.fromkeys(_KEYS)
    row["run"] = str(folder)
    try:
        manifest = read_manifest(folder)
        history = read_history(RunPaths(folder).history)
    except WannError:
        return row | {"status": "damaged"}
    row |= {"config": manifest["name"], "status": manifest["status"], "seed": manifest["seed"]}
    row |= {"kind": kind_of(manifest), "created": manifest["created"], "seconds": _seconds(manifest)}
    row |= {"generation": len(history), "generations": manifest["generations"]}
    if kind_of(manifest) == PRUNE:
        return row | {"generation": len(list(RunPaths(folder).cells.glob("*.json")))}
    if history:
        row["seconds"] = history[-1].seconds
    try:
        champion = NetworkFile.load(RunPaths(folder).champion)
    except WannError:
        return row
    measure = "minus cross-entropy" if champion.task.dataset else "return"
    own = {key: champion.provenance.get(key) for key in ("select_mean", "connections")}
    return row | own | {"measure": None if own["select_mean"] is None else measure}


def _seconds(manifest: dict[str, Any]) -> float | None:
    """The time between the beginnings and ends of sessions, None where no end is known."""
    spans = []
    for session in manifest["sessions"]:
        try:
            span = datetime.fromisoformat(session["ended"]) - datetime.fromisoformat(session["started"])
        except (KeyError, TypeError, ValueError):
            continue
        spans.append(span.total_seconds())
    return sum(spans) if spans else None
