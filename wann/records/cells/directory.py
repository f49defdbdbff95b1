"""PruneDirectory: a run of `wann prune` on disk, a file for each finished cell."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from wann.config import PruneConfig, config_hash, dump_config, parse_prune_config
from wann.config.loading import text_of
from wann.errors import OutputError, RunDamaged
from wann.records.cells.row import CellRow, write_results
from wann.records.manifest import PRUNE, now, read_manifest, require_kind
from wann.records.network.file import NetworkFile
from wann.records.run.directory import check_new, lock
from wann.records.run.earlier import as_begun
from wann.records.run.reading import check_unchanged, reading_config
from wann.records.storage.files import UNFINISHED, write_atomically, write_json
from wann.records.storage.paths import RunPaths


class PruneDirectory:
    """A run folder that this process writes to, until it is closed.

    A cell's network is written before the cell, and both at once or not at all: where the cell's file is, the
    cell is finished.

    Attributes:
        config: that of the run, see `as_begun`.
        of_earlier_version: whether it says more than was recorded.
    """

    def __init__(self, folder: Path) -> None:
        """Open a run.

        Raises:
            RunNotFound, RunBusy, RunDamaged, RunError, OutputError: why it cannot be opened.
        """
        self.paths = RunPaths(folder)
        self.manifest = read_manifest(folder)
        require_kind(folder, self.manifest, PRUNE)
        self._lock = lock(self.paths)
        try:
            for unfinished in folder.rglob(f".*{UNFINISHED}"):  # of a process that was killed
                unfinished.unlink()
            for made in (self.paths.cells, self.paths.networks, self.paths.working):
                made.mkdir(exist_ok=True)
            self.config = read_prune_config(self.paths, self.manifest["config_hash"])
            self.of_earlier_version = config_hash(self.config) != self.manifest["config_hash"]
        except OSError as error:
            self.close()
            raise RunDamaged(
                f"{error.filename or folder}: cannot be read or written ({error.strerror})"
            ) from error
        except BaseException:
            self.close()
            raise

    @classmethod
    def create(cls, folder: Path, name: str, config: PruneConfig, n_cells: int) -> Self:
        """Make a new run folder and open it.

        Raises:
            RunExists: the folder is there and not empty.
            OutputError: it cannot be written.
        """
        paths = RunPaths(folder)
        try:
            check_new(folder)
            folder.mkdir(parents=True, exist_ok=True)
            write_atomically(paths.config, lambda file: file.write(dump_config(config).encode()))
            write_json(paths.manifest, _manifest(name, config, n_cells))
        except OSError as error:
            raise OutputError(f"{folder}: a run folder cannot be written there ({error.strerror})") from error
        return cls(folder)

    def finished(self) -> tuple[dict[str, CellRow], list[str]]:
        """Return the finished cells by name, and a line for each file that is unreadable and set aside."""
        rows, problems = {}, []
        for path in sorted(self.paths.cells.glob("*.json")):
            try:
                row = CellRow.load(path)
            except RunDamaged as error:
                problems.append(str(error))
                path.rename(path.with_suffix(".damaged"))
            else:
                rows[row.cell] = row
        return rows, problems

    def record(self, row: CellRow, network: NetworkFile) -> None:
        """Write a finished cell, its network first."""
        network.save(self.paths.folder / row.network)
        row.save(self.paths.cells / f"{row.cell}.json")

    def write_table(self, rows: list[CellRow]) -> None:
        """Write results.csv."""
        write_results(self.paths.results, rows)

    def log(self, text: str) -> None:
        """Append lines to log.txt, with the time."""
        with self.paths.log.open("a") as file:
            file.writelines(f"{now()} {line}\n" for line in text.splitlines())

    def close(self) -> None:
        """Let others open the run; what cells have come to that are not finished stays."""
        with suppress(OSError):
            self.paths.working.rmdir()
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def read_prune_config(paths: RunPaths, recorded: str) -> PruneConfig:
    """Return the config of a run of `wann prune`, whose hash the manifest records; see `as_begun`.

    Raises:
        RunDamaged: it cannot be read, or is not the one that the run began with.
    """
    with reading_config():
        config = parse_prune_config(text_of(paths.config), str(paths.config))
    check_unchanged(paths, config_hash(config), recorded, "wann prune")
    return as_begun(config)


def read_cells(folder: Path) -> list[CellRow]:
    """Return the finished cells of a run, in the order of their names; nothing is locked or written.

    Raises:
        RunDamaged: a file cannot be read.
    """
    return [CellRow.load(path) for path in sorted(RunPaths(folder).cells.glob("*.json"))]


def _manifest(name: str, config: PruneConfig, n_cells: int) -> dict[str, object]:
    """The manifest of a new run; `generations` counts its cells."""
    return {
        "kind": PRUNE,
        "name": name,
        "seed": config.prune.seeds[0],
        "config_hash": config_hash(config),
        "created": datetime.now(UTC).isoformat(timespec="microseconds"),
        "status": "new",
        "generations": n_cells,
        "sessions": [],
    }
