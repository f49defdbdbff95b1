"""Means, standard deviations and confidence intervals."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

from wann.judging.spread import Spread, Sweep, student_t


def exact_t(freedom: int) -> float:
    """The 97.5 % quantile of Student's t, from the incomplete beta function."""

    def beyond(t):
        return mpmath.betainc(freedom / 2, 0.5, 0, freedom / (freedom + t * t), regularized=True) - 0.05

    return float(mpmath.findroot(beyond, (1.9, 13.0), solver="anderson"))


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 5, 7, 9, 19, 31, 99, 999])
def test_student_t_is_that_of_the_distribution(freedom):
    assert student_t(freedom) == pytest.approx(exact_t(freedom), rel=0.002)
    if freedom > 8:
        assert student_t(freedom) == pytest.approx(exact_t(freedom), rel=1e-5)


def test_student_t_is_that_of_the_printed_tables():
    printed = {1: 12.706, 2: 4.303, 4: 2.776, 10: 2.228, 30: 2.042, 100: 1.984, 10**9: 1.960}
    assert {n: round(student_t(n), 3) for n in printed} == printed


def test_a_spread_worked_out_by_hand():
    # mean 3; squared distances 4, 1, 1, 16, 4: their sum is 26, the unbiased variance 26 / 4
    found = Spread.of(np.array([1.0, 2.0, 4.0, 7.0, 1.0]))
    margin = exact_t(4) * math.sqrt(26 / 4 / 5)
    assert (found.mean, found.median, found.std) == pytest.approx((3.0, 2.0, math.sqrt(26 / 5)))
    assert (found.low, found.high) == pytest.approx((3 - margin, 3 + margin), abs=0.002)


def test_intervals_hold_the_true_mean_as_often_as_they_promise():
    rng = np.random.default_rng(0)
    for n in (2, 3, 5, 30):
        spreads = [Spread.of(draw) for draw in rng.normal(7.0, 3.0, (4000, n))]
        share = np.mean([spread.low <= 7.0 <= spread.high for spread in spreads])
        assert abs(share - 0.95) < 4 * math.sqrt(0.95 * 0.05 / 4000)


def test_one_episode_has_no_interval():
    found = Spread.of(np.array([5.0]))
    assert (found.mean, found.median, found.std) == (5.0, 5.0, 0.0)
    assert math.isnan(found.low)
    assert math.isnan(found.high)


def test_a_failed_episode_leaves_no_figure():
    found = Spread.of(np.array([5.0, np.nan, 6.0]))
    assert np.isnan([found.mean, found.median, found.std, found.low, found.high]).all()


def test_equal_episodes_leave_no_doubt():
    assert Spread.of(np.full(9, 2.5)) == Spread(2.5, 2.5, 0.0, 2.5, 2.5)


def test_a_sweep_is_read_weight_by_weight():
    rows = np.array([[1.0, 2.0], [5.0, 8.0]])
    sweep = Sweep((-1.0, 2.0), tuple(map(Spread.of, rows)), Spread.of(rows.mean(axis=0)))
    assert sweep.per_weight == ((-1.0, 1.5), (2.0, 6.5))
    assert sweep.mean == sweep.together.mean == 4.0
    assert sweep.together.std == 1.0
