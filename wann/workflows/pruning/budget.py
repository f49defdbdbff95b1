"""Budgets: the density at which a recipe leaves so many effective connections."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from wann.errors import NothingLeft

if TYPE_CHECKING:
    from wann.pruning.cell import CellResult

_PROBES = 12
_CLOSE_ENOUGH = 0.005  # of a budget, for a probe
_TOO_FAR = 0.02  # of a budget, for what came out at the end
_LEAST_DENSITY = 1e-6


def meet(wanted: int, n_weights: int, training: Any, made: Callable[[float, Any], CellResult]) -> CellResult:
    """Return a cell with about so many effective connections.

    The density is found with one epoch (or iteration) in place of every training, as masks hardly depend on
    more; if the whole training then ends too far off, once more from there.

    Args:
        wanted: effective connections.
        n_weights: of the dense network.
        training: of the cell.
        made: (density, training) -> the cell.
    """
    quick = training.quick()
    first = min(1.0, wanted / n_weights)
    density = find_density(wanted, first, lambda d: made(d, quick).effective_connections)
    result = made(density, training)
    off = result.effective_connections / wanted
    if abs(off - 1) <= _TOO_FAR or (density == 1.0 and off < 1):
        return result
    again = made(min(1.0, max(_LEAST_DENSITY, density / off)), training)
    return min((result, again), key=lambda cell: abs(cell.effective_connections - wanted))


def find_density(wanted: int, first: float, count: Callable[[float], int]) -> float:
    """Return the density with about so many effective connections, by bisection with a guess at each step.

    Args:
        wanted: effective connections.
        first: the first guess.
        count: density -> effective connections; it grows with the density, roughly in proportion. A density
            at which nothing is left, which is an error, counts as too small.
    """
    low, high = _LEAST_DENSITY, 1.0
    density, tried = first, {}
    for _ in range(_PROBES):
        tried[density] = found = _count(count, density)
        if abs(found - wanted) <= max(1, _CLOSE_ENOUGH * wanted):
            break
        low, high = (density, high) if found < wanted else (low, density)
        guess = density * wanted / max(1, found)
        density = guess if low < guess < high and len(tried) % 3 else (low * high) ** 0.5
        if not low < density < high or high / low < 1 + 1e-6:
            break
    return min(tried, key=lambda at: abs(tried[at] - wanted))


def _count(count: Callable[[float], int], density: float) -> int:
    try:
        return count(density)
    except NothingLeft:
        return 0
