"""Genomes as plain JSON values, checked on reading."""

from __future__ import annotations

from typing import Any

import numpy as np

from wann.activations import code_of, name_of
from wann.errors import GenomeError
from wann.genome.genome import Genome

# Larger files are refused before anything is built from them.
MOST_NODES, MOST_GENES = 100_000, 1_000_000


def genome_to_json(genome: Genome) -> dict[str, Any]:
    """Return a JSON object: sizes, an activation name per output and hidden node, one row per gene."""
    return {
        "n_inputs": genome.n_inputs,
        "n_outputs": genome.n_outputs,
        "activations": [name_of(code) for code in genome.activations],
        "connections": [
            [int(s), int(t), bool(e), int(i)]
            for s, t, e, i in zip(
                genome.source, genome.target, genome.enabled, genome.innovation, strict=True
            )
        ],
    }


def genome_from_json(data: Any) -> Genome:
    """Read what `genome_to_json` wrote.

    Raises:
        GenomeError: what is missing, malformed or not a valid genome.
    """
    if not isinstance(data, dict):
        raise GenomeError(f"genome: expected an object, got {type(data).__name__}")
    missing = {"n_inputs", "n_outputs", "activations", "connections"} - data.keys()
    if missing:
        raise GenomeError(f"genome: missing {', '.join(sorted(missing))}")
    sizes = [data["n_inputs"], data["n_outputs"]]
    if not all(type(size) is int and 0 < size <= MOST_NODES for size in sizes):
        raise GenomeError(f"genome: n_inputs and n_outputs must lie in 1..{MOST_NODES}, got {sizes}")
    names, rows = data["activations"], data["connections"]
    if not isinstance(names, list) or len(names) > MOST_NODES:
        raise GenomeError(f"genome.activations: expected a list of at most {MOST_NODES} names")
    if not isinstance(rows, list) or len(rows) > MOST_GENES:
        raise GenomeError(f"genome.connections: expected a list of at most {MOST_GENES} rows")
    for name in names:
        if not isinstance(name, str):
            raise GenomeError(f"genome.activations: unknown activation {name!r}")
    try:
        codes = {name: code_of(name) for name in names}
    except GenomeError as error:
        raise GenomeError(f"genome.activations: {error}") from error
    for k, row in enumerate(rows):
        if not _is_gene(row):
            raise GenomeError(
                f"genome.connections[{k}]: expected [source, target, enabled, innovation], got {row!r}"
            )
    columns = list(zip(*rows, strict=True)) or [(), (), (), ()]
    return Genome(
        sizes[0],
        sizes[1],
        np.array([codes[name] for name in names], np.int8),
        np.array(columns[0], np.int32),
        np.array(columns[1], np.int32),
        np.array(columns[2], np.bool_),
        np.array(columns[3], np.int64),
    )


def _is_gene(row: Any) -> bool:
    if not isinstance(row, list) or len(row) != 4 or type(row[2]) is not bool:
        return False
    numbers = (row[0], row[1], row[3])
    return all(type(n) is int and 0 <= n < 2**62 for n in numbers) and max(row[:2]) < 2**31
