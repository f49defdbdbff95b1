"""Finding runs: `latest`, a run folder, or a network file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from wann.errors import GenomeError, RunError, RunNotFound
from wann.records.manifest import SEARCH, read_manifest, require_kind
from wann.records.network_file import NetworkFile
from wann.records.paths import RunPaths, tuned_beside

RUNS = Path("runs")


def find_runs(below: Path) -> Iterator[Path]:
    """Yield every run folder below a folder, oldest first."""
    folders = {path.parent for path in below.rglob("manifest.json")} if below.is_dir() else set()
    yield from sorted(folders, key=lambda folder: (_created(folder), folder.name))


def _created(folder: Path) -> str:
    """When a run was made, as its manifest says: a copied or touched folder keeps its age."""
    try:
        return str(read_manifest(folder)["created"])
    except RunError:
        return ""


def find_run(target: str | Path, below: Path = RUNS) -> Path:
    """Return the folder that `latest` or a path names.

    Raises:
        RunNotFound: there is no such run.
    """
    if str(target) == "latest":
        found = list(find_runs(below))
        if not found:
            raise RunNotFound(
                f"latest: no run below {below}/; start one with: wann evolve configs/cartpole.yaml"
            )
        return found[-1]
    folder = Path(target)
    if not RunPaths(folder).manifest.is_file():
        what = "no such folder" if not folder.exists() else "no run there (no manifest.json)"
        raise RunNotFound(f"{target}: {what}; expected a run folder or 'latest'; see: wann list")
    return folder


def find_network(target: str | Path) -> tuple[NetworkFile, Path]:
    """Return the network that a run (its champion) or a network file names, and the path of its file.

    Raises:
        RunNotFound: there is nothing of that name, or the run has no champion yet.
        RunError: it is a run of wann prune, which has none.
        GenomeError: the file is malformed.
    """
    path = Path(target)
    if path.is_file():
        return NetworkFile.load(path), path
    folder = find_run(target)
    champion = RunPaths(folder).champion
    if not champion.exists():
        require_kind(folder, read_manifest(folder), SEARCH)
    if not champion.exists():
        raise RunNotFound(f"{champion.parent}: the run has no champion yet; let it finish a generation")
    return NetworkFile.load(champion), champion


def find_tuned(target: str | Path) -> tuple[NetworkFile, Path] | None:
    """Return the trained weights that `wann tune` left beside a network, and their file, or None.

    Raises:
        RunNotFound: there is nothing of that name.
        GenomeError: the file is malformed, or has no weights.
    """
    path = Path(target)
    tuned = tuned_beside(path) if path.is_file() else RunPaths(find_run(target)).tuned
    if not tuned.exists():
        return None
    file = NetworkFile.load(tuned)
    if file.weights is None:
        raise GenomeError(f"{tuned}: has no weights; remove it, or write it anew with: wann tune {target}")
    return file, tuned
