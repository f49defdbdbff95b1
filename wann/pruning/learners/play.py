"""What weights earn: mean returns over episodes."""

from __future__ import annotations

import numpy as np

from wann.errors import EvaluationError
from wann.evaluation.lanes import Lanes
from wann.evaluation.pools.pools import ChunkedPool
from wann.network.network import Network, Networks
from wann.search.objectives import replace_failures, sum_in_order

# Held-out episodes of seed 0 that every policy is reported on.
TEST_EPISODES = 100


def mean_returns(
    pool: ChunkedPool, network: Network, weights: np.ndarray, seeds: np.ndarray
) -> tuple[np.ndarray, int]:
    """Return `(P,)` mean returns of `(P, C)` weights over episodes, and the environment steps taken.

    Connections are ranked by them, so they are summed term by term, in the episodes' order.
    An episode that failed counts as in a search (`replace_failures`).

    Raises:
        EvaluationError: all of them failed.
    """
    rows = weights if network.n_connections else np.zeros((len(weights), 1))
    played = pool.play(Networks.of(network), rows, Lanes.product(len(rows), seeds))
    if np.isnan(played.returns).all():
        raise EvaluationError(f"{pool.task.name}: all {played.returns.size} episodes failed")
    returns = replace_failures(played.returns, pool.task.failure_return).reshape(len(rows), len(seeds))
    return sum_in_order(returns) / len(seeds), int(played.steps.sum())
