"""Whoever watches `wann prune`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from wann.records.cells.row import CellRow


class PruneWatcher(Protocol):
    """Is told what happens."""

    def note(self, text: str) -> None:
        """Something that a person should know, in one line."""

    def begin(self, title: str, done: int, total: int, under_way: Callable[[], list[str]]) -> None:
        """The run begins, or goes on after so many cells.

        Args:
            title: one line.
            done, total: cells.
            under_way: what is made just now, a line each.
        """

    def cell(self, row: CellRow, done: int, total: int) -> None:
        """A cell is finished."""


class SilentPruning:
    """A watcher that says nothing."""

    def note(self, text: str) -> None:
        """Say nothing."""

    def begin(self, title: str, done: int, total: int, under_way: Callable[[], list[str]]) -> None:
        """Say nothing."""

    def cell(self, row: CellRow, done: int, total: int) -> None:
        """Say nothing."""
