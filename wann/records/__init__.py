"""Records: run folders and network files on disk, written so that a crash leaves nothing half-made."""

from __future__ import annotations

from wann.records.network.file import NetworkFile
from wann.records.run.directory import RunDirectory
from wann.records.run.history import read_history
from wann.records.storage.paths import RunPaths
from wann.records.target import find_network, find_run, find_runs

__all__ = [
    "NetworkFile",
    "RunDirectory",
    "RunPaths",
    "find_network",
    "find_run",
    "find_runs",
    "read_history",
]
