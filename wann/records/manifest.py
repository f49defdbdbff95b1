"""manifest.json: what a run is, and every session that worked on it."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from wann.config import Config, config_hash
from wann.errors import RunDamaged, RunError, RunNotFound
from wann.records.storage.files import write_json
from wann.records.storage.paths import RunPaths
from wann.tasks.origin import Origin

# What a run is; a manifest that does not say is a search's.
SEARCH, PRUNE = "search", "prune"

_PACKAGES = (
    *("wann", "numpy", "numba", "gymnasium", "ray", "torch"),
    *("box2d", "mujoco", "pygame", "pygame-ce", "scikit-learn"),
)
_KEYS = {"name", "seed", "config_hash", "created", "status", "generations", "sessions"}


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def append_log(paths: RunPaths, text: str) -> None:
    """Append lines to log.txt, with the time."""
    with paths.log.open("a") as file:
        file.writelines(f"{now()} {line}\n" for line in text.splitlines())


def create_manifest(
    paths: RunPaths, name: str, config: Config, facts: Mapping[str, Sequence[str]] | None = None
) -> None:
    """Write the manifest of a new run; `facts` is what its networks should tell of their data."""
    write_json(
        paths.manifest,
        {
            "name": name,
            "seed": config.run.seed,
            "config_hash": config_hash(config),
            "created": datetime.now(UTC).isoformat(timespec="microseconds"),
            "status": "new",
            "generations": 0 if config.topology else config.search.generations,
            "sessions": [],
            **({"data": facts} if facts else {}),
        },
    )


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read a run's manifest.

    Raises:
        RunNotFound: there is no run in `folder`.
        RunDamaged: the manifest cannot be read.
    """
    path = RunPaths(folder).manifest
    if not path.is_file():
        raise RunNotFound(f"{folder}: no run there (no manifest.json); see: wann list")
    try:
        manifest = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise RunDamaged(f"{path}: not a readable manifest ({error})") from error
    if not isinstance(manifest, dict) or not manifest.keys() >= _KEYS:
        raise RunDamaged(f"{path}: not a manifest of a run (keys are missing)")
    kinds = {"generations": int, "sessions": list, "name": str, "config_hash": str}
    for key, kind in kinds.items():
        if type(manifest[key]) is not kind:
            raise RunDamaged(f"{path}: {key}: expected {kind.__name__}, got {manifest[key]!r}")
    if not all(isinstance(session, dict) for session in manifest["sessions"]):
        raise RunDamaged(f"{path}: sessions: expected a list of objects")
    return manifest


def kind_of(manifest: dict[str, Any]) -> str:
    """What a run is: `search` or `prune`."""
    return manifest.get("kind", SEARCH)


def require_kind(folder: Path, manifest: dict[str, Any], kind: str) -> None:
    """See that a run is of a kind.

    Raises:
        RunError: it is of another.
    """
    if kind_of(manifest) == kind:
        return
    if kind == PRUNE:
        raise RunError(f"{folder}: is a search, not a run of wann prune; see: wann list")
    raise RunError(
        f"{folder}: is a run of wann prune, which has many networks and no champion; name one of those in "
        f"{RunPaths(folder).networks}, or see them all: wann compare {folder}"
    )


def begin_session(
    paths: RunPaths,
    backend: str,
    workers: int,
    generations: int,
    origin: Origin,
    changed: Sequence[str] = (),
    rules: Mapping[str, Any] | None = None,
) -> None:
    """Note that this process works on the run.

    Args:
        paths: the run's.
        backend, workers: who evaluates.
        generations: the total that the run is to have.
        origin: what it is computed from outside the config, now.
        changed: a line for each thing in which that differs from the session before.
        rules: of a search: what ends it before that total, as its config says or `wann resume --set`.
    """
    manifest = read_manifest(paths.folder)
    session = {
        "started": now(),
        "command": " ".join([Path(sys.argv[0]).name, *sys.argv[1:]]),
        "backend": backend,
        "workers": workers,
        "generations": generations,
        "versions": versions(),
        "machine": f"{platform.system()} {platform.machine()}",
        "git_commit": _git_commit(),
    }
    if changed:
        session["changed"] = list(changed)
    kept = {} if rules is None else {"rules": dict(rules)}
    session |= kept
    manifest["sessions"].append(session)
    news = {"status": "running", "generations": generations, "origin": origin, **kept}
    write_json(paths.manifest, manifest | news)


def note_session(paths: RunPaths, **facts: Any) -> None:
    """Note more about the session that works on the run."""
    manifest = read_manifest(paths.folder)
    manifest["sessions"][-1] |= facts
    write_json(paths.manifest, manifest)


def end_session(paths: RunPaths, status: str, generation: int, **facts: Any) -> None:
    """Note how the session ended, after which generation, and what else is known then."""
    manifest = read_manifest(paths.folder)
    manifest["sessions"][-1] |= {
        "ended": now(),
        "status": status,
        "generation": generation,
        **facts,
    }
    write_json(paths.manifest, manifest | {"status": status})


def versions() -> dict[str, str]:
    """The versions of Python and of the packages that matter, of those that are installed."""
    found = {name: installed(name) for name in _PACKAGES}
    return {"python": platform.python_version()} | {name: v for name, v in found.items() if v is not None}


def installed(package: str) -> str | None:
    """The version of an installed package, or None."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _git_commit() -> str | None:
    """The commit of a source checkout, or None."""
    folder = Path(__file__).resolve().parents[2]
    if not (folder / ".git").exists():
        return None
    try:
        done = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=folder, capture_output=True, text=True, timeout=5, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
