"""A method of search of one's own: (mu, lambda), whose parents never survive.

search:
  method: own_method.py:CommaSelection
  # or {own_method.py:CommaSelection: {mu: 4}}
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from wann.search.breeding import breed
from wann.search.methods import Method
from wann.search.selection.plan import Plan


class CommaSelection(Method):
    """Each generation is bred from the `mu` best of the one before, and no genome is copied."""

    def __init__(self, *, mu: int = 8) -> None:
        self.mu = mu

    def tell(self, state: Any, scores: Any, search: Any, rng: np.random.Generator) -> Any:
        """Choose parents at random among the best by mean return, the smaller of equals."""
        ranking = np.lexsort((scores.connections, -scores.mean))
        parents = ranking[: self.mu][rng.integers(0, min(self.mu, len(ranking)), search.population)]
        plan = Plan(parents, mates=np.full(search.population, -1), elites=0)
        children, log = breed(state.population, plan, search, rng, state.log)
        best = int(ranking[0])
        record = max(state.memory.get("record", -np.inf), scores.mean[best])
        return replace(
            state,
            population=children,
            log=log,
            contender=state.population[best],
            running_mean=float(scores.mean[best]),
            memory={"record": record},  # numbers and arrays that a checkpoint holds
        )
