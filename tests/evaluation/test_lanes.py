"""Lanes, candidates, and the views of an evaluation."""

from __future__ import annotations

import numpy as np
import pytest

from wann.errors import EvaluationError
from wann.evaluation.lanes import Candidate, Evaluation, Lanes
from wann.network.plan import compile_genome


def test_a_product_plays_every_weight_on_every_episode_weight_by_weight():
    lanes = Lanes.product(2, np.array([7, 5, 9]))
    pairs = list(zip(lanes.weight_row.tolist(), lanes.episode_seed.tolist(), strict=True))
    assert pairs == [(0, 7), (0, 5), (0, 9), (1, 7), (1, 5), (1, 9)]


def test_a_pairing_plays_each_weight_on_its_own_episode():
    lanes = Lanes.pairing(np.array([7, 5, 9]))
    assert (lanes.weight_row.tolist(), lanes.episode_seed.tolist()) == ([0, 1, 2], [7, 5, 9])


def test_a_part_of_lanes():
    part = Lanes.product(2, np.array([7, 5, 9])).part(slice(2, 4))
    assert (len(part), part.weight_row.tolist(), part.episode_seed.tolist()) == (2, [0, 1], [9, 7])


def test_views_of_an_evaluation():
    lanes = Lanes(np.array([1, 0, 1, 0, 1]), np.arange(5))
    evaluation = Evaluation(lanes, np.array([1.0, 10.0, 3.0, 20.0, 5.0]))
    assert evaluation.per_weight.tolist() == [15.0, 3.0]
    assert evaluation.mean == pytest.approx(39 / 5)
    assert evaluation.best == 15.0


@pytest.mark.parametrize("shape", [(3,), (2, 2), (1, 3, 1)])
def test_weights_of_a_wrong_shape_are_refused(random_genome, shape):
    network = compile_genome(random_genome(4, 2, 2))
    assert network.n_connections > 3
    with pytest.raises(EvaluationError, match="'mine': expected shape"):
        Candidate("mine", network, np.ones(shape))
