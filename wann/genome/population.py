"""Population: many genomes in a few flat arrays, so that operators and planning run compiled over all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np

from wann.activations import Portable, digest_bytes
from wann.genome.genome import Genome

ARRAYS = ("node_start", "gene_start", "activations", "source", "target", "enabled", "innovation")


@dataclass(frozen=True, eq=False)
class Population(Portable, Sequence[Genome]):
    """An immutable sequence of genomes with one interface, stored end to end.

    Attributes:
        n_inputs, n_outputs: the same for every genome.
        node_start: `(P + 1,)` int64; genome k has `activations[node_start[k]:node_start[k + 1]]`.
        gene_start: `(P + 1,)` int64, likewise for its connection genes.
        activations, source, target, enabled, innovation: as in `Genome`, concatenated.
    """

    n_inputs: int
    n_outputs: int
    node_start: np.ndarray
    gene_start: np.ndarray
    activations: np.ndarray
    source: np.ndarray
    target: np.ndarray
    enabled: np.ndarray
    innovation: np.ndarray

    @classmethod
    def of(cls, genomes: Iterable[Genome]) -> Population:
        """Pack genomes that have the same numbers of inputs and outputs."""
        packed = list(genomes)
        first = packed[0]

        def join(name: str) -> np.ndarray:
            return np.concatenate([getattr(genome, name) for genome in packed])

        return cls(
            n_inputs=first.n_inputs,
            n_outputs=first.n_outputs,
            node_start=_offsets(len(genome.activations) for genome in packed),
            gene_start=_offsets(len(genome.source) for genome in packed),
            activations=join("activations"),
            source=join("source"),
            target=join("target"),
            enabled=join("enabled"),
            innovation=join("innovation"),
        )

    def __len__(self) -> int:
        return len(self.node_start) - 1

    @overload
    def __getitem__(self, index: int) -> Genome: ...
    @overload
    def __getitem__(self, index: slice) -> list[Genome]: ...
    def __getitem__(self, index: int | slice) -> Genome | list[Genome]:
        if isinstance(index, slice):
            return [self[k] for k in range(*index.indices(len(self)))]
        k = range(len(self))[index]
        nodes = slice(self.node_start[k], self.node_start[k + 1])
        genes = slice(self.gene_start[k], self.gene_start[k + 1])
        return Genome(
            self.n_inputs,
            self.n_outputs,
            self.activations[nodes].copy(),
            self.source[genes].copy(),
            self.target[genes].copy(),
            self.enabled[genes].copy(),
            self.innovation[genes].copy(),
        )

    def digest(self) -> bytes:
        """32 bytes that name the population: equal genomes in equal order, equal digests."""
        state = hashlib.sha256(f"{self.n_inputs},{self.n_outputs};".encode())
        for name in ARRAYS:
            array = getattr(self, name)
            state.update(digest_bytes(array) if name == "activations" else array.tobytes())
        return state.digest()


def _offsets(sizes: Iterable[int]) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(np.fromiter(sizes, np.int64))]).astype(np.int64)
