"""Records: run folders and network files on disk, written so that a crash leaves nothing half-made."""

from __future__ import annotations

from wann.records.find import find_network, find_run, find_runs
from wann.records.history import read_history
from wann.records.network_file import NetworkFile
from wann.records.paths import RunPaths
from wann.records.run_directory import RunDirectory

__all__ = [
    "NetworkFile",
    "RunDirectory",
    "RunPaths",
    "find_network",
    "find_run",
    "find_runs",
    "read_history",
]
