"""Genomes: topologies without weights, how they begin, mutate and are written down.

What imports numba (`mutation.py`, `operators.py`, `layers.py`, `randomness.py`) is imported from its module.
"""

from __future__ import annotations

from wann.genome.genome import Genome
from wann.genome.innovation import InnovationLog
from wann.genome.population import Population
from wann.genome.serial import genome_from_json, genome_to_json

__all__ = ["Genome", "InnovationLog", "Population", "genome_from_json", "genome_to_json"]
