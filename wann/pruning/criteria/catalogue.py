"""All criteria that come with the package, and how one is found."""

from __future__ import annotations

from importlib import import_module

from wann.errors import PruningError
from wann.pruning.criteria import (
    activity,
    connection_effect,
    correlation,
    cosine,
    entropy,
    gradients,
    grasp,
    lda,
    norms,
    obd,
    obs,
    random,
    synflow,
    taylor,
)
from wann.pruning.criteria.registry import CRITERIA, NEURON_CRITERIA, Criterion
from wann.pruning.recipe import require_known

__all__ = ["CRITERIA", "NEURON_CRITERIA", "SHIPPED", "Criterion", "find_criterion"]

# The modules behind the tables; importing them registers their criteria.
SHIPPED = (
    norms,
    random,
    gradients,
    grasp,
    synflow,
    obd,
    obs,
    connection_effect,
    taylor,
    activity,
    correlation,
    cosine,
    entropy,
    lda,
)


def find_criterion(name: str) -> Criterion:
    """Return a criterion by its name, or by `module:name`, after importing that module.

    Raises:
        UnknownMethod: there is none of that name.
        PruningError: the module cannot be imported, for whatever reason.
    """
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
