"""What an environment may give for an observation, and what it may not."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from wann.tasks.environments.observations import Numbers, OneHot, Parts

ONE_NUMBER = Numbers((1,))
DICE = OneHot((6, 6), (1, 1), (2,))
CELL = OneHot((4,), (-1,), ())
BOTH = Parts((("cell", CELL), ("speed", Numbers((2,)))))


@pytest.mark.parametrize("given", [[3.0], (3,), np.float32(3), 3, np.array([[3]], np.uint8), np.array(3.0)])
def test_a_number_may_come_in_any_form(given):
    inputs = ONE_NUMBER.read(given)
    assert (inputs.tolist(), inputs.dtype) == ([3.0], np.float64)


def test_numbers_are_not_rounded_to_what_the_space_would_store():
    assert ONE_NUMBER.read(np.array([0.1])).tolist() == [0.1]
    assert ONE_NUMBER.read(np.array([0.1], np.float32)).tolist() == [float(np.float32(0.1))]


@pytest.mark.parametrize("given", [2, 2.0, np.int8(2), np.array([2]), [2]])
def test_a_whole_number_may_come_in_any_form(given):
    assert CELL.read(given).tolist() == [0, 0, 0, 1]


def test_truth_is_a_whole_number():
    assert [OneHot((2,), (0,), ()).read(given).tolist() for given in (True, np.False_)] == [[0, 1], [1, 0]]


def test_parts_stand_in_the_order_of_the_space_and_others_are_ignored():
    assert BOTH.read({"speed": [5, 6], "other": "x", "cell": -1}).tolist() == [1, 0, 0, 0, 5, 6]


@pytest.mark.parametrize(
    ("rule", "given", "words"),
    [
        (ONE_NUMBER, [1.0, 2.0], r"expected an observation of shape \(1,\), got \(2,\)"),
        (Numbers((2, 3)), np.ones((3, 2)), r"expected an observation of shape \(2, 3\), got \(3, 2\)"),
        (Numbers((2, 3)), np.ones(6), r"expected an observation of shape \(2, 3\), got \(6,\)"),
        (ONE_NUMBER, "far", r"expected numbers of shape \(1,\), got 'far'"),
        (ONE_NUMBER, {"a": 1}, "expected numbers"),
        (ONE_NUMBER, [[1], [1, 2]], "expected numbers"),
        (ONE_NUMBER, None, "not finite"),
        (ONE_NUMBER, np.nan, "not finite"),
        (Numbers((99,)), np.full(99, np.inf), "not finite"),
        (CELL, 3, "expected one of -1 to 2, got 3"),
        (CELL, -2, "expected one of -1 to 2, got -2"),
        (CELL, 0.5, "expected one of -1 to 2, got 0.5"),
        (CELL, np.nan, "expected one of -1 to 2, got nan"),
        (CELL, "0", r"expected whole numbers of shape \(\), got '0'"),
        (CELL, None, "expected whole numbers"),
        (DICE, [1, 2, 3], r"expected an observation of shape \(2,\), got \(3,\)"),
        (DICE, [1, 7], "expected one of 1 to 6, got 7"),
        (BOTH, {"cell": 0}, "the observation has no part 'speed'"),
        (BOTH, 5, "the observation has no part 'cell'"),
        (BOTH, {"cell": 9, "speed": [1, 2]}, "part 'cell': expected one of -1 to 2, got 9"),
        (
            BOTH,
            {"cell": 0, "speed": [1]},
            r"part 'speed': expected an observation of shape \(2,\), got \(1,\)",
        ),
        (
            Parts(((0, BOTH), (1, CELL))),
            ({"cell": 0, "speed": "x"}, 1),
            "part 0: part 'speed': expected numbers",
        ),
        (Parts(((0, CELL), (1, CELL))), (0,), "no part 1"),
    ],
)
def test_what_is_not_of_the_space_is_told(rule, given, words):
    with pytest.raises(ValueError, match=words):
        rule.read(given)


def test_rules_can_be_sent_to_workers():
    BOTH.read({"speed": [5, 6], "cell": 0})
    assert pickle.loads(pickle.dumps(BOTH)).read({"speed": [5, 6], "cell": -1}).tolist() == [1, 0, 0, 0, 5, 6]
