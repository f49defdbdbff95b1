"""Finding runs: `latest`, a run folder, a network file, or a champion of the zoo."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.resources import as_file, files
from pathlib import Path

from wann.errors import GenomeError, RunError, RunNotFound, did_you_mean
from wann.records.manifest import SEARCH, read_manifest, require_kind
from wann.records.network.file import NetworkFile
from wann.records.storage.paths import RunPaths, tuned_beside

RUNS = Path("runs")
LATEST = "latest"
ZOO = "zoo:"


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


def resolve(targets: Sequence[str | Path], below: Path = RUNS) -> list[str | Path]:
    """Return targets of which none changes its meaning: the newest run's folder in place of `latest`.

    A run may begin at any moment, so a command resolves what it is given once, all of it together, and goes
    on with that. A `Path` is a path whatever its name: only the word `latest` is a name.

    Raises:
        RunNotFound: there is no run.
    """
    if LATEST not in targets:
        return list(targets)
    found = list(find_runs(below))
    if not found:
        raise RunNotFound(f"latest: no run below {below}/; start one with: wann evolve configs/cartpole.yaml")
    return [found[-1] if target == LATEST else target for target in targets]


def name_of(folder: Path) -> str:
    """Return how a run is named shortest on the command line: `latest` if it is that, else its path."""
    newest = next(reversed(list(find_runs(RUNS))), None) if RUNS in folder.parents else None
    return LATEST if newest == folder else str(folder)


def find_run(target: str | Path, below: Path = RUNS) -> Path:
    """Return the folder that `latest` or a path names.

    Raises:
        RunNotFound: there is no such run.
    """
    folder = Path(resolve([target], below)[0])
    if not RunPaths(folder).manifest.is_file():
        what = "no such folder" if not folder.exists() else "no run there (no manifest.json)"
        raise RunNotFound(f"{target}: {what}; expected a run folder or 'latest'; see: wann list")
    return folder


def find_network(target: str | Path) -> tuple[NetworkFile, Path]:
    """Return the network that a run (its champion), a network file or the zoo names, and its file's path.

    A champion of the zoo has a path in the working directory, though no file there: beside it is where
    what is made of it goes.

    Raises:
        RunNotFound: there is nothing of that name, or the run has no champion yet.
        RunError: it is a run of wann prune, which has none.
        GenomeError: the file is malformed.
    """
    (target,) = resolve([target])
    if in_zoo(target):
        return _from_zoo(str(target).removeprefix(ZOO))
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
    (target,) = resolve([target])
    if in_zoo(target):
        tuned = tuned_beside(_zoo_path(target))
    else:
        path = Path(target)
        tuned = tuned_beside(path) if path.is_file() else RunPaths(find_run(target)).tuned
    if not tuned.exists():
        return None
    file = NetworkFile.load(tuned)
    if file.weights is None:
        raise GenomeError(f"{tuned}: has no weights; remove it, or write it anew with: wann tune {target}")
    return file, tuned


def in_zoo(target: str | Path) -> bool:
    """Whether a name is that of one of the champions that come with the package."""
    return isinstance(target, str) and target.startswith(ZOO)


def zoo_names() -> list[str]:
    """Return the names of the zoo's champions, without `zoo:`."""
    found = (file.name for file in files("wann.zoo").iterdir())
    return sorted(name.removesuffix(".json") for name in found if name.endswith(".json"))


def _zoo_path(target: str | Path) -> Path:
    return Path(f"{str(target).removeprefix(ZOO)}.json")


def _from_zoo(name: str) -> tuple[NetworkFile, Path]:
    names = zoo_names()
    if name not in names:
        raise RunNotFound(
            f"zoo:{name or 'NAME'}: there is none of that name; expected zoo:{', zoo:'.join(names)}"
            f"{did_you_mean(name, names)}"
        )
    with as_file(files("wann.zoo") / f"{name}.json") as path:
        return NetworkFile.load(path), _zoo_path(name)
