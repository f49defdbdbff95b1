"""Genome: a topology without weights, as immutable arrays."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from wann.activations import CODE, Portable, digest_bytes
from wann.errors import GenomeError

# Arrays of a genome, in the order in which its digest reads them.
_DTYPES = {
    "activations": np.int8,
    "source": np.int32,
    "target": np.int32,
    "enabled": np.bool_,
    "innovation": np.int64,
}


@dataclass(frozen=True, eq=False)
class Genome(Portable):
    """A feed-forward topology whose connections all share one weight.

    Node order: bias (0), inputs (1 .. n_inputs), outputs, then hidden nodes in the order they were added.

    Attributes:
        n_inputs, n_outputs: numbers of inputs (without the bias) and outputs.
        activations: `(n_outputs + n_hidden,)` int8, positions in `wann.activations.ACTIVATIONS`, one per node
            that computes, in node order.
        source, target: `(C,)` int32 node indices of each connection gene.
        enabled: `(C,)` bool; a disabled gene carries nothing but still orders the nodes.
        innovation: `(C,)` int64 historical marks, unique in a genome.

    Raises:
        GenomeError: sizes, ranges, duplicates or a cycle (over all genes, enabled or not) make it invalid.
    """

    n_inputs: int
    n_outputs: int
    activations: np.ndarray
    source: np.ndarray
    target: np.ndarray
    enabled: np.ndarray
    innovation: np.ndarray

    def __post_init__(self) -> None:
        for name, dtype in _DTYPES.items():
            array = np.ascontiguousarray(getattr(self, name), dtype=dtype)
            array = array if array is not getattr(self, name) else array.copy()
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        _validate(self)

    @property
    def n_nodes(self) -> int:
        """Number of nodes, bias included."""
        return 1 + self.n_inputs + len(self.activations)

    @property
    def n_hidden(self) -> int:
        """Number of hidden nodes."""
        return len(self.activations) - self.n_outputs

    @property
    def first_output(self) -> int:
        """Index of the first output node; it is also the number of nodes that compute nothing."""
        return 1 + self.n_inputs

    @cached_property
    def digest(self) -> str:
        """16 hexadecimal digits that name this genome: equal genomes, equal digests."""
        state = hashlib.sha256(f"{self.n_inputs},{self.n_outputs},{len(self.source)};".encode())
        for name in _DTYPES:
            array = getattr(self, name)
            state.update(digest_bytes(array) if name == "activations" else array.tobytes())
        return state.hexdigest()[:16]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Genome) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)


def _validate(genome: Genome) -> None:
    n_nodes, first_output = genome.n_nodes, genome.first_output
    if genome.n_inputs < 1 or genome.n_outputs < 1:
        raise GenomeError(
            f"a genome needs at least one input and one output, got {genome.n_inputs} and {genome.n_outputs}"
        )
    if genome.n_hidden < 0:
        raise GenomeError(
            f"activations: expected at least {genome.n_outputs}, one per output, "
            f"got {len(genome.activations)}"
        )
    if genome.activations.size and not 0 <= genome.activations.min() <= genome.activations.max() < len(CODE):
        raise GenomeError(f"activations: codes must lie in 0..{len(CODE) - 1}")
    sizes = {len(getattr(genome, name)) for name in ("source", "target", "enabled", "innovation")}
    if len(sizes) != 1:
        raise GenomeError("source, target, enabled and innovation must have one length")
    source, target = genome.source, genome.target
    outputs_end = first_output + genome.n_outputs
    if np.any((source < 0) | (source >= n_nodes) | ((source >= first_output) & (source < outputs_end))):
        raise GenomeError("source: every connection must start at the bias, an input or a hidden node")
    if np.any((target < first_output) | (target >= n_nodes)):
        raise GenomeError("target: every connection must end at an output or a hidden node")
    if len(np.unique(source.astype(np.int64) * n_nodes + target)) != len(source):
        raise GenomeError("two connections join the same pair of nodes")
    if len(np.unique(genome.innovation)) != len(source):
        raise GenomeError("innovation: ids must be unique in a genome")
    if _has_cycle(n_nodes, source, target):
        raise GenomeError("the connections form a cycle; only feed-forward networks are evaluated")


def _has_cycle(n_nodes: int, source: np.ndarray, target: np.ndarray) -> bool:
    """Visit nodes whose sources have all been visited; what is never reached so is a cycle, or behind one.

    Each node and connection once (Kahn 1962): a hostile file must not take long to be refused.
    """
    waits_for = np.bincount(target, minlength=n_nodes).tolist()
    by_source = np.argsort(source, kind="stable")
    ends = target[by_source].tolist()
    first = np.searchsorted(source[by_source], np.arange(n_nodes + 1)).tolist()
    ready = [node for node, count in enumerate(waits_for) if not count]
    followed = 0
    while ready:
        node = ready.pop()
        for end in ends[first[node] : first[node + 1]]:
            followed += 1
            waits_for[end] -= 1
            if not waits_for[end]:
                ready.append(end)
    return followed < len(ends)
