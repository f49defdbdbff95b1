"""What genomes are ranked by."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from wann.search.objectives import replace_failures, sum_in_order
from wann.search.scores import scores_of

RETURNS = arrays(np.float64, array_shapes(min_dims=3, max_dims=3, max_side=5), elements=st.floats(-1e6, 1e6))


@given(RETURNS)
def test_means_are_over_weights_and_episodes(returns):
    found = scores_of(returns, np.arange(len(returns)))
    np.testing.assert_allclose(found.mean, returns.mean(axis=(1, 2)), rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(found.best, returns.mean(axis=2).max(axis=1), rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(found.earned, returns.sum(axis=(1, 2)), rtol=1e-9, atol=1e-6)
    assert found.connections.tolist() == list(range(len(returns)))


@given(RETURNS)
def test_sums_run_from_the_first_to_the_last(returns):
    for row, total in zip(returns.reshape(-1, returns.shape[2]), sum_in_order(returns).ravel(), strict=True):
        expected = 0.0
        for value in row.tolist():
            expected += value
        assert total == expected


def test_returns_without_failures_stay_as_they_are():
    returns = np.arange(8.0).reshape(2, 2, 2)
    assert replace_failures(returns, -5.0).tolist() == returns.tolist()


NAN = float("nan")


@pytest.mark.parametrize(
    ("returns", "failure_return", "expected"),
    [
        ([1.0, NAN, 4.0], None, -2.0),  # worst 1, range 3
        ([-10.0, NAN, -40.0], None, -70.0),
        ([5.0, NAN, 5.0], None, 5.0),
        ([5.0, NAN, NAN], None, 5.0),
        ([1.0, NAN, 4.0], -100.0, -100.0),
        ([1.0, NAN, 4.0], 0.0, 0.0),
        ([NAN, NAN], -7.0, -7.0),
    ],
)
def test_a_failure_is_ranked_by_the_tasks_return_or_below_the_worst(returns, failure_return, expected):
    given_ = np.array(returns)
    found = replace_failures(given_, failure_return)
    failed = np.isnan(given_)
    assert set(found[failed]) == {expected}
    assert found[~failed].tolist() == given_[~failed].tolist()
    assert np.isnan(given_).tolist() == failed.tolist()
