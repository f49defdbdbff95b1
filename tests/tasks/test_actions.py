"""How outputs become actions."""

from __future__ import annotations

import numpy as np
import pytest
from gymnasium import spaces
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from wann.tasks.actions import Box, Discrete, MultiBinary, MultiDiscrete

OUTPUTS = st.floats(-1e200, 1e200)
SIDES = st.floats(-1e6, 1e6, allow_subnormal=False)


@pytest.mark.parametrize(
    ("outputs", "choice"),
    [
        ([1.0, 2.0, 3.0], 2),
        ([3.0, 2.0, 1.0], 0),
        ([0.0, 0.0, 0.0], 0),
        ([-1.0, 5.0, 5.0], 1),
        ([-0.0, 0.0, -1.0], 0),
        ([-1e200, 1e200, 1e200], 1),
    ],
)
def test_discrete_is_the_largest_output_and_the_lowest_index_wins(outputs, choice):
    assert Discrete(3).decode(np.array([outputs])).tolist() == [[choice]]


def test_a_discrete_action_counts_from_the_start_of_its_space():
    rule = Discrete(3, start=-1)
    assert [rule.act(np.array([float(k)])) for k in range(3)] == [-1, 0, 1]
    assert all(spaces.Discrete(3, start=-1).contains(rule.act(np.array([float(k)]))) for k in range(3))


def test_each_part_of_a_multi_discrete_is_a_choice_of_its_own():
    rule = MultiDiscrete((2, 3), (0, -1), (2,), "int64")
    outputs = np.array([[0.0, 1.0, 5.0, 5.0, 9.0], [2.0, 2.0, 0.0, 4.0, 4.0], [-1.0, -2.0, -3.0, -3.0, -4.0]])
    decoded = rule.decode(outputs)
    assert decoded.tolist() == [[1, 2], [0, 1], [0, 0]]
    assert [rule.act(row).tolist() for row in decoded] == [[1, 1], [0, 0], [0, -1]]


def test_a_multi_discrete_action_has_the_shape_and_the_type_of_its_space():
    rule = MultiDiscrete((2, 2, 2, 2), (0, 0, 0, 0), (2, 2), "int8")
    action = rule.act(rule.decode(np.arange(8.0)[None])[0])
    assert (action.tolist(), action.dtype) == ([[1, 1], [1, 1]], np.int8)


def test_a_switch_is_on_above_zero():
    rule = MultiBinary((2, 2))
    action = rule.act(rule.decode(np.array([[-1e100, 0.0, 1e-300, 7.0]]))[0])
    assert (action.tolist(), action.dtype) == ([[0, 0], [1, 1]], np.int8)


@pytest.mark.parametrize(
    ("output", "action"),
    [
        (-9.0, -2),
        (-1.0, -2),
        (-0.76, -2),
        (-0.75, -2),
        (-0.74, -1),
        (-0.25, 0),
        (0.0, 0),
        (0.26, 1),
        (0.75, 2),
        (9.0, 2),
    ],
)
def test_a_box_of_whole_numbers_rounds_and_halves_go_to_even(output, action):
    rule = box(-2.0, 2.0, "int32")
    decoded = rule.decode(np.array([[output]]))[0]
    assert (decoded.tolist(), rule.act(decoded).dtype) == ([action], np.int32)


def box(low, high, dtype="float64"):
    return Box(np.array([low], float), np.array([high], float), (1,), dtype)


@pytest.mark.parametrize(
    ("output", "action"),
    [(-1.0, -3.0), (1.0, 5.0), (0.0, 1.0), (0.5, 3.0), (-7.0, -3.0), (1e200, 5.0), (-1e200, -3.0)],
)
def test_a_bounded_box_is_filled_from_end_to_end(output, action):
    assert box(-3.0, 5.0).decode(np.array([[output]])).tolist() == [[action]]


def test_rounding_never_leads_out_of_the_box():
    assert -0.1 + (0.3 - -0.1) > 0.3
    assert box(-0.1, 0.3).decode(np.array([[1.0], [-1.0], [5.0]]))[:, 0].tolist() == [0.3, -0.1, 0.3]


@pytest.mark.parametrize("output", [-2.0, -1.0, -0.3, 0.0, 0.1, 1.0, 9.0])
def test_an_unbounded_box_is_the_clipped_output(output):
    assert box(-1.0, 1.0).decode(np.array([[output]]))[0, 0] == pytest.approx(min(max(output, -1), 1))


@given(arrays(np.float64, (3, 2), elements=OUTPUTS))
def test_a_single_precision_box_gives_numbers_that_single_precision_holds(outputs):
    rule = Box(np.array([-2.0, 0.1]), np.array([2.0, 0.7]), (2,), "float32")
    decoded = rule.decode(outputs)
    assert decoded.dtype == np.float64
    assert (decoded == decoded.astype(np.float32)).all()


@given(arrays(np.float64, (4, 1), elements=OUTPUTS), SIDES, SIDES, st.sampled_from(["float32", "float64"]))
def test_every_action_lies_in_its_space(outputs, one, other, dtype):
    low, high = np.sort(np.array([one, other], dtype))
    space = spaces.Box(low, high, (1,), np.dtype(dtype).type)
    rule = Box(space.low.astype(float), space.high.astype(float), (1,), dtype)
    for row in rule.decode(outputs):
        assert space.contains(rule.act(row))


def test_an_action_has_the_shape_and_the_type_of_its_space():
    rule = Box(np.zeros(6), np.ones(6), (2, 3), "float32")
    action = rule.act(rule.decode(np.linspace(-1, 1, 6)[None])[0])
    assert (action.shape, action.dtype) == ((2, 3), np.float32)
    np.testing.assert_allclose(action.ravel(), np.linspace(0, 1, 6), atol=1e-7)
