"""Innovation ids: historical marks that make genes of different genomes comparable."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# Kinds of structural mutation a child can ask ids for; operators.py writes them, 0 is none.
CONNECTION, NODE = 1, 2


@dataclass(frozen=True)
class InnovationLog:
    """The next free id. The same structural mutation in one generation gets the same ids."""

    next_id: int

    def number(self, requests: np.ndarray, gene_start: np.ndarray, innovation: np.ndarray) -> InnovationLog:
        """Write the ids of one generation's new genes into `innovation`.

        Args:
            requests: `(children, 3)` int64 rows (kind, key, key) as the operators leave them.
            gene_start: `(children + 1,)` offsets of each child's genes; new genes are a child's last.
            innovation: the children's ids, concatenated; changed in place.

        Returns:
            The log for the next generation.
        """
        known: dict[tuple[int, ...], int] = {}
        next_id = self.next_id
        for child in np.flatnonzero(requests[:, 0]):
            key = tuple(requests[child].tolist())
            count = 2 if key[0] == NODE else 1
            if key not in known:
                known[key] = next_id
                next_id += count
            end = int(gene_start[child + 1])
            innovation[end - count : end] = np.arange(known[key], known[key] + count)
        return InnovationLog(next_id)
