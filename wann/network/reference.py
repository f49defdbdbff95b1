"""The NumPy reference of a network: what every other implementation is held against."""

from __future__ import annotations

import numpy as np

from wann.activations import ACTIVATIONS, CLAMP, name_of
from wann.network.network import Network


def forward(network: Network, weights: np.ndarray, inputs: np.ndarray) -> np.ndarray:
    """Evaluate a network on many lanes at once.

    Args:
        network: the plan.
        weights: `(L, 1)` one shared weight per lane, or `(L, C)` one weight per connection and lane, in the
            network's connection order. A shared weight multiplies a node's sum once.
        inputs: `(L, n_inputs)` float64.

    Returns:
        `(L, n_outputs)` output values.
    """
    return node_values(network, weights, inputs)[:, network.n_nodes - network.n_outputs :]


def node_values(network: Network, weights: np.ndarray, inputs: np.ndarray) -> np.ndarray:
    """Return `(L, n_nodes)` values of every node, in node order; arguments as in `forward`."""
    first = network.first_computed
    values = np.empty((network.n_nodes, len(inputs)))
    values[0] = 1.0
    values[1:first] = inputs.T
    shared = weights.shape[1] == 1
    for k, code in enumerate(network.codes):
        total = np.zeros(len(inputs))
        for edge in range(network.indptr[k], network.indptr[k + 1]):
            value = values[network.sources[edge]]
            total = total + (value if shared else weights[:, edge] * value)
        if shared:
            total = total * weights[:, 0]
        total = np.minimum(np.maximum(total, -CLAMP), CLAMP)
        values[first + k] = ACTIVATIONS[name_of(code)].formula(total)
    return values.T
