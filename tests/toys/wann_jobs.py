"""Jobs for worker processes, in a module that they can import."""

from __future__ import annotations

import os
import time
from pathlib import Path


def square(task: int, job: int) -> int:
    """The square of `job`, times `task`; after a while."""
    time.sleep(0.01 * (job % 3))
    return task * job * job


def leave_once(folder: Path, job: int) -> int:
    """End the process at the first try of job 1."""
    mark = folder / str(job)
    if job == 1 and not mark.exists():
        mark.touch()
        os._exit(3)
    return -job


def leave(task: None, job: int) -> int:
    """End the process."""
    os._exit(3)
