"""Network: the live part of a genome, in the order in which it is evaluated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from wann.activations import ACTIVATIONS, Portable, name_of


@dataclass(frozen=True, eq=False)
class Network(Portable):
    """The plan of one network: live nodes in topological order, connections grouped by target (CSR).

    Node order: bias (0), inputs, live hidden nodes by layer, outputs. Every input and output is present,
    connected or not. The inputs of a node are added in the order of `sources`, which ascends.

    Attributes:
        n_inputs, n_outputs: without the bias.
        codes: `(n_computed,)` int8 activation codes of the hidden and output nodes.
        indptr: `(n_computed + 1,)` int32; the k-th computed node adds `sources[indptr[k]:indptr[k + 1]]`.
        sources: `(C,)` int32 node index where each live connection starts.
        genes: `(C,)` int32 position of each connection in the genome it was planned from.
    """

    _portable: ClassVar[str] = "codes"

    n_inputs: int
    n_outputs: int
    codes: np.ndarray
    indptr: np.ndarray
    sources: np.ndarray
    genes: np.ndarray

    @property
    def first_computed(self) -> int:
        """Index of the first node that computes: 1 + n_inputs."""
        return 1 + self.n_inputs

    @property
    def n_nodes(self) -> int:
        """Bias, inputs, outputs and live hidden nodes."""
        return self.first_computed + len(self.codes)

    @property
    def n_connections(self) -> int:
        """Live connections: enabled, and on a path from the bias, an input or a constant to an output."""
        return len(self.sources)

    @property
    def targets(self) -> np.ndarray:
        """`(C,)` node index where each connection ends, in the order of `sources`."""
        return self.first_computed + np.repeat(np.arange(len(self.codes)), np.diff(self.indptr))

    @property
    def activations(self) -> list[str]:
        """Activation names of the hidden and output nodes."""
        return [name_of(code) for code in self.codes]

    @property
    def scales_as_one(self) -> bool:
        """Whether a positive shared weight but scales the outputs, so that all give the same classes.

        So it is with activations that keep a positive factor, no bias, and paths that are all equally long.
        """
        if (self.sources == 0).any() or any(ACTIVATIONS[name].degree != 1 for name in self.activations):
            return False
        lengths = np.zeros(self.n_nodes, int)  # of the paths to each node; -1 where there are none
        for k in range(len(self.codes)):
            found = lengths[self.sources[self.indptr[k] : self.indptr[k + 1]]]
            found = found[found >= 0]
            if len(set(found.tolist())) > 1:
                return False
            lengths[self.first_computed + k] = found[0] + 1 if len(found) else -1
        ends = lengths[self.n_nodes - self.n_outputs :]
        return len(set(ends[ends >= 0].tolist())) <= 1

    def layers(self) -> np.ndarray:
        """`(n_nodes,)` layers: bias and inputs 0, hidden by longest path, all outputs in the last."""
        layer = np.zeros(self.n_nodes, int)
        for k in range(len(self.codes)):
            incoming = self.sources[self.indptr[k] : self.indptr[k + 1]]
            layer[self.first_computed + k] = 1 + layer[incoming].max(initial=0)
        layer[self.n_nodes - self.n_outputs :] = layer.max()
        return layer


@dataclass(frozen=True, eq=False)
class Networks(Portable, Sequence[Network]):
    """Many networks with one interface, stored end to end: what kernels and workers get.

    Attributes:
        node_start: `(P + 1,)` int64 offsets into `codes`; network k's `indptr` starts at `node_start[k] + k`.
        edge_start: `(P + 1,)` int64 offsets into `sources` and `genes`.
        codes, indptr, sources, genes: as in `Network`, concatenated.
    """

    _portable: ClassVar[str] = "codes"

    n_inputs: int
    n_outputs: int
    node_start: np.ndarray
    edge_start: np.ndarray
    codes: np.ndarray
    indptr: np.ndarray
    sources: np.ndarray
    genes: np.ndarray

    @classmethod
    def of(cls, network: Network) -> Networks:
        """Pack a single network."""
        return cls(
            network.n_inputs,
            network.n_outputs,
            np.array([0, len(network.codes)]),
            np.array([0, len(network.sources)]),
            network.codes,
            network.indptr,
            network.sources,
            network.genes,
        )

    def __len__(self) -> int:
        return len(self.node_start) - 1

    def __iter__(self) -> Iterator[Network]:
        return (self[k] for k in range(len(self)))

    def __getitem__(self, k: int) -> Network:  # type: ignore[override]
        k = range(len(self))[k]
        nodes = slice(self.node_start[k], self.node_start[k + 1])
        edges = slice(self.edge_start[k], self.edge_start[k + 1])
        return Network(
            self.n_inputs,
            self.n_outputs,
            self.codes[nodes],
            self.indptr[self.node_start[k] + k : self.node_start[k + 1] + k + 1],
            self.sources[edges],
            self.genes[edges],
        )

    def part(self, which: slice) -> Networks:
        """Some of the networks, as a pack of their own."""
        nodes, edges = np.diff(self.node_start)[which], np.diff(self.edge_start)[which]
        first_node, first_edge = self.node_start[:-1][which], self.edge_start[:-1][which]
        of_nodes, of_edges = _ranges(first_node, nodes), _ranges(first_edge, edges)
        return Networks(
            self.n_inputs,
            self.n_outputs,
            np.append(0, np.cumsum(nodes)),
            np.append(0, np.cumsum(edges)),
            self.codes[of_nodes],
            self.indptr[_ranges(first_node + np.arange(len(self))[which], nodes + 1)],
            self.sources[of_edges],
            self.genes[of_edges],
        )

    @property
    def n_connections(self) -> np.ndarray:
        """`(P,)` live connections of each network."""
        return np.diff(self.edge_start)

    @property
    def n_nodes(self) -> np.ndarray:
        """`(P,)` nodes of each network: bias, inputs, outputs and live hidden ones."""
        return 1 + self.n_inputs + np.diff(self.node_start)


def _ranges(starts: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """The numbers starts[k] .. starts[k] + counts[k] - 1 of every k, one after the other."""
    ends = np.cumsum(counts)
    return np.repeat(starts - ends + counts, counts) + np.arange(ends[-1] if len(ends) else 0)
