"""What a run recorded against what its replay gives: rows and champions."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from wann.errors import GenomeError
from wann.records.manifest import versions
from wann.records.network.file import NetworkFile
from wann.records.run.champion import champion_file
from wann.records.run.reading import RecordedRun
from wann.records.storage.files import finite
from wann.search.state import Champion, GenerationInfo

# No replay takes as long as the search did.
_NOT_REPLAYED = {"seconds"}
# The version that wrote a champion's file is no part of what was found.
_NOT_FOUND = {"made_by"}
_SHOWN_COLUMNS = 3


class Differs(Exception):
    """A run is not what it says: the fault in one line; generation and columns where a row differs."""

    def __init__(
        self, fault: str, generation: int | None = None, columns: dict[str, tuple[Any, Any]] | None = None
    ) -> None:
        super().__init__(fault)
        self.generation, self.columns = generation, columns or {}


def compare_row(run: RecordedRun, recorded: GenerationInfo, replayed: GenerationInfo) -> None:
    """Compare a row.

    Raises:
        Differs: in which columns.
    """
    now = asdict(replayed)
    columns = {
        name: (was, now[name])
        for name, was in asdict(recorded).items()
        if name not in _NOT_REPLAYED and repr(was) != repr(now[name])  # repr: NaN equals NaN
    }
    if columns:
        shown = [f"{name} is {was}, the replay gives {now}" for name, (was, now) in columns.items()]
        more = f"; and {len(shown) - _SHOWN_COLUMNS} more columns" if len(shown) > _SHOWN_COLUMNS else ""
        where = f"{run.paths.history}: generation {recorded.generation} differs"
        fault = f"{where}: {'; '.join(shown[:_SHOWN_COLUMNS])}{more}{_other_versions(run)}"
        raise Differs(fault, recorded.generation, columns)


def compare_champion(
    run: RecordedRun, path: Path, champion: Champion | None, file: NetworkFile | None = None
) -> None:
    """Compare a champion's file, read from `path` where it is not given, with the replay's champion.

    Raises:
        Differs: one is missing, or in what they differ.
    """
    try:
        file = file or (NetworkFile.load(path) if path.exists() else None)
    except GenomeError as error:
        raise Differs(str(error)) from error
    if file is None or champion is None:
        if file is not champion:
            crowned = f"one of generation {champion.generation}" if champion else "none"
            there = "is missing" if file is None else "is there"
            raise Differs(f"{path}: {there}, but the replay's champion is {crowned}{_other_versions(run)}")
        return
    was, now = _parts(file), _parts(champion_file(champion, run.config, run.manifest))
    names = [name for name in now | was if was.get(name) != now.get(name)]
    if names:
        raise Differs(
            f"{path}: is not the champion that the replay crowned in generation {champion.generation}: "
            f"another {', '.join(names)}{_other_versions(run)}"
        )


def _parts(file: NetworkFile) -> dict[str, Any]:
    parts = finite(file.to_json())
    provenance = parts.pop("provenance")
    return parts | {name: value for name, value in provenance.items() if name not in _NOT_FOUND}


def _other_versions(run: RecordedRun) -> str:
    """The versions with which the run was made, where they are others: they may explain a difference."""
    here = versions()
    sessions = [session for session in run.manifest["sessions"] if isinstance(session, dict)]
    there = {f"{name} {was}" for session in sessions for name, was in session.get("versions", {}).items()}
    others = there - {f"{name} {now}" for name, now in here.items()}
    return f" (the run was made with {', '.join(sorted(others))})" if others else ""
