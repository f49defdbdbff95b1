"""A selection rule of one's own: tournaments by mean return, then by size.

search:
  selection: own_selection.py:smaller_of_equals
"""

from __future__ import annotations

from typing import Any

import numpy as np

from wann.search.selection.plan import Plan, plan_reproduction


def smaller_of_equals(scores: Any, search: Any, rng: np.random.Generator, *, elites: float = 0.1) -> Plan:
    """Rank by mean return, and among equals by few connections; `elites` is the share that is copied."""
    ranking = np.lexsort((scores.connections, -scores.mean))
    return plan_reproduction(
        ranking, elites, search.cull_ratio, search.tournament_size, rng, search.crossover_probability
    )
