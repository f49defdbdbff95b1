"""Shared weights that somebody names."""

from __future__ import annotations

import pytest

from wann.errors import EvaluationError
from wann.judging.shared_weights import LARGEST_WEIGHT, MOST_WEIGHTS, check_weights, parse_weights


def test_weights_are_numbers_with_commas_between_them():
    assert parse_weights("-1.5,0.25") == [-1.5, 0.25]
    assert parse_weights(" 1 , -2e0,.5") == [1.0, -2.0, 0.5]


def test_each_counts_once_in_the_order_given():
    assert check_weights([2, 1.0, 2.0, -1]) == [2.0, 1.0, -1.0]
    assert check_weights([]) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "got ''"),
        ("1,", "got ''"),
        ("1;2", "got '1;2'"),
        ("1,two", "got 'two'"),
        ("x" * 10_000, "expected numbers such as -1.5,0.25"),
        ("nan", "got nan"),
        ("1,inf", "got inf"),
        ("-inf", "got -inf"),
        ("1e999", "got inf"),
        ("1000001", "within +-1e+06, got 1000001.0"),
    ],
)
def test_others_are_refused_in_one_line(text, words):
    with pytest.raises(EvaluationError) as caught:
        parse_weights(text)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


def test_the_bounds_are_those_of_a_config():
    assert check_weights([LARGEST_WEIGHT, -LARGEST_WEIGHT]) == [1e6, -1e6]
    assert len(check_weights(range(MOST_WEIGHTS))) == MOST_WEIGHTS
    with pytest.raises(EvaluationError, match="at most 10000, got 10001"):
        check_weights(range(MOST_WEIGHTS + 1))
