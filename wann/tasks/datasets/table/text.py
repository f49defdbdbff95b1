"""From a file's bytes to its characters."""

from __future__ import annotations

import codecs
from pathlib import Path

from wann.errors import DataError
from wann.tasks.datasets.packed import read_unpacked

_MOST_BYTES = 4 << 30
_ZIP = b"PK\x03\x04"
_LOOK = 4096  # bytes by which UTF-16 without a mark is known
# UTF-32's mark begins with UTF-16's, so it comes first.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def read_text(path: Path) -> tuple[str, list[str]]:
    """Return what a text file holds, gzipped or not, and what was found out about its encoding.

    A byte-order mark decides; without one it is UTF-8, or, where that fits not, Windows-1252 or Latin-1.

    Raises:
        DataError: it cannot be read, is no text, or is too large.
    """
    raw = read_unpacked(path, _MOST_BYTES, "data that fit into memory")
    if raw.startswith(_ZIP):
        raise DataError(f"{path}: is a zip archive or an Excel workbook, not text; save the table as CSV")
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return _decoded(path, raw[len(mark) :], encoding), _said(encoding)
    if encoding := _wide(raw[:_LOOK]):
        return _decoded(path, raw, encoding), _said(encoding)
    for encoding in ("utf-8", "cp1252", "latin-1"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text, _said(encoding)
    raise DataError(f"{path}: holds bytes that are no text; expected a table as text, such as CSV")


def _wide(start: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of plain text is 0."""
    for offset, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if len(start) >= 8 and start[offset::2].count(0) > 0.4 * len(start) > start[1 - offset :: 2].count(0):
            return encoding
    return None


def _decoded(path: Path, raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = 1 + raw[: error.start].decode(encoding, "ignore").count("\n")
        raise DataError(
            f"{path}:{line}: is marked as {encoding.upper()}, but what stands here is none; save it "
            "again as UTF-8"
        ) from error


def _said(encoding: str) -> list[str]:
    names = {"cp1252": "Windows-1252", "latin-1": "Latin-1"}
    if encoding == "utf-8":
        return []
    name = names.get(encoding, encoding.upper().removesuffix("-LE").removesuffix("-BE"))
    return [f"read as {name}" + (", as it is no UTF-8" if encoding in names else "")]
