"""What a person sees while `wann prune` works."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from wann.records.cell_row import CellRow
from wann.workflows.prune_watcher import PruneWatcher, SilentPruning

_SECONDS_BETWEEN_LINES = 2.0


@contextmanager
def prune_watcher(quiet: bool = False) -> Iterator[PruneWatcher]:
    """Yield the watcher that fits the output."""
    if quiet:
        yield _Quiet()
    elif sys.stdout.isatty():
        live = _Live()
        try:
            yield live
        finally:
            live.close()
    else:
        yield _Lines()


def figures(row: CellRow) -> str:
    """A cell in a few words."""
    score = f"{row.score:.1%}" if row.accuracy else f"{row.score:.1f}"
    return f"{row.recipe}: {score} with {row.effective_connections} connections, seed {row.seed}"


class _Quiet(SilentPruning):
    """Results alone go to stdout; what a person should know goes to stderr."""

    def note(self, text: str) -> None:
        print(f"wann: {text}", file=sys.stderr, flush=True)


class _Lines(_Quiet):
    """A plain line now and then."""

    def __init__(self) -> None:
        self._last = 0.0

    def begin(self, title: str, done: int, total: int) -> None:
        print(title, flush=True)

    def cell(self, row: CellRow, done: int, total: int) -> None:
        if time.monotonic() - self._last >= _SECONDS_BETWEEN_LINES or done == total:
            self._last = time.monotonic()
            print(f"cell {done}/{total}  {figures(row)}", flush=True)


class _Live(_Quiet):
    """One line that follows the work."""

    def __init__(self) -> None:
        self._console = Console()
        self._progress = Progress(
            BarColumn(bar_width=10),
            MofNCompleteColumn(),
            TextColumn("{task.fields[last]}"),
            TimeRemainingColumn(compact=True),
            console=self._console,
            transient=True,
        )
        self._bar = self._progress.add_task("cells", start=False, last="the dense networks are trained")

    def begin(self, title: str, done: int, total: int) -> None:
        self._console.print(title, highlight=False)
        self._progress.start()
        self._progress.update(self._bar, total=total, completed=done)
        self._progress.start_task(self._bar)

    def cell(self, row: CellRow, done: int, total: int) -> None:
        self._progress.update(self._bar, completed=done, last=figures(row))

    def close(self) -> None:
        self._progress.stop()
