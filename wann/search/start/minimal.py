"""The paper's start: no hidden nodes, some of the inputs connected."""

from __future__ import annotations

import numpy as np

from wann.config import SearchConfig
from wann.genome.initial import initial_population
from wann.genome.population import Population
from wann.search.members import STARTS
from wann.search.start import Sizes


@STARTS.member("minimal", "no hidden nodes", source="Gaier & Ha 2019")
def minimal(sizes: Sizes, search: SearchConfig, rng: np.random.Generator) -> Population:
    """Enable each connection with `search.initial_connection_probability`."""
    population, _ = initial_population(
        search.population,
        sizes.n_inputs,
        sizes.n_outputs,
        search.initial_connection_probability,
        sizes.output_activation,
        rng,
    )
    return population
