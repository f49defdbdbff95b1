"""Which watcher fits the output: silence, a live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Protocol, TypeVar

from wann.cli.output import stdout


class _Live(Protocol):
    def close(self) -> None: ...


W = TypeVar("W")
L = TypeVar("L", bound=_Live)


class Noting:
    """What a person should know goes to standard error, whatever else is shown."""

    def note(self, text: str) -> None:
        """Say it."""
        print(f"wann: {text}", file=sys.stderr, flush=True)


@contextmanager
def fitting(
    quiet: bool, silent: Callable[[], W], live: Callable[[], L], lines: Callable[[], W]
) -> Iterator[W | L]:
    """Yield `silent` where results alone are wanted, `live` on a terminal, else `lines`."""
    if quiet:
        yield silent()
    elif stdout().isatty():
        with closing(live()) as watcher:
            yield watcher
    else:
        yield lines()
