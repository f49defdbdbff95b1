"""What does not fit is refused before a kernel, which looks at no bounds, could meet it."""

from __future__ import annotations

import numpy as np
import pytest

from wann.errors import EvaluationError
from wann.evaluation.lanes import Candidate, Lanes
from wann.evaluation.play import evaluate
from wann.network.plan import compile_genome
from wann.tasks.environments.environment import make_task


@pytest.mark.parametrize(
    ("rows", "seeds", "weights", "message"),
    [
        ([0, 1], [1, 1], [[1.0]], "weight rows must lie in 0..0, got 1"),
        ([0, -1], [1, 1], [[1.0]], "weight rows"),
        ([0, 0], [1], [[1.0]], "as many weight rows as seeds"),
        ([0], [-1], [[1.0]], "must not be negative"),
        ([0], [1], [[np.nan]], "finite"),
        ([0], [1], [[np.inf]], "finite"),
    ],
)
@pytest.mark.parametrize("compiled", [True, False])
def test_lanes_and_weights_that_do_not_fit(grow, rows, seeds, weights, message, compiled):
    network = compile_genome(grow(4, 2, 3, 0)[0])
    candidate = Candidate("x", network, np.array(weights))
    with pytest.raises(EvaluationError, match=message):
        evaluate(
            make_task("CartPole-v1", compiled=compiled), candidate, Lanes(np.array(rows), np.array(seeds))
        )


def test_a_network_for_another_task(grow):
    candidate = Candidate.shared("x", compile_genome(grow(4, 2, 3, 0)[0]), [1.0])
    task = make_task("wann_envs:wann/CartPoleSwingUp-v0")
    with pytest.raises(EvaluationError, match=r"expected networks with \(5, 1\)"):
        evaluate(task, candidate, Lanes.product(1, np.arange(3)))
