"""Streams whose reader may go, as `head` does: what is written then is lost, and the writer goes on."""

from __future__ import annotations

import errno
import io
from typing import Any, TextIO


def patient(descriptor: int, like: TextIO, errors: str) -> TextIO:
    """Return a stream to a file descriptor on which a reader may hang up.

    Args:
        descriptor: of the file; the standard ones are not closed with the stream.
        like: whose encoding and buffering to take; standard error is flushed by line in any case.
        errors: what becomes of letters that the encoding lacks, as `open` has it.
    """
    raw: Any = like
    return io.TextIOWrapper(
        io.BufferedWriter(_HungUp(descriptor, "w", closefd=descriptor > 2)),
        raw.encoding,
        errors,
        line_buffering=raw.line_buffering or descriptor == 2,
        write_through=getattr(raw, "write_through", False),
    )


class _HungUp(io.FileIO):
    """A file whose reader may go."""

    def write(self, data: Any) -> int:  # type: ignore[override]
        try:
            return super().write(data)
        except OSError as error:
            if error.errno not in (errno.EPIPE, errno.EIO):
                raise
            return len(data)
