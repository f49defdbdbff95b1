"""Networks of the original release, read from text: connection matrices, and trained weights beside them.

A matrix is a CSV of N rows x (N + 1) columns. Row = source, column = target; 0 = no connection, `nan` = a
disabled one, any other number = a connection, whose size means nothing. The last column holds the code of
each node's activation. Node order: bias, inputs, hidden, outputs; how many of each is not in the file.
Weights are JSON, `[weights, score]`, one per enabled connection in row-major order of the matrix.
Source: the public release of Gaier & Ha, *Weight Agnostic Neural Networks*, NeurIPS 2019.
"""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np

from wann.activations import CLAMP, CODE
from wann.errors import GenomeError
from wann.genome.genome import Genome
from wann.genome.serial import MOST_GENES

# The release's activation codes, from 1.
ACTIVATIONS: tuple[str, ...] = (
    *("linear", "step", "sin", "gaussian", "tanh", "sigmoid"),
    *("negate", "abs", "relu", "cos", "square"),
)


def read_release(text: str, n_inputs: int, n_outputs: int) -> Genome:
    """Read a connection matrix.

    Args:
        text: the CSV.
        n_inputs: of the task that the network is for, without the bias.
        n_outputs: likewise.

    Returns:
        The genome. Its genes are in row-major order of the matrix, disabled ones among them, so the release's
        weights are in the order of its enabled genes.

    Raises:
        GenomeError: the text is not such a matrix, or not one with these inputs and outputs.
    """
    source, target, enabled, codes = _read_matrix(text)
    _check_roles(len(codes), source, target, n_inputs, n_outputs)
    first, n_hidden = 1 + n_inputs, len(codes) - 1 - n_inputs - n_outputs
    # where each node of the matrix is in a genome, which has its outputs before the hidden nodes
    inputs, outputs = np.arange(first), first + np.arange(n_outputs)
    place = np.concatenate([inputs, first + n_outputs + np.arange(n_hidden), outputs])
    activations = [CODE[ACTIVATIONS[code - 1]] for code in codes]
    return Genome(
        n_inputs,
        n_outputs,
        np.array(activations[first + n_hidden :] + activations[first : first + n_hidden], np.int8),
        place[source],
        place[target],
        enabled,
        np.arange(len(source)),
    )


def read_release_weights(text: str, expected: int, offset_from: float = 0.0) -> np.ndarray:
    """Read trained weights.

    Args:
        text: the JSON.
        expected: enabled connections of their network.
        offset_from: what is added to each value, as the release stores distances from a shared weight.

    Returns:
        `(expected,)` float64 weights of the enabled connections, in row-major order of the matrix.

    Raises:
        GenomeError: the text is not of that form, or does not fit the network.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise GenomeError(f"expected [weights, score] as JSON ({error})") from error
    if not isinstance(data, list) or len(data) != 2 or not isinstance(data[0], list):
        raise GenomeError("expected [weights, score], a list of numbers and a number")
    values = data[0]
    if len(values) != expected:
        raise GenomeError(
            f"expected {expected} weights, one per enabled connection in row-major order, got {len(values)}"
        )
    for k, value in enumerate(values):
        if type(value) not in (int, float) or not abs(value) <= CLAMP:
            raise GenomeError(f"weight {k}: expected a number within +-{CLAMP:g}, got {value!r:.40}")
    return np.array(values, np.float64) + offset_from


def _read_matrix(text: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[int]]:
    """Return source, target and enabled of every gene, in row-major order, and the nodes' codes."""
    lines = text.strip().split("\n")
    if lines == [""]:
        raise GenomeError("is empty; expected a matrix of connections")
    sources, targets, signs, codes = [], [], [], []
    n_genes = 0
    for row, line in enumerate(lines):
        values = _read_row(line, row, len(lines))
        targets.append(np.flatnonzero(values[:-1]))
        sources.append(np.full(len(targets[-1]), row))
        signs.append(values[targets[-1]])
        codes.append(_code(values[-1], row))
        n_genes += len(targets[-1])
        if n_genes > MOST_GENES:
            raise GenomeError(f"line {row + 1}: more than {MOST_GENES} connections")
    enabled = ~np.isnan(np.concatenate(signs))
    return np.concatenate(sources), np.concatenate(targets), enabled, codes


def _read_row(line: str, row: int, n_nodes: int) -> np.ndarray:
    """`(n_nodes + 1,)` numbers of a line; NaN for `nan`."""
    cells = line.split(",")
    if len(cells) != n_nodes + 1:
        raise GenomeError(
            f"line {row + 1}: expected {n_nodes + 1} columns, one for each of the {n_nodes} lines and one "
            f"for the activation, got {len(cells)}"
        )
    try:
        values = np.array([float(cell) for cell in cells])
    except ValueError:
        values = np.full(len(cells), math.inf)
    if np.isinf(values).any() or "_" in line:
        column = next(k for k, cell in enumerate(cells) if not _is_number(cell))
        raise GenomeError(
            f"line {row + 1}, column {column + 1}: expected a number or nan, "
            f"got {cells[column].strip()!r:.40}"
        )
    return values


def _is_number(cell: str) -> bool:
    """Whether a cell is a finite number, or `nan`, as other programs write them (Python's 1_000 is not)."""
    try:
        return not math.isinf(float(cell)) and "_" not in cell
    except ValueError:
        return False


def _code(value: Any, row: int) -> int:
    if value not in range(1, len(ACTIVATIONS) + 1):
        raise GenomeError(
            f"line {row + 1}, last column: expected an activation code from 1 to {len(ACTIVATIONS)}, "
            f"got {value:g}"
        )
    return int(value)


def _check_roles(n: int, source: np.ndarray, target: np.ndarray, n_inputs: int, n_outputs: int) -> None:
    """Refuse a matrix whose bias, inputs, hidden nodes and outputs cannot be where they are expected.

    The first hidden node has an incoming connection and the last one an outgoing, as each was put in the
    place of a connection. So a network for another task is noticed even where its inputs or outputs could
    pass for hidden nodes.
    """
    first, last = 1 + n_inputs, n - n_outputs
    expected = f"with {n_inputs} inputs and {n_outputs} outputs"
    if last < first:
        raise GenomeError(
            f"has {n} nodes, too few for a network {expected} and the bias; is it for another task?"
        )
    entered, left = np.bincount(target, minlength=n) > 0, np.bincount(source, minlength=n) > 0
    hidden = np.arange(first, last)
    faults = (
        ("an incoming", "the bias or an input", np.flatnonzero(entered[:first])),
        ("an outgoing", "an output", last + np.flatnonzero(left[last:])),
        ("no incoming", "hidden", hidden[:1][~entered[hidden[:1]]]),
        ("no outgoing", "hidden", hidden[-1:][~left[hidden[-1:]]]),
    )
    for has, role, nodes in faults:
        for node in nodes[:1]:
            raise GenomeError(
                f"line {node + 1}: this node has {has} connection, but is {role} in a network {expected}; "
                "is it for another task?"
            )
