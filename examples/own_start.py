"""A first generation of one's own: every genome has all connections but those of a random share.

search:
  start: own_start.py:connected
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from wann.search.start.minimal import minimal


def connected(sizes: Any, search: Any, rng: np.random.Generator, *, share: float = 0.9) -> Any:
    """Enable each connection with probability `share`, whatever `initial_connection_probability` says."""
    population = minimal(sizes, search, rng)
    return replace(population, enabled=rng.random(len(population.enabled)) < share)
