"""What separates the fields of a table, and what quotes them.

The standard module's `Sniffer` looks at how often a character stands in a line, whatever is quoted, and takes
letters and decimal commas for separators. Here each candidate reads the first records as the real reader
would, and the one whose records are the most even wins.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

_LOOK = 60  # records
_LOOK_CHARACTERS = 1 << 20
# In order of preference: a comma may as well be a decimal one, a space part of a name.
_SEPARATORS = "\t;|, "
_EXCEL = re.compile(r"""\ufeff?"?sep=(.)"?\s*?(?:\r\n|\r|\n)""", re.IGNORECASE)
_NAMES = {"\t": "tabs", ";": "semicolons", "|": "bars", " ": "spaces", ",": "commas"}


@dataclass(frozen=True)
class Dialect:
    """How a table is written.

    Attributes:
        separator: one character; a space stands for any number of them.
        quote: what fields are quoted with.
        skipped: lines before the table begins.
    """

    separator: str
    quote: str = '"'
    skipped: int = 0

    @property
    def notes(self) -> list[str]:
        """What a person should know of it."""
        return [] if self.separator == "," else [f"separated by {_NAMES.get(self.separator, self.separator)}"]

    def records(self, text: str) -> Iterator[tuple[int, list[str]]]:
        """Yield the line where a record begins, from 1, and its stripped fields; without blank lines.

        Raises:
            csv.Error: a quote is not closed, or a field is far too long.
        """
        reader = csv.reader(
            io.StringIO(text, newline=""),
            delimiter=self.separator,
            quotechar=self.quote,
            skipinitialspace=True,
            strict=True,
        )
        while True:
            line = reader.line_num + 1
            try:
                fields = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise csv.Error(f"{line}: {error}") from error
            if self.separator == " " and len(fields) > 1 and not fields[-1]:
                fields.pop()  # a space at the end of a line
            if line > self.skipped and fields and fields != [""]:
                yield line, [field.strip() for field in fields]


def find_dialect(text: str) -> Dialect:
    """Return how a table is written: as its first line says (`sep=;`), else as its first records say."""
    if told := _EXCEL.match(text):
        return Dialect(told[1], skipped=1)
    start = text[:_LOOK_CHARACTERS]
    best, most = Dialect(","), 0.0
    for quote in _quotes(start):
        for separator in _SEPARATORS:
            if (found := _evenness(Dialect(separator, quote), start)) > most:
                best, most = Dialect(separator, quote), found
    return best


def _quotes(start: str) -> str:
    single = re.search(r"(?:^|[\t;|,])\s*'[^'\n]*'\s*(?:[\t;|,]|$)", start, re.MULTILINE)
    return "\"'" if '"' in start or not single else "'\""


def _evenness(dialect: Dialect, start: str) -> float:
    """The share of the first records that have the commonest number of fields; 0 where that is one."""
    counts: list[int] = []
    try:
        for _, fields in dialect.records(start):
            counts.append(len(fields))
            if len(counts) == _LOOK:
                break
    except csv.Error:
        pass  # the start may end inside a quoted field
    if not counts:
        return 0.0
    width, often = Counter(counts).most_common(1)[0]
    return often / len(counts) if width > 1 else 0.0
