"""Structured pruning: a neuron's row and the next layer's column go together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from wann.errors import CriterionDoesNotFit, NothingLeft


def expand(kept: Sequence[np.ndarray], masks: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return `(out, in)` weight masks without the rows and columns of neurons that are gone.

    Args:
        kept: `(neurons,)` bool of every hidden layer.
        masks: `(out, in)` bool of every layer, as they are so far.
    """
    rows = [*kept, np.ones(masks[-1].shape[0], bool)]
    columns = [np.ones(masks[0].shape[1], bool), *kept]
    pairs = zip(masks, rows, columns, strict=True)
    return [mask & row[:, None] & column[None, :] for mask, row, column in pairs]


def choose_neurons(
    scores: Sequence[np.ndarray],
    available: Sequence[np.ndarray],
    masks: Sequence[np.ndarray],
    total: int,
    scope: str = "layer",
    keep_at_least: int = 0,
) -> list[np.ndarray]:
    """Keep as many neurons as fit into `total` weights: the highest scores, the lower index where they tie.

    Args:
        scores: `(neurons,)` of every hidden layer.
        available: `(neurons,)` bool of every hidden layer.
        masks: `(out, in)` bool of every layer.
        total: weights that are kept at most.
        scope: `layer`: the same share of every layer (rounded); `global`: neurons of all layers compete.
        keep_at_least: neurons of every hidden layer.

    Raises:
        NothingLeft: a layer would be empty.
        CriterionDoesNotFit: the scope is `erk`.
    """
    if scope == "erk":
        raise CriterionDoesNotFit("scope: erk gives densities to weights; for neurons take global or layer")
    orders = [_order(score, free) for score, free in zip(scores, available, strict=True)]
    ranking = _layerwise(orders) if scope == "layer" else _global(scores, orders)

    def after(count: int) -> list[np.ndarray]:
        kept = np.bincount(np.array(ranking[:count], int), minlength=len(orders))
        kept = np.maximum(kept, np.minimum(keep_at_least, [len(order) for order in orders]))
        return [_first(order, n, len(s)) for order, n, s in zip(orders, kept, scores, strict=True)]

    low, high = 0, len(ranking)  # the most neurons whose weights fit
    while low < high:
        middle = (low + high + 1) // 2
        fits = sum(int(mask.sum()) for mask in expand(after(middle), masks)) <= total
        low, high = (middle, high) if fits else (low, middle - 1)
    chosen = after(low)
    _require_layers(chosen, masks, total)
    return chosen


def _order(score: np.ndarray, available: np.ndarray) -> np.ndarray:
    where = np.flatnonzero(available)
    return where[np.argsort(-score[where], kind="stable")]


def _first(order: np.ndarray, count: int, size: int) -> np.ndarray:
    kept = np.zeros(size, bool)
    kept[order[:count]] = True
    return kept


def _layerwise(orders: list[np.ndarray]) -> list[int]:
    """Layers in the order in which they get their next neuron, so that all have the same share."""
    due = [((k + 0.5) / len(order), layer) for layer, order in enumerate(orders) for k in range(len(order))]
    return [layer for _, layer in sorted(due)]


def _global(scores: Sequence[np.ndarray], orders: list[np.ndarray]) -> list[int]:
    """Layers of all neurons, best first."""
    values = np.concatenate([score[order] for score, order in zip(scores, orders, strict=True)])
    layer = np.repeat(np.arange(len(orders)), [len(order) for order in orders])
    return layer[np.argsort(-values, kind="stable")].tolist()


def _require_layers(chosen: list[np.ndarray], masks: Sequence[np.ndarray], total: int) -> None:
    empty = [str(1 + k) for k, kept in enumerate(chosen) if not kept.any()]
    if empty:
        raise NothingLeft(
            f"hidden layer {', '.join(empty)} would lose all its neurons ({total} weights are kept at most); "
            f"set keep_at_least, take the scope layer, or a larger density"
        )
    count = sum(int(mask.sum()) for mask in expand(chosen, masks))
    if count > total:
        raise NothingLeft(
            f"keep_at_least: that many neurons have {count} weights, and {total} are to be kept at most; "
            f"try a smaller keep_at_least or a larger density"
        )
