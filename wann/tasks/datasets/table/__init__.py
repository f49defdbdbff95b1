"""Tables of text as people have them, CSV above all: a file's bytes to a data set.

One step a file: `text` (bytes to characters), `dialect` (what separates, what quotes), `rows` (fields with
their lines, and the header), `numbers` (fields to numbers), `columns` (which is the label, which are left
out), `body` (the numbers and the labels), and `reading`, which joins them. Whatever had to be guessed is said
in the data set's notes.
"""

from __future__ import annotations

from wann.tasks.datasets.table.reading import ENDINGS, read_table

__all__ = ["ENDINGS", "read_table"]
