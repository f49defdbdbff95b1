"""Why a module cannot be traced, and at which line of its code."""

from __future__ import annotations

import traceback
from pathlib import Path

import torch

from wann.pruning.torch_modules.copying import first_line

_NOT_THEIRS = (Path(torch.__file__).parent, Path(__file__).parent)
_LEN = "the batch's size is not known; x.size(0) can be traced where len(x) cannot"


def line_of(error: Exception) -> str:
    """Return `, at net.py:12 "x = x.view(len(x), -1)"`; nothing where it is no line of the module's own."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if not set(_NOT_THEIRS) & set(Path(frame.filename).parents):
            return f', at {Path(frame.filename).name}:{frame.lineno} "{frame.line}"' if frame.line else ""
    return ""


def reason(error: Exception) -> str:
    """Return the cause in one line, with the cure where there is one."""
    said = first_line(error)
    return _LEN if said.startswith("'len' is not supported") else said
