"""A network in pieces that are computed at once: nodes of one activation that need none of one another.

For libraries that work on whole arrays. The sums keep the reference's order: of every node of a piece the
first connection's value, then the second's, and so on. A matrix product would add in an order of its own;
where the inputs of a step function cancel, such a rounding decides.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wann.activations import CODE, name_of
from wann.network.network import Network

# Columns that stand before all others: 0, which fills up nodes with fewer connections, and the bias.
ZERO = 0


@dataclass(frozen=True, eq=False)
class Piece:
    """Nodes that are computed at once.

    Attributes:
        activation: its name.
        sources: `(K, N)` columns; the K-th connections of N nodes, column 0 where a node has fewer.
        connections: `(K, N)` positions of the connections in the network's order, C where there is none.
    """

    activation: str
    sources: np.ndarray
    connections: np.ndarray


def to_pieces(network: Network) -> tuple[list[Piece], np.ndarray]:
    """Return a network's pieces, and the `(n_outputs,)` columns of its outputs.

    Columns are those of an array that begins with a 0, the bias and the inputs, and to which each piece in
    turn adds one column per node.
    """
    first = network.first_computed
    column = np.empty(network.n_nodes, int)
    column[:first] = 1 + np.arange(first)
    free, pieces = 1 + first, []
    for nodes in _batches(network):
        column[nodes] = free + np.arange(len(nodes))
        free += len(nodes)
        pieces.append(_piece(network, nodes, column))
    return pieces, column[network.n_nodes - network.n_outputs :]


def _batches(network: Network) -> list[np.ndarray]:
    """Nodes by layer and activation."""
    first = network.first_computed
    kinds = network.layers()[first:] * len(CODE) + network.codes
    return [first + np.flatnonzero(kinds == kind) for kind in np.unique(kinds)]


def _piece(network: Network, nodes: np.ndarray, column: np.ndarray) -> Piece:
    rows = nodes - network.first_computed
    starts, counts = network.indptr[rows], np.diff(network.indptr)[rows]
    depth = np.arange(max(1, counts.max()))[:, None]
    there = depth < counts
    connections = np.where(there, starts + depth, network.n_connections)
    columns = np.append(column[network.sources], ZERO)
    return Piece(name_of(int(network.codes[rows[0]])), columns[connections], connections)
