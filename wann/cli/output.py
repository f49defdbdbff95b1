"""Standard output belongs to what commands say; whatever else is written there goes to standard error.

An environment or a criterion of the user's own may print, from Python, from C or in another process, and
would break what `--json` prints. So while a command works, file descriptor 1 is standard error, and what the
command says goes to a duplicate of the one that it was.
"""

from __future__ import annotations

import codecs
import ctypes
import functools
import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TextIO

from wann.parallel.streams import patient

if TYPE_CHECKING:
    from rich.console import Console

_PLAIN = {"±": "+-", "…": "...", "—": "-", "–": "-", "×": "x", "°": " deg"}
_own: TextIO | None = None


def stdout() -> TextIO:
    """Where a command says what it has to say."""
    return _own or sys.stdout or io.StringIO()


def say(*values: object, end: str = "\n", flush: bool = False) -> None:
    """As `print`, for what a command says."""
    print(*values, file=stdout(), end=end, flush=flush)


def console() -> Console:
    """A console for what a command says."""
    from rich.console import Console

    return Console(file=stdout())


def apart(command: Callable[..., None]) -> Callable[..., None]:
    """A command whose words are kept apart from what user code writes."""

    @functools.wraps(command)
    def kept(*args: Any, **kwargs: Any) -> None:
        with _kept_apart():
            command(*args, **kwargs)

    return kept


@contextmanager
def _kept_apart() -> Iterator[None]:
    global _own
    before = sys.stdout, sys.stderr, _own
    saved = _duplicate(1)
    if sys.stderr is None:  # closed; what is opened must not take its place
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115, PTH123 - as long as the command works
    elif _is_descriptor(sys.stderr, 2):
        sys.stderr = patient(2, sys.stderr, "backslashreplace")
    if sys.stdout is None:  # closed
        own: TextIO = open(os.devnull, "w")  # noqa: SIM115, PTH123 - as long as the command works
    elif saved is not None and _is_descriptor(sys.stdout, 1):
        sys.stdout.flush()
        own = patient(
            saved, sys.stdout, "plain" if sys.stdout.errors == "strict" else sys.stdout.errors or "plain"
        )
    else:
        own = sys.stdout  # a test's, or a notebook's
    try:
        _own = own
        send_to_stderr()
        yield
        own.flush()
    finally:
        if sys.__stdout__ is not None:  # who kept it wrote to standard error, too
            with suppress(OSError, ValueError):
                sys.__stdout__.flush()
        sys.stdout, sys.stderr, _own = before
        _flush_c()
        if saved is not None:
            os.dup2(saved, 1)
        else:
            with suppress(OSError):
                os.close(1)


def send_to_stderr() -> None:
    """Send what is written to standard output to standard error, or nowhere where there is none."""
    sys.stdout = sys.stderr or open(os.devnull, "w")  # noqa: SIM115, PTH123 - as long as anybody writes
    try:
        os.dup2(2, 1)
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        if nowhere != 1:
            os.dup2(nowhere, 1)
            os.close(nowhere)


def _duplicate(descriptor: int) -> int | None:
    try:
        return os.dup(descriptor)
    except OSError:
        return None


def _is_descriptor(stream: TextIO | None, descriptor: int) -> bool:
    try:
        return stream is not None and stream.fileno() == descriptor
    except (OSError, ValueError):
        return False


def _flush_c() -> None:
    """Write what C code has printed and not yet written."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).fflush(None)


def _plainly(error: UnicodeError) -> tuple[str, int]:
    """Write what an encoding lacks in its plain letters."""
    assert isinstance(error, UnicodeEncodeError)
    missing = error.object[error.start : error.end]
    return "".join(_PLAIN.get(sign, "?") for sign in missing), error.end


codecs.register_error("plain", _plainly)
