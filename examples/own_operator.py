"""A mutation operator of one's own: a random connection is switched off, and can be enabled again later.

search:
  mutation: {change_activation: 0.4, own_operator.py:disable_connection: 0.1}
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from wann.genome.genome import Genome


def disable_connection(genome: Genome, rng: np.random.Generator) -> Genome:
    """Return the genome with one enabled connection less, or as it is where it has none."""
    there = np.flatnonzero(genome.enabled)
    if not len(there):
        return genome
    enabled = genome.enabled.copy()
    enabled[rng.choice(there)] = False
    return replace(genome, enabled=enabled)
