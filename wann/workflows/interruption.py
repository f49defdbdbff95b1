"""Ctrl-C and its like in what runs long: it stops at a good moment, saves, and passes the signal on."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wann.workflows.search.watcher import Noting

# Each ends a process that does not look after it. Put back from the last to the first.
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# What a command answers with how far it came; a terminal that has gone reads no answer.
_ANSWERED = (signal.SIGINT, signal.SIGTERM)

_answering = False


@contextmanager
def answering() -> Iterator[None]:
    """Inside, what Ctrl-C or SIGTERM stops returns how far it came, and the signal counts as answered.

    For the command line, whose answer is what it prints then.
    """
    global _answering
    before, _answering = _answering, True
    try:
        yield
    finally:
        _answering = before


class Interruption:
    """Whether a signal asks a loop to stop.

    Attributes:
        signum: the last signal that came, None where none did.
    """

    def __init__(self, watcher: Noting, running: str) -> None:
        self._watcher, self._running = watcher, running
        self.signum: int | None = None
        self._holding = False

    def is_set(self) -> bool:
        """Whether the loop is to stop."""
        return self.signum is not None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Inside, what must not be cut short: a further signal waits for its end, too."""
        before, self._holding = self._holding, True
        try:
            yield
        finally:
            self._holding = before

    def receive(self, signum: int, frame: FrameType | None) -> None:
        """Take a signal: the first one is noted, another one interrupts at once."""
        again, self.signum = self.is_set(), signum
        if self._holding:
            return
        if again:
            raise KeyboardInterrupt
        self._watcher.note(f"stopping after this {self._running}; once more stops at once")

    def pass_on(self, handler: Any, on_its_way: type[BaseException] | None) -> None:
        """Give the signal that came to whom it would have met without us, `handler`."""
        assert self.signum is not None
        outer = getattr(handler, "__self__", None)
        if isinstance(outer, Interruption):
            outer.signum = self.signum  # people have been told already
        elif on_its_way is KeyboardInterrupt and handler is signal.default_int_handler:
            pass  # it would raise the same
        elif not (_answering and self.signum in _ANSWERED):
            signal.raise_signal(self.signum)


@contextmanager
def interruption(watcher: Noting, running: str = "generation") -> Iterator[Interruption]:
    """Let a loop see Ctrl-C, SIGTERM or SIGHUP when it gets there, and pass the signal on at the end.

    A second one interrupts at once. At the end the handlers of before are back, and the signal meets them:
    Ctrl-C raises `KeyboardInterrupt`, SIGTERM ends the process, unless whoever called has other handlers. One
    inside another passes the signal on to that one; inside `answering`, Ctrl-C and SIGTERM end here. All that
    is to be saved must be saved inside. Signals that are ignored stay so, and in other threads than the main
    one nothing is done.

    Args:
        watcher: is told that a signal has come.
        running: what the loop does at a time, for people.
    """
    asked = Interruption(watcher, running)
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    previous: dict[int, Any] = {number: signal.getsignal(number) for number in _SIGNALS}

    for handler in previous.values():
        outer = getattr(handler, "__self__", None)
        if isinstance(outer, Interruption) and outer.is_set():
            asked.signum = outer.signum  # it came before this one began

    def pass_on(on_its_way: type[BaseException] | None, *_: object) -> None:
        if asked.signum is not None:
            asked.pass_on(previous[asked.signum], on_its_way)

    with ExitStack() as last:
        last.push(pass_on)
        for number, handler in previous.items():
            if _is_ours(number, handler):
                last.callback(signal.signal, number, handler)
                signal.signal(number, asked.receive)
        yield asked


def _is_ours(number: int, handler: Any) -> bool:
    """Whether to take a signal: not from who ignores it, nor from a handler that could not be put back.

    A command that was begun in the background of a script ignores Ctrl-C, and yet is to answer who sends it.
    """
    if handler == signal.SIG_IGN:
        return _answering and number in _ANSWERED
    return handler is not None
