"""What is evaluated, on what, and what comes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from wann.errors import EvaluationError
from wann.genome.gene_weights import in_network_order
from wann.network.network import Network


@dataclass(frozen=True, eq=False)
class Candidate:
    """A network with the weights to try.

    Attributes:
        name: for messages and tables.
        network: the plan.
        weights: `(W, 1)` shared weights, or `(W, C)` one weight per connection in the network's order, which
            is not that of a genome or a file: `NetworkFile.connection_weights` has them in it.

    Raises:
        GenomeError: the weights are in a genome's order.
        EvaluationError: there are more or fewer.
    """

    name: str
    network: Network
    weights: np.ndarray

    def __post_init__(self) -> None:
        object.__setattr__(self, "weights", in_network_order(self.weights, f"'{self.name}'"))
        if self.weights.ndim != 2 or self.weights.shape[1] not in (1, self.network.n_connections):
            raise EvaluationError(
                f"weights of '{self.name}': expected shape (W, 1) or (W, {self.network.n_connections}), "
                f"got {self.weights.shape}"
            )

    @classmethod
    def shared(cls, name: str, network: Network, weights: Sequence[float] | np.ndarray) -> Candidate:
        """A candidate with `(W,)` shared weights, one row each.

        Raises:
            EvaluationError: they are no list of numbers.
        """
        shared = np.asarray(in_network_order(weights, f"'{name}'"), np.float64)
        if shared.ndim > 1 and shared.shape[1:] != (1,):
            raise EvaluationError(
                f"shared weights of '{name}': expected shape (W,) or (W, 1), got {shared.shape}; weights of "
                "connections go into Candidate itself"
            )
        return cls(name, network, shared.reshape(-1, 1))


@dataclass(frozen=True, eq=False)
class Lanes:
    """The episodes to play: `(L,)` pairs of a weight row and an episode seed."""

    weight_row: np.ndarray
    episode_seed: np.ndarray

    @classmethod
    def product(cls, n_weights: int, seeds: np.ndarray) -> Lanes:
        """Every weight on every episode, weight by weight."""
        return cls(np.repeat(np.arange(n_weights), len(seeds)), np.tile(seeds, n_weights))

    @classmethod
    def pairing(cls, seeds: np.ndarray) -> Lanes:
        """Row k on episode k: a fresh weight draw per episode."""
        return cls(np.arange(len(seeds)), np.asarray(seeds))

    def part(self, which: slice) -> Lanes:
        """Some of the lanes."""
        return Lanes(self.weight_row[which], self.episode_seed[which])

    def __len__(self) -> int:
        return len(self.weight_row)


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What came out, lane by lane: a failed episode is NaN.

    Attributes:
        returns: `(L,)` sums of rewards.
        metrics: name -> `(L,)`, at least `steps`, the environment steps taken.
        error: the first failure's traceback, or None.
    """

    lanes: Lanes
    returns: np.ndarray
    metrics: dict[str, np.ndarray] = field(default_factory=dict)
    error: str | None = None

    @property
    def per_weight(self) -> np.ndarray:
        """`(W,)` mean return of each weight row over its episodes."""
        rows = int(self.lanes.weight_row.max(initial=-1)) + 1
        return np.array([self.returns[self.lanes.weight_row == row].mean() for row in range(rows)])

    @property
    def mean(self) -> float:
        """Mean return over all lanes."""
        return float(self.returns.mean())

    @property
    def best(self) -> float:
        """The best weight row's mean return."""
        return float(self.per_weight.max())
