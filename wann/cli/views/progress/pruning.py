"""What a person sees while `wann prune` works."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

from rich.console import RenderableType
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from wann.cli.output import console, say
from wann.cli.views.progress.fitting import Noting, fitting
from wann.records.cells.row import CellRow
from wann.workflows.pruning.watcher import PruneWatcher, SilentPruning

_SECONDS_BETWEEN_LINES = 2.0
_SECONDS_BETWEEN_LOOKS = 1.0
_MOST_LINES = 8


def prune_watcher(quiet: bool = False) -> AbstractContextManager[PruneWatcher]:
    """The watcher that fits the output, as a context."""
    return fitting(quiet, _Quiet, _Live, _Lines)


def figures(row: CellRow) -> str:
    """A cell in a few words."""
    score = f"{row.score:.1%}" if row.accuracy else f"{row.score:.1f}"
    return f"{row.recipe}: {score} with {row.effective_connections} connections, seed {row.seed}"


class _Quiet(Noting, SilentPruning):
    """Results alone go to stdout; what a person should know goes to stderr."""


class _Lines(_Quiet):
    """A plain line now and then."""

    def __init__(self) -> None:
        self._last = 0.0

    def begin(self, title: str, done: int, total: int, under_way: Callable[[], list[str]]) -> None:
        say(title, flush=True)

    def cell(self, row: CellRow, done: int, total: int) -> None:
        if time.monotonic() - self._last >= _SECONDS_BETWEEN_LINES or done == total:
            self._last = time.monotonic()
            say(f"cell {done}/{total}  {figures(row)}", flush=True)


class _Cells(Progress):
    """A bar of cells, and below it what is made just now."""

    def __init__(self, *columns: ProgressColumn, **settings: Any) -> None:
        self.under_way: Callable[[], list[str]] = list
        self._looked, self._lines = 0.0, [""]
        super().__init__(*columns, **settings)

    def get_renderables(self) -> Iterator[RenderableType]:
        """The bar, and a line for each cell that is under way."""
        yield from super().get_renderables()
        if time.monotonic() - self._looked >= _SECONDS_BETWEEN_LOOKS:
            self._looked, self._lines = time.monotonic(), self.under_way()
        for line in self._lines[:_MOST_LINES]:
            yield Text(f"  {line}", style="dim", no_wrap=True, overflow="ellipsis")


class _Live(_Quiet):
    """A bar that follows the work."""

    def __init__(self) -> None:
        self._console = console()
        self._progress = _Cells(
            BarColumn(bar_width=10),
            MofNCompleteColumn(),
            TextColumn("{task.fields[last]}"),
            TimeRemainingColumn(compact=True),
            console=self._console,
            transient=True,
        )
        self._bar = self._progress.add_task("cells", start=False, last="the dense networks are trained")

    def begin(self, title: str, done: int, total: int, under_way: Callable[[], list[str]]) -> None:
        self._progress.under_way = under_way
        self._console.print(title, highlight=False)
        self._progress.start()
        self._progress.update(self._bar, total=total, completed=done)
        self._progress.start_task(self._bar)

    def cell(self, row: CellRow, done: int, total: int) -> None:
        self._progress.update(self._bar, completed=done, last=figures(row))

    def close(self) -> None:
        self._progress.stop()
