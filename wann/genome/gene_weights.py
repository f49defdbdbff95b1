"""GeneWeights: weights that know that they are in the order of a genome's connections, not of a network's."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from wann.activations import CLAMP
from wann.errors import GenomeError
from wann.genome.genome import Genome


class GeneWeights(np.ndarray):
    """`(E,)` float64: a weight for each enabled gene, in the genome's order.

    A network has its live connections in another order, often as many of them, so that weights of one order
    pass for those of the other and give nonsense. What wants the network's order refuses these;
    `wann.network.order.connection_weights` puts them into it. Reshaping and arithmetic keep the kind; picking
    by an array of positions gives an ordinary array, as it is how an order is changed.
    """

    @classmethod
    def of(cls, genome: Genome, values: ArrayLike) -> Self:
        """Take values for a genome's enabled genes.

        Raises:
            GenomeError: there are more or fewer, or one is no finite number within +-1e100.
        """
        weights = np.asarray(values, np.float64)
        expected = int(genome.enabled.sum())
        if weights.shape != (expected,):
            raise GenomeError(
                f"weights: expected shape ({expected},), one per enabled connection in the genome's order, "
                f"got {weights.shape}; for those of a network there is NetworkFile.with_weights"
            )
        # larger ones could make a sum that is not a number
        if not (np.abs(weights) <= CLAMP).all():
            raise GenomeError(f"weights: expected finite numbers, none beyond +-{CLAMP:g}")
        return weights.view(cls)

    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(key)
        return np.asarray(found) if isinstance(key, np.ndarray | list) else found


def in_network_order(weights: ArrayLike, whose: str) -> np.ndarray:
    """Return weights as an ordinary array.

    Raises:
        GenomeError: they are in the order of a genome.
    """
    if isinstance(weights, GeneWeights):
        raise GenomeError(
            f"weights of {whose}: expected the network's order of connections, got the genome's; "
            "NetworkFile.connection_weights(network) puts them into it"
        )
    return np.asarray(weights)
