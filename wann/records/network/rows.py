"""Weights in the rows of a network file: from version 2 on, each stands beside its connection."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from wann.activations import CLAMP
from wann.errors import GenomeError

# What a file says in `weights` where its connections carry them.
IN_ROWS = "in connections"
_FORM = "[source, target, enabled, innovation], and a weight if it is enabled"


def put_weights(genome: dict[str, Any], weights: np.ndarray) -> dict[str, Any]:
    """Return a genome's JSON object with a weight at the end of each enabled connection's row.

    Args:
        genome: what `genome_to_json` returns.
        weights: one per enabled connection, in the genome's order.
    """
    left = iter(weights.tolist())
    rows = [[*row, next(left)] if row[2] else row for row in genome["connections"]]
    return {**genome, "connections": rows}


def take_weights(genome: Any, said: Any) -> tuple[Any, list[Any] | None]:
    """Return the object of `genome_to_json` and the enabled connections' weights, in its order; None without.

    Args:
        genome: what a file of version 2 has as its genome, whatever it is.
        said: what it has as `weights`.

    Raises:
        GenomeError: a weight is missing, is none, or stands where none belongs.
    """
    if said not in (None, IN_ROWS):
        raise GenomeError(
            f"weights: expected '{IN_ROWS}' or null, as each stands beside its connection, got {said!r:.60}"
        )
    rows = genome.get("connections") if isinstance(genome, dict) else None
    if not isinstance(rows, list):
        return genome, None if said is None else []
    weights = []
    for k, row in enumerate(rows):
        if not isinstance(row, list) or len(row) not in (4, 5):
            raise GenomeError(f"genome.connections[{k}]: expected {_FORM}, got {row!r:.100}")
        weights += _weight(k, row, said is not None)
    return {**genome, "connections": [row[:4] for row in rows]}, None if said is None else weights


def _weight(k: int, row: list[Any], weighted: bool) -> list[Any]:
    """The weight of a row, if it has one and is to have one."""
    carries = len(row) == 5
    if carries and row[2] is False:
        raise GenomeError(
            f"genome.connections[{k}]: expected no weight, as the connection is disabled, got {row[4]!r:.40}"
        )
    if carries and not weighted:
        raise GenomeError(
            f"genome.connections[{k}]: has a weight, but `weights` is null; expected '{IN_ROWS}' there"
        )
    if row[2] is True and weighted and not carries:
        raise GenomeError(
            f"genome.connections[{k}]: has no weight; expected one for each enabled connection, or "
            "`weights` null and none at all"
        )
    if carries and not is_weight(row[4]):
        raise GenomeError(
            f"genome.connections[{k}]: expected a finite weight within +-{CLAMP:g}, got {row[4]!r:.40}"
        )
    return row[4:]


def is_weight(value: Any) -> bool:
    """Whether a JSON value may be a trained weight: larger ones could make a sum that is not a number."""
    return is_finite(value) and abs(value) <= CLAMP


def is_finite(value: Any) -> bool:
    """Whether a JSON value is a number that a float can hold."""
    return type(value) in (int, float) and abs(value) <= sys.float_info.max
