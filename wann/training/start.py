"""The weights that a tuning begins with."""

from __future__ import annotations

import numpy as np

from wann.network.network import Network
from wann.seeding import Purpose, generator


def random_start(network: Network, seed: int) -> np.ndarray:
    """Return `(C,)` small random weights, for topologies whose nodes are all alike.

    With one weight for all, the hidden nodes of a dense layer would all compute the same. A weight is normal,
    its variance 1 / the number of its target's connections (LeCun et al. 1998, Efficient BackProp).
    """
    fan_in = np.repeat(np.diff(network.indptr), np.diff(network.indptr))
    return generator(seed, Purpose.TUNE, 0, index=1).normal(size=network.n_connections) / np.sqrt(fan_in)


def shared_start(network: Network, weight: float) -> np.ndarray:
    """Return `(C,)` weights that are all the same."""
    return np.full(network.n_connections, float(weight))
