"""From a genome's order of connections to a network's and back: the only place where the two meet."""

from __future__ import annotations

import numpy as np

from wann.errors import GenomeError
from wann.genome.gene_weights import GeneWeights, in_network_order
from wann.genome.genome import Genome
from wann.network.network import Network


def connection_weights(genome: Genome, network: Network, weights: GeneWeights) -> np.ndarray:
    """Return `(1, C)` weights in the network's order of connections.

    Raises:
        GenomeError: the network is not that of the genome.
    """
    return np.asarray(weights)[_places(genome, network)].reshape(1, -1)


def gene_weights(genome: Genome, network: Network, weights: np.ndarray, others: float) -> GeneWeights:
    """Return the weights of a genome's enabled genes; those that play no part in the network get `others`.

    Args:
        genome: what the network was planned from.
        network: the plan.
        weights: `(C,)` or `(1, C)`, in the network's order of connections.
        others: weight of the genes that play no part.

    Raises:
        GenomeError: the network is not that of the genome, or the weights are not its.
    """
    values = in_network_order(weights, "a network")
    if values.shape not in ((network.n_connections,), (1, network.n_connections)):
        raise GenomeError(
            f"weights: expected shape ({network.n_connections},), one per live connection, got {values.shape}"
        )
    of_all = np.full(int(genome.enabled.sum()), float(others))
    of_all[_places(genome, network)] = values.reshape(-1)
    return GeneWeights.of(genome, of_all)


def check_connection_weights(network: Network, weights: np.ndarray | None, whose: str) -> None:
    """See that weights are `(1, C)`, in the network's order, or None.

    Raises:
        GenomeError: they are not.
    """
    if weights is None:
        return
    shape = in_network_order(weights, f"'{whose}'").shape
    if shape != (1, network.n_connections):
        raise GenomeError(
            f"weights of '{whose}': expected shape (1, {network.n_connections}), one per connection of the "
            f"network, got {shape}"
        )


def _places(genome: Genome, network: Network) -> np.ndarray:
    """`(C,)` where each connection of the network stands among the enabled genes."""
    from wann.network.plan import compile_genome  # late: it loads the compiler

    own = compile_genome(genome)
    if not all(np.array_equal(getattr(own, part), getattr(network, part)) for part in _PARTS):
        raise GenomeError("weights: the network is not that of this genome; expected compile_genome(genome)")
    return (np.cumsum(genome.enabled) - 1)[network.genes]


_PARTS = ("codes", "indptr", "sources", "genes")
