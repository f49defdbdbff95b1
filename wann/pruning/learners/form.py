"""A policy's layers as the networks that play: all of it, or the part that has an effect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from wann.genome.layered import dense_genome
from wann.network.network import Network
from wann.network.plan import compile_genome
from wann.pruning.masks.simplify import Layers, simplify


@dataclass(frozen=True, eq=False)
class Effective:
    """What of a sparse policy is trained.

    Attributes:
        network: kept weights on a path from an input to an output, and the biases of their neurons, those
            that are 0 too.
        weights: `(C,)` of its connections.
    """

    network: Network
    weights: np.ndarray


class PolicyForm:
    """Joins layers, in which a policy is pruned, to a dense genome, of which every policy is a part.

    The genes of a dense genome come in the order of `flat`.

    Attributes:
        network: the plan of the dense policy; a connection of weight 0 has no effect.
        activation, output_activation: of its nodes.
    """

    def __init__(self, sizes: Sequence[int], activation: str, output_activation: str) -> None:
        self.activation, self.output_activation = activation, output_activation
        self._genome = dense_genome(sizes[0], sizes[1:-1], sizes[-1], activation, output_activation)
        self.network = compile_genome(self._genome)

    def row(self, layers: Layers) -> np.ndarray:
        """Return `(C,)` weights in the dense plan's order."""
        return flat(layers)[self.network.genes]

    def effective(self, layers: Layers) -> Effective:
        """Return the part that has an effect."""
        slim = simplify(layers, self.activation)
        kept = [
            (weight != 0, (weight != 0).any(1) | (k == len(slim) - 1)) for k, (weight, _) in enumerate(slim)
        ]
        network = compile_genome(replace(self._genome, enabled=flat(kept).astype(bool)))
        return Effective(network, flat(slim)[network.genes])

    def with_weights(self, layers: Layers, part: Effective, weights: np.ndarray) -> Layers:
        """Return the layers with other weights of their effective part.

        What has no effect stays as it is; a bias gives back what was folded into it, as the neuron that it
        came from is there still.
        """
        slim = flat(simplify(layers, self.activation))
        rest = flat(layers) - slim
        slim[part.network.genes] = weights
        return _unflat(slim + rest, layers)


def flat(layers: Layers) -> np.ndarray:
    """Return all of it in one row: layer by layer and neuron by neuron, the bias first in each."""
    return np.concatenate([np.column_stack([bias, weight]).ravel() for weight, bias in layers])


def _unflat(row: np.ndarray, like: Layers) -> Layers:
    layers, at = [], 0
    for weight, bias in like:
        rows = row[at : at + weight.size + bias.size].reshape(len(bias), -1)
        layers.append((rows[:, 1:].copy(), rows[:, 0].copy()))
        at += rows.size
    return layers
