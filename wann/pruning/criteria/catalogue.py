"""All criteria that come with the package, and how one is found."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from wann.pruning.criteria import neurons, weights
from wann.pruning.criteria.registry import CRITERIA, Criterion

__all__ = ["CRITERIA", "SHIPPED", "Criterion", "find_criterion"]

# The modules behind the tables; importing them registers their criteria.
SHIPPED = tuple(
    import_module(f"{package.__name__}.{module.name}")
    for package in (weights, neurons)
    for module in iter_modules(package.__path__)
)


def find_criterion(name: str) -> Criterion:
    """Return a criterion by its name, or by `module:name` or `file.py:name`; for errors see `Table.find`."""
    return CRITERIA.find(name)
