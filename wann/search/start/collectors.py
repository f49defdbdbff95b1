"""A start where both signs can be had by one mutation: a `linear` and a `negate` node before each output.

Under one shared weight a connection has no sign of its own. Here an input that should count for an output
enters its linear node, and one that should count against it its negate node. Both are one step of the same
length away from the output, so that its sums are of one power of the weight.
"""

from __future__ import annotations

import numpy as np

from wann.activations import CODE
from wann.config import SearchConfig
from wann.genome.population import Population
from wann.search.members import STARTS
from wann.search.start import Sizes

_COLLECTORS = ("linear", "negate")


@STARTS.member("collectors", "each output behind a linear and a negate node")
def collectors(sizes: Sizes, search: SearchConfig, rng: np.random.Generator) -> Population:
    """Enable each connection of an input to a collector with `search.initial_connection_probability`.

    Genes come source by source: bias and inputs to all collectors, then each collector to its output.
    """
    first, n_outputs, size = 1 + sizes.n_inputs, sizes.n_outputs, search.population
    hidden = first + n_outputs + np.arange(len(_COLLECTORS) * n_outputs)
    source = np.append(np.repeat(np.arange(first), len(hidden)), hidden)
    target = np.append(np.tile(hidden, first), first + np.repeat(np.arange(n_outputs), len(_COLLECTORS)))
    enabled = np.ones((size, len(source)), bool)
    entering = first * len(hidden)
    enabled[:, :entering] = rng.random((size, entering)) < search.initial_connection_probability
    codes = [CODE[sizes.output_activation]] * n_outputs + [CODE[name] for name in _COLLECTORS] * n_outputs
    return Population(
        n_inputs=sizes.n_inputs,
        n_outputs=n_outputs,
        node_start=np.arange(size + 1, dtype=np.int64) * len(codes),
        gene_start=np.arange(size + 1, dtype=np.int64) * len(source),
        activations=np.tile(np.array(codes, np.int8), size),
        source=np.tile(source.astype(np.int32), size),
        target=np.tile(target.astype(np.int32), size),
        enabled=enabled.ravel(),
        innovation=np.tile(np.arange(len(source)), size),
    )
