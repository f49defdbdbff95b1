"""What of a sparse network takes part: constants folded away, dead ends dropped; and what is counted."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from wann.activations import ACTIVATIONS, CLAMP

Layers = list[tuple[np.ndarray, np.ndarray]]


def simplify(layers: Layers, activation: str) -> Layers:
    """Return the same function with as few connections, in arrays of the same shapes.

    A hidden neuron without inputs is a constant, act(bias): it is folded into the next layer's biases. One
    without outputs goes. What is gone has zeros in its row and column.

    Args:
        layers: `(out, in)` weights and `(out,)` biases of every layer, 0 where pruned.
        activation: of the hidden neurons.
    """
    result = [(weight.astype(np.float64), bias.astype(np.float64)) for weight, bias in layers]
    for (weight, bias), (onward, next_bias) in itertools.pairwise(result):
        constant = ~(weight != 0).any(1)
        value = ACTIVATIONS[activation].formula(np.clip(bias[constant], -CLAMP, CLAMP))
        next_bias += onward[:, constant] @ value
        onward[:, constant] = 0.0
        bias[constant] = 0.0
    for k in range(len(result) - 2, -1, -1):
        dead = ~(result[k + 1][0] != 0).any(0)
        result[k][0][dead] = 0.0
        result[k][1][dead] = 0.0
    return result


@dataclass(frozen=True)
class Counts:
    """How large a sparse network is.

    Attributes:
        connections: non-zero weights, and non-zero biases of neurons with a weight in or out and of outputs.
        effective_connections: those that are left when `simplify` is through: what a `Network` counts.
        effective_weights: of these the weights.
        density_per_layer: share of non-zero weights of every layer.
        density: of the whole network.
        compression: 1 / density.
        speedup: multiplications of the dense network over those of the effective one, in theory.
        neurons_alive: effective neurons of every hidden layer.
    """

    connections: int
    effective_connections: int
    effective_weights: int
    density_per_layer: list[float]
    density: float
    compression: float
    speedup: float
    neurons_alive: list[int]


def count(layers: Layers, activation: str) -> Counts:
    """Count the connections of a sparse network; arguments as in `simplify`."""
    slim = simplify(layers, activation)
    kept = [int(np.count_nonzero(weight)) for weight, _ in layers]
    size = sum(weight.size for weight, _ in layers)
    slim_weights = sum(int(np.count_nonzero(weight)) for weight, _ in slim)
    return Counts(
        connections=sum(kept) + _live_biases(layers),
        effective_connections=slim_weights + sum(int(np.count_nonzero(bias)) for _, bias in slim),
        effective_weights=slim_weights,
        density_per_layer=[n / weight.size for n, (weight, _) in zip(kept, layers, strict=True)],
        density=sum(kept) / size,
        compression=size / max(1, sum(kept)),
        speedup=size / max(1, slim_weights),
        neurons_alive=[int((weight != 0).any(1).sum()) for weight, _ in slim[:-1]],
    )


def _live_biases(layers: Layers) -> int:
    total = int(np.count_nonzero(layers[-1][1]))
    for (weight, bias), (onward, _) in itertools.pairwise(layers):
        live = (weight != 0).any(1) | (onward != 0).any(0)
        total += int(np.count_nonzero(bias[live]))
    return total
