"""What checks of environments found out, in the user's cache: a small file each, which may be deleted."""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path

from wann.tasks.environments.versions import versions_behind
from wann.tasks.task import Task

# Another kind of check makes other files.
_KIND = "pairs-1"


def load(task: Task) -> tuple[bool, str] | None:
    """Return (reuse, why) as it was saved for exactly this environment and these versions, or None."""
    with suppress(OSError, ValueError, TypeError, KeyError):
        found = json.loads(_file(task).read_bytes())
        if type(found["reuse"]) is bool and type(found["why"]) is str:
            return found["reuse"], f"{found['why']} (checked before)"
    return None


def save(task: Task, reuse: bool, why: str) -> None:
    """Keep a verdict; where the cache cannot be written, the next search checks again."""
    content = {"reuse": reuse, "why": why, "env": task.env, "behind": versions_behind(task)}
    with suppress(OSError):
        file = _file(task)
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_suffix(f".{os.getpid()}")
        unfinished.write_text(json.dumps(content, indent=1) + "\n")
        unfinished.replace(file)


def folder() -> Path:
    """Where verdicts are: `wann/environments` in the user's cache."""
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(cache) / "wann" / "environments"


def _file(task: Task) -> Path:
    text = json.dumps([_KIND, task.identity, versions_behind(task)], sort_keys=True)
    return folder() / f"{hashlib.sha256(text.encode()).hexdigest()[:20]}.json"
