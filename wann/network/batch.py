"""A compiled forward pass for any number of lanes, such as the images of a sheet."""

from __future__ import annotations

import numpy as np

from wann.network.forward import forward_kernel
from wann.network.network import Network

WIDTH = 64


class BatchForward:
    """Evaluates one network on up to `WIDTH` lanes at a time; gives the bits of `wann.network.reference`."""

    def __init__(self, network: Network) -> None:
        self._network = network
        # what comes through Ray is read-only, and kernels are compiled for arrays of one's own
        self._plan = [
            np.require(a, None, ["C", "W"]) for a in (network.codes, network.indptr, network.sources)
        ]
        self._forward = forward_kernel(WIDTH)
        self._values = np.zeros((network.n_nodes, WIDTH))
        self._values[0] = 1.0

    def __call__(self, weights: np.ndarray, inputs: np.ndarray) -> np.ndarray:
        """`(L, 1)` or `(L, C)` weights and `(L, n_inputs)` inputs -> `(L, n_outputs)`, L at most `WIDTH`."""
        net, lanes = self._network, len(inputs)
        self._values[1 : net.first_computed, :lanes] = inputs.T
        padded = np.zeros((weights.shape[1], WIDTH))
        padded[:, :lanes] = weights.T
        self._forward(
            self._values.ravel(),
            padded.ravel(),
            weights.shape[1] != 1,
            WIDTH,
            net.first_computed,
            *self._plan,
        )
        return self._values[net.n_nodes - net.n_outputs :, :lanes].T.copy()
