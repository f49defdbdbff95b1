"""Rivals of a pruned network that are small by themselves: one narrow layer, or none at all."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from wann.pruning.recipe.recipe import LINEAR, SMALL_DENSE

if TYPE_CHECKING:
    from wann.pruning.cell import CellResult


def sizes(task: Any, hidden: tuple[int, ...]) -> int:
    """Weights of the dense network."""
    widths = (task.n_inputs, *hidden, task.n_outputs)
    return sum(before * after for before, after in pairwise(widths))


def rival_hidden(network: str, task: Any, n_weights: float, n_connections: int | None) -> tuple[int, ...]:
    """Return the hidden layers of a rival: none of the linear one, else a single one of the right width.

    Args:
        network: one of `recipe.NETWORKS`.
        task: its inputs and outputs.
        n_weights: how many weights it is to have.
        n_connections: how many weights and biases instead, unless None.
    """
    if network == LINEAR:
        return ()
    assert network == SMALL_DENSE
    ends = task.n_inputs + task.n_outputs
    width = n_weights / ends if n_connections is None else (n_connections - task.n_outputs) / (ends + 1)
    return (max(1, round(width)),)


def beside(result: CellResult, own: int, dense: int, dense_score: Any, wanted: float | None) -> CellResult:
    """Return a rival's result with its figures relative to the dense network that is pruned beside it.

    Args:
        result: relative to itself.
        own: its weights before pruning.
        dense: those of the dense network.
        dense_score: that network's.
        wanted: the density that was asked for, which stands for it, met or not; None where none was.
    """
    ratio = dense / own
    return replace(
        result,
        density=result.density / ratio if wanted is None else wanted,
        compression=result.compression * ratio,
        speedup=result.speedup * ratio,
        dense_score=dense_score,
    )
