"""All criteria that come with the package, and how one is found."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from wann.errors import PruningError, TaskError
from wann.pruning.criteria import neurons, weights
from wann.pruning.criteria.registry import CRITERIA, NEURON_CRITERIA, OWN_CRITERIA, Criterion
from wann.pruning.table import require_known
from wann.tasks.own import file_of, load_file

__all__ = ["CRITERIA", "NEURON_CRITERIA", "SHIPPED", "Criterion", "find_criterion"]

# The modules behind the tables; importing them registers their criteria.
SHIPPED = tuple(
    import_module(f"{package.__name__}.{module.name}")
    for package in (weights, neurons)
    for module in iter_modules(package.__path__)
)


def find_criterion(name: str) -> Criterion:
    """Return a criterion by its name, or by `module:name` or `file.py:name`, after importing that.

    Raises:
        UnknownMethod: there is none of that name.
        PruningError: the module or file cannot be imported, for whatever reason.
    """
    if file := file_of(name):
        return _in_file(file, name.rpartition(":")[2])
    module, _, rest = name.rpartition(":")
    if module:
        try:
            import_module(module)
        except Exception as error:  # a file of the user's own may do anything
            reason = " ".join(f"{type(error).__name__}: {error}".split())
            raise PruningError(f"criterion '{name}': cannot import {module} ({reason})") from error
    known = {**CRITERIA, **NEURON_CRITERIA}
    require_known("criterion", rest, known)
    return known[rest]


def _in_file(file: Path, name: str) -> Criterion:
    """Return what a file, or one beside it that it imports, registers under a name."""
    try:
        module = load_file(file).__name__
    except TaskError as error:
        raise PruningError(f"criterion '{name}': {error}") from error
    package = module.partition(".")[0]
    found = {key: each for (home, key), each in OWN_CRITERIA.items() if home.partition(".")[0] == package}
    found |= {key: each for (home, key), each in OWN_CRITERIA.items() if home == module}
    require_known(f"{file}: criterion", name, found)
    return found[name]
