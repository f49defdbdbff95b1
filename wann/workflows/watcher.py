"""Whoever watches a search: the loop tells it what happens, and printing is its business alone."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def interruption(watcher: Noting, running: str = "generation") -> Iterator[threading.Event]:
    """Turn the first Ctrl-C or SIGTERM into a flag that a loop sees when it gets there.

    A second one interrupts at once. One inside another has its own flag, which alone is set. `running` is
    what the loop does at a time, for people.
    """
    interrupted = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield interrupted
        return

    def note(signum: int, frame: object) -> None:
        if interrupted.is_set():
            raise KeyboardInterrupt
        interrupted.set()
        watcher.note(f"stopping after this {running}; once more stops at once")

    previous = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield interrupted
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
