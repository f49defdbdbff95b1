"""Activations of the user's own: `file.py:name` or `module:name`, a formula or an `Activation`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from wann import formulas
from wann.activations import ACTIVATIONS, FINDERS, Activation, add_own, label_of
from wann.errors import GenomeError, WannError, one_line
from wann.tasks.own.loading import file_of, find_object

_PROBES = np.array([-1e100, -30.0, -2.5, -1.0, -0.3, -0.0, 0.0, 0.3, 1.0, 2.5, 30.0, 1e100])


def find_activation(name: str) -> None:
    """Take an activation into the table of this process.

    Raises:
        GenomeError: it is not there, or is no formula.
    """
    where = f"activation '{name}'"
    try:
        found = find_object(name)
        entry = found if isinstance(found, Activation) else Activation(found, label_of(name))
        _check(where, entry)
    except WannError as error:
        raise error if str(error).startswith(where) else GenomeError(f"{where}: {error}") from error
    except Exception as error:  # a file of the user's own may do anything
        raise GenomeError(f"{where}: {one_line(error, file_of(name))}") from error
    add_own(name, replace(entry, text=" ".join(entry.text.replace("*/", "").split())))


def _check(where: str, entry: Activation) -> None:
    if not hasattr(entry.formula, "__code__") or entry.formula.__code__.co_argcount != 1:
        raise GenomeError(f"{where}: expected a function of one argument, got {entry.formula!r:.60}")
    taken = {_public(each.formula) for each in ACTIVATIONS.values()} | set(vars(formulas))
    if _public(entry.formula) in taken:
        raise GenomeError(
            f"{where}: its function is called {entry.formula.__name__}, as one that exports hold already; "
            "give it another name"
        )
    values = entry.formula(_PROBES)
    if not isinstance(values, np.ndarray) or values.shape != _PROBES.shape or values.dtype != np.float64:
        raise GenomeError(f"{where}: expected a float64 array of the argument's shape, got {values!r:.60}")
    if not np.isfinite(values[1:-1]).all():
        raise GenomeError(
            f"{where}: expected finite numbers from -30 to 30, got {values[1:-1].tolist()!r:.60}"
        )
    _check_compiled(where, entry, values)


def _check_compiled(where: str, entry: Activation, expected: np.ndarray) -> None:
    """See that it can be compiled, and then gives the bits that NumPy gives."""
    from wann.jit import compiled_formula

    try:
        compiled = compiled_formula(entry.formula)
        got = np.array([compiled(x) for x in _PROBES])
    except Exception as error:
        said = one_line(error)
        raise GenomeError(f"{where}: cannot be compiled ({said:.200})") from error
    if got.tobytes() != expected.tobytes():
        raise GenomeError(
            f"{where}: compiled, it gives other bits than in NumPy; use + - * / > >= np.abs np.floor "
            "np.minimum np.maximum and the functions of wann.formulas alone"
        )


def _public(formula: Any) -> str:
    return formula.__name__.lstrip("_")


FINDERS[:] = [find_activation]
