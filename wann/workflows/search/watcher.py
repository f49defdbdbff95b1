"""Whoever watches a search: the loop tells it what happens, and printing is its business alone."""

from __future__ import annotations

from typing import Protocol

from wann.config import Config
from wann.search.state import GenerationInfo
from wann.tasks.task import AnyTask
from wann.training.state import TuneInfo


class Noting(Protocol):
    """Is told what a person should know."""

    def note(self, text: str) -> None:
        """Something that a person should know, in one line."""


class Watcher(Noting, Protocol):
    """Is told what happens."""

    def begin(self, config: Config, task: AnyTask, done: int, total: int) -> None:
        """The search begins, or goes on after generation `done`, towards generation `total`."""

    def generation(self, info: GenerationInfo) -> None:
        """A generation is done."""


class TuneWatcher(Noting, Protocol):
    """Is told what happens in a tuning."""

    def begin_tuning(self, title: str, done: int, total: int) -> None:
        """It begins, or goes on after iteration `done`, towards iteration `total`; `title` is one line."""

    def iteration(self, info: TuneInfo) -> None:
        """An iteration is done."""


class Silent:
    """A watcher that says nothing, of a search or of a tuning."""

    def note(self, text: str) -> None:
        """Say nothing."""

    def begin(self, config: Config, task: AnyTask, done: int, total: int) -> None:
        """Say nothing."""

    def generation(self, info: GenerationInfo) -> None:
        """Say nothing."""

    def begin_tuning(self, title: str, done: int, total: int) -> None:
        """Say nothing."""

    def iteration(self, info: TuneInfo) -> None:
        """Say nothing."""


def say_notes(task: AnyTask, watcher: Noting) -> None:
    """Say what a person should know of a task before it is worked on."""
    for text in task.notes:
        watcher.note(text)
