"""Scopes: how many weights each layer keeps, and which; exact counts, ties by index."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from wann.errors import BadDensity, NothingLeft


def check_density(density: float) -> None:
    """Raise BadDensity unless 0 < density <= 1."""
    if isinstance(density, bool) or not isinstance(density, int | float) or not 0 < density <= 1:
        raise BadDensity(f"density: expected a number in (0, 1], the share of weights kept, got {density!r}")


def erk_densities(shapes: Sequence[tuple[int, int]], density: float) -> np.ndarray:
    """Return a density per layer, proportional to (n_in + n_out) / (n_in n_out) and at most 1 (Evci 2020).

    Their mean, weighted by the layers' sizes, is `density`: what layers at 1 cannot take goes to the others.
    """
    size = np.array([rows * columns for rows, columns in shapes], float)
    raw = np.array([(rows + columns) / (rows * columns) for rows, columns in shapes])
    full = np.zeros(len(shapes), bool)
    while not full.all():
        scale = (density * size.sum() - size[full].sum()) / (raw * size)[~full].sum()
        over = ~full & (scale * raw > 1.0)
        if not over.any():
            return np.where(full, 1.0, scale * raw)
        full |= over
    return np.ones(len(shapes))


def whole_counts(shares: np.ndarray, total: int, most: np.ndarray) -> np.ndarray:
    """Round to whole numbers that sum to `total`, none above `most`; the largest remainders round up."""
    counts = np.minimum(np.floor(shares + 1e-9), most).astype(int)
    while (missing := min(total, int(most.sum())) - counts.sum()) > 0:
        room = np.flatnonzero(counts < most)
        order = room[np.argsort(-(shares - counts)[room], kind="stable")]
        counts[order[:missing]] += 1
    return counts


def choose(
    scores: Sequence[np.ndarray],
    available: Sequence[np.ndarray],
    total: int,
    scope: str = "global",
    keep_at_least: int = 0,
    last_layer: float | None = None,
) -> list[np.ndarray]:
    """Keep exactly `total` weights of those available: the highest scores, the lower index where they tie.

    Args:
        scores: `(out, in)` of every layer.
        available: `(out, in)` bool: what has not been pruned.
        total: how many are kept (all that are available, where they are fewer).
        scope: `global`, `layer` or `erk`.
        keep_at_least: of every layer, or all of it where it has fewer.
        last_layer: the last layer's density, where the scope does not decide it.

    Returns:
        `(out, in)` bool of every layer: what is kept.

    Raises:
        NothingLeft: a layer would be empty.
    """
    free = np.array([int(mask.sum()) for mask in available])
    least = np.minimum(keep_at_least, free)
    if least.sum() > total:
        raise NothingLeft(
            f"keep_at_least: {keep_at_least} in each of {len(free)} layers are more than the {total} weights "
            f"that are to be kept; try a smaller keep_at_least or a larger density"
        )
    ranks = [_order(score, mask) for score, mask in zip(scores, available, strict=True)]
    counts = _counts(scores, ranks, free, least, total, scope, last_layer)
    _require_layers(counts, total, last_layer)
    kept = [np.zeros(mask.size, bool) for mask in available]
    for mask, order, count in zip(kept, ranks, counts, strict=True):
        mask[order[:count]] = True
    return [mask.reshape(like.shape) for mask, like in zip(kept, available, strict=True)]


def _order(score: np.ndarray, available: np.ndarray) -> np.ndarray:
    """Flat indices of what is available, best first."""
    where = np.flatnonzero(available)
    return where[np.argsort(-score.ravel()[where], kind="stable")]


def _counts(
    scores: Sequence[np.ndarray],
    ranks: list[np.ndarray],
    free: np.ndarray,
    least: np.ndarray,
    total: int,
    scope: str,
    last_layer: float | None,
) -> np.ndarray:
    """How many weights each layer keeps."""
    shapes = [(score.shape[0], score.shape[1]) for score in scores]
    sizes = np.array([score.size for score in scores])
    fixed = 0
    if last_layer is not None and len(scores) > 1:
        room = total - int(least[:-1].sum())
        fixed = min(int(free[-1]), max(int(least[-1]), round(last_layer * int(sizes[-1]))), room)
        inner = _counts(scores[:-1], ranks[:-1], free[:-1], least[:-1], total - fixed, scope, None)
        return np.append(inner, fixed)
    if scope == "global":
        return _global_counts(scores, ranks, least, total)
    density = min(1.0, total / sizes.sum())
    shares = sizes * (erk_densities(shapes, density) if scope == "erk" else density)
    counts = np.maximum(whole_counts(shares, total, free), least)
    while counts.sum() > total:  # what layers at their least took is taken from the largest
        counts[np.argmax(np.where(counts > least, counts, -1))] -= 1
    return counts


def _global_counts(
    scores: Sequence[np.ndarray], ranks: list[np.ndarray], least: np.ndarray, total: int
) -> np.ndarray:
    """Every layer's share of the best of all, after each has its least."""
    counts = least.copy()
    rest = [order[count:] for order, count in zip(ranks, least, strict=True)]
    values = np.concatenate([score.ravel()[order] for score, order in zip(scores, rest, strict=True)])
    layer = np.repeat(np.arange(len(scores)), [len(order) for order in rest])
    best = np.argsort(-values, kind="stable")[: total - int(least.sum())]
    return counts + np.bincount(layer[best], minlength=len(scores))


def _require_layers(counts: np.ndarray, total: int, last_layer: float | None) -> None:
    if total < 1:
        raise NothingLeft(f"no connection is left: {total} weights are to be kept; try a larger density")
    empty = np.flatnonzero(counts == 0)
    if len(empty):
        names = ", ".join(str(1 + k) for k in empty)
        raise NothingLeft(
            f"layer {names} of {len(counts)} would lose all its weights ({total} are kept in all"
            + ("" if last_layer is None else f", {counts[-1]} of them in the last layer, as last_layer says")
            + "); set keep_at_least, take another scope (layer, erk), or a larger density"
        )
