"""Where trainings keep what they have come to, so that a cell that was stopped goes on from there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

# What a training has come to: arrays, and plain JSON values.
Snapshot = tuple[dict[str, np.ndarray], dict[str, Any]]


class Place(Protocol):
    """Keeps one training."""

    def found(self) -> Snapshot | None:
        """Return what was kept last, by this process or one before it; None where nothing was."""
        ...

    def keep(self, snapshot: Callable[[], Snapshot], over: bool) -> None:
        """Keep what the training has come to; unless it is over, not if something was kept just now."""
        ...


class Saved(Protocol):
    """Keeps the trainings of a cell, which come in the same order each time."""

    def next(self) -> Place:
        """Return the place of the next training."""
        ...


class NotSaved:
    """Keeps nothing."""

    def next(self) -> Place:
        """As the protocol says."""
        return self

    def found(self) -> Snapshot | None:
        """As the protocol says."""
        return None

    def keep(self, snapshot: Callable[[], Snapshot], over: bool) -> None:
        """As the protocol says."""


NOWHERE = NotSaved()
