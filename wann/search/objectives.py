"""Returns of episodes, made fit to be ranked by.

Sums run over episodes in order, not in NumPy's blocks, so that they are the same bits everywhere.
"""

from __future__ import annotations

import numpy as np


def sum_in_order(values: np.ndarray) -> np.ndarray:
    """Sum over the last axis, term by term."""
    total = np.zeros(values.shape[:-1])
    for k in range(values.shape[-1]):
        total = total + values[..., k]
    return total


def replace_failures(returns: np.ndarray, failure_return: float | None) -> np.ndarray:
    """Give failed episodes (NaN) a return to rank by.

    It is `failure_return`, or else the worst finite return minus the range of all finite ones; where nothing
    is finite, 0.
    """
    failed = np.isnan(returns)
    if not failed.any():
        return returns
    if failure_return is None:
        finite = returns[~failed]
        worst, best = (finite.min(), finite.max()) if finite.size else (0.0, 0.0)
        failure_return = float(worst - (best - worst))
    return np.where(failed, failure_return, returns)
