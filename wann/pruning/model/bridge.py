"""The bridge: a masked MLP as a genome with one weight per connection, as every other network is kept."""

from __future__ import annotations

import numpy as np

from wann.activations import CODE
from wann.genome.gene_weights import GeneWeights
from wann.genome.genome import Genome
from wann.pruning.masks.simplify import Layers, simplify


def to_network_file_parts(
    layers: Layers, activation: str, output_activation: str = "linear"
) -> tuple[Genome, GeneWeights]:
    """Return the genome of an MLP's effective part and its weights, one per connection in the genome's order.

    A hidden neuron without inputs is folded into the next biases, one without outputs is left out. A bias is
    a connection from the bias node; zeros are none.

    Args:
        layers: `(out, in)` weights and `(out,)` biases of every layer, 0 where pruned.
        activation: of the hidden neurons.
        output_activation: of the outputs.

    Returns:
        The genome, all of whose genes are enabled, and `(E,)` weights in its order, which is not that of its
        network: `wann.network.order.connection_weights` gives those.

    Raises:
        GenomeError: a weight is no number, or lies beyond +-1e100.
    """
    slim = simplify(layers, activation)
    n_inputs, n_outputs = slim[0][0].shape[1], len(slim[-1][1])
    nodes = [1 + np.arange(n_inputs)]  # node index of every neuron of each layer, -1 where it is gone
    free = 1 + n_inputs + n_outputs
    for weight, _ in slim[:-1]:
        live = (weight != 0).any(1)
        nodes.append(np.where(live, free + np.cumsum(live) - 1, -1))
        free += int(live.sum())
    nodes.append(1 + n_inputs + np.arange(n_outputs))
    parts = [_connections(*layer, *nodes[k : k + 2]) for k, layer in enumerate(slim)]
    source, target, weights = (np.concatenate(group) for group in zip(*parts, strict=True))
    codes = [CODE[output_activation]] * n_outputs + [CODE[activation]] * (free - 1 - n_inputs - n_outputs)
    genome = Genome(
        n_inputs,
        n_outputs,
        np.array(codes),
        source,
        target,
        np.ones(len(source), bool),
        np.arange(len(source)),
    )
    return genome, GeneWeights.of(genome, weights)


def _connections(
    weight: np.ndarray, bias: np.ndarray, before: np.ndarray, after: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sources, targets and weights of a layer, biases first."""
    biased = np.flatnonzero(bias)
    rows, columns = np.nonzero(weight)
    return (
        np.concatenate([np.zeros(len(biased), int), before[columns]]),
        np.concatenate([after[biased], after[rows]]),
        np.concatenate([bias[biased], weight[rows, columns]]),
    )
