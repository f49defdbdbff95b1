"""Which rules are read off which spaces: what is flattened, where actions end, and what cannot be had."""

from __future__ import annotations

import numpy as np
import pytest
from gymnasium import spaces
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from wann.errors import UnsupportedSpace
from wann.tasks.actions import Box
from wann.tasks.environments.spaces import MOST, action_rule, observation_rule

SHAPES = st.lists(st.integers(1, 3), max_size=3).map(tuple)
FLOATS = ("float16", "float32", "float64")
WHOLE = ("int8", "uint8", "int16", "int32")


@st.composite
def boxes(draw) -> spaces.Box:
    """Bounded, unbounded and half-bounded ones, of numbers of any kind."""
    shape, dtype = draw(SHAPES), np.dtype(draw(st.sampled_from([*FLOATS, *WHOLE])))
    sides = draw(arrays(np.float64, (2, *shape), elements=st.floats(-120, 120, width=16))) + 0.0
    low, high = np.sort(np.abs(sides) if dtype.kind == "u" else sides, axis=0)
    if dtype.kind in "iu":
        low, high = np.floor(low), np.floor(high)
    if dtype.kind in "fi":
        low = np.where(draw(arrays(bool, shape)), -np.inf, low)
        high = np.where(draw(arrays(bool, shape)), np.inf, high)
    if dtype.kind == "f":
        low, high = low.astype(dtype), high.astype(dtype)
    return spaces.Box(np.asarray(low), np.asarray(high), shape, dtype.type)


@st.composite
def multi_discretes(draw) -> spaces.MultiDiscrete:
    shape = draw(SHAPES)
    counts, starts = (
        draw(arrays(np.int64, shape, elements=st.integers(*ends))) for ends in [(1, 5), (-3, 3)]
    )
    return spaces.MultiDiscrete(counts, start=starts)


DISCRETES = st.builds(lambda n, start: spaces.Discrete(n, start=start), st.integers(1, 9), st.integers(-5, 5))
BINARIES = SHAPES.filter(len).map(spaces.MultiBinary)
SIMPLE = st.one_of(boxes(), DISCRETES, BINARIES, multi_discretes())
NESTED = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.dictionaries(st.sampled_from("pqrs"), inner, min_size=1).map(spaces.Dict),
        st.lists(inner, min_size=1, max_size=3).map(spaces.Tuple),
    ),
    max_leaves=5,
)


@given(NESTED, st.integers(0, 99))
def test_observations_are_flattened_as_gymnasium_does(space, seed):
    rule = observation_rule("any", space)
    space.seed(seed)
    observation = space.sample()
    inputs = rule.read(observation)
    assert inputs.dtype == np.float64
    assert inputs.tolist() == np.asarray(spaces.flatten(space, observation), np.float64).tolist()
    assert len(inputs) == rule.n_inputs == spaces.flatdim(space)
    assert len(set(rule.names())) == rule.n_inputs


OUTPUTS = st.one_of(
    st.floats(-1e100, 1e100), st.floats(-1.5, 1.5), st.sampled_from([-1.0, -0.0, 0.0, 0.5, 1.0])
)


@given(SIMPLE, st.data())
def test_every_action_lies_in_its_space(space, data):
    rule = action_rule("any", space)
    assert len(set(rule.names)) == rule.n_outputs
    outputs = data.draw(arrays(np.float64, (4, rule.n_outputs), elements=OUTPUTS))
    for row in rule.decode(outputs):
        assert space.contains(rule.act(row)), (space, row)


@given(boxes())
def test_every_number_of_a_box_can_be_moved(space):
    rule = action_rule("any", space)
    assert isinstance(rule, Box)
    least, most = (rule.decode(np.full((1, rule.n_outputs), end))[0] for end in (-1.0, 1.0))
    wide = (space.low < space.high).ravel()
    assert (most[wide] > least[wide]).all()
    np.testing.assert_array_equal(least[space.bounded_below.ravel()], space.low[space.bounded_below])
    np.testing.assert_array_equal(most[space.bounded_above.ravel()], space.high[space.bounded_above])


@pytest.mark.parametrize(
    ("low", "high", "dtype", "ends"),
    [
        (-2.0, 3.0, "float32", (-2, 3)),
        (-np.inf, np.inf, "float32", (-1, 1)),
        (-np.inf, np.inf, "int64", (-1, 1)),
        (0.0, np.inf, "float32", (0, 1)),
        (5.0, np.inf, "float64", (5, 6)),
        (-50.0, np.inf, "float64", (-50, 1)),
        (-np.inf, 0.5, "float64", (-1, 0.5)),
        (-np.inf, -3.0, "float64", (-4, -3)),
        (-np.finfo(np.float32).max, np.finfo(np.float32).max, "float32", (-1, 1)),
        (-np.finfo(np.float64).max, np.finfo(np.float64).max, "float64", (-1, 1)),
        (0, np.iinfo(np.int64).max, "int64", (0, 1)),
        (1e300, np.inf, "float64", (1e300, 1e300)),
        (0, 255, "uint8", (0, 255)),
        (0, 1, "bool", (0, 1)),
    ],
)
def test_where_an_action_ends(low, high, dtype, ends):
    space = spaces.Box(low, high, (1,), np.dtype(dtype).type)
    rule = action_rule("any", space)
    found = [rule.act(rule.decode(np.array([[output]]))[0]) for output in (-9.0, 9.0)]
    assert tuple(float(action[0]) for action in found) == ends
    assert all(map(space.contains, found))


@pytest.mark.parametrize(
    ("space", "names"),
    [
        (spaces.Box(0, 1, (2,)), ["observation 0", "observation 1"]),
        (spaces.Box(0, 1, ()), ["observation"]),
        (spaces.Box(0, 1, (1, 2)), ["observation[0,0]", "observation[0,1]"]),
        (spaces.MultiBinary(2), ["observation 0", "observation 1"]),
        (spaces.Discrete(3, start=-1), ["is -1", "is 0", "is 1"]),
        (
            spaces.MultiDiscrete([1, 2], start=[4, 0]),
            ["observation 0 is 4", "observation 1 is 0", "observation 1 is 1"],
        ),
        (
            spaces.Dict(
                {"goal": spaces.Box(0, 1, (2,)), "cell": spaces.Discrete(2), "t": spaces.Box(0, 1, ())}
            ),
            ["cell is 0", "cell is 1", "goal[0]", "goal[1]", "t"],
        ),
        (
            spaces.Tuple((spaces.Discrete(2), spaces.Box(0, 1, (1,)))),
            ["observation[0] is 0", "observation[0] is 1", "observation[1][0]"],
        ),
        (
            spaces.Dict({"arm": spaces.Tuple((spaces.Dict({"dice": spaces.MultiDiscrete([2])}),))}),
            ["arm[0].dice[0] is 0", "arm[0].dice[0] is 1"],
        ),
    ],
)
def test_inputs_have_names_that_a_person_can_read(space, names):
    assert observation_rule("any", space).names() == names


@pytest.mark.parametrize(
    ("space", "names"),
    [
        (spaces.Box(0, 1, (2,)), ["action 0", "action 1"]),
        (spaces.Box(0, 1, (1, 2)), ["action[0,0]", "action[0,1]"]),
        (spaces.Discrete(2, start=3), ["action 3", "action 4"]),
        (spaces.MultiBinary(2), ["action 0", "action 1"]),
        (spaces.MultiDiscrete([1, 2], start=[4, 0]), ["action 0 is 4", "action 1 is 0", "action 1 is 1"]),
    ],
)
def test_outputs_have_names_that_a_person_can_read(space, names):
    assert action_rule("any", space).names == names


def test_empty_parts_of_an_observation_are_left_out():
    space = spaces.Dict({"a": spaces.Box(0, 1, (0,)), "b": spaces.Dict({}), "c": spaces.Discrete(2)})
    rule = observation_rule("any", space)
    assert rule.read({"a": np.zeros(0), "b": {}, "c": 1}).tolist() == [0.0, 1.0]
    assert rule.names() == ["c is 0", "c is 1"]


# What cannot be had


def refusal(read, space) -> str:
    with pytest.raises(UnsupportedSpace) as caught:
        read("Some-v0", space)
    message = str(caught.value)
    assert message.startswith("task.env: 'Some-v0' has the ")
    assert "\n" not in message
    assert len(message) < 600
    return message


ODD = {
    "Text": spaces.Text(5),
    "Sequence": spaces.Sequence(spaces.Discrete(2)),
    "Graph": spaces.Graph(spaces.Box(0, 1, (2,)), None),
    "OneOf": spaces.OneOf([spaces.Discrete(2), spaces.Box(0, 1, (2,))]),
    "None": None,
}


@pytest.mark.parametrize("kind", ODD)
def test_observations_without_a_fixed_size_are_refused(kind):
    message = refusal(observation_rule, ODD[kind])
    assert "expected Box, Discrete, MultiBinary, MultiDiscrete, or a Dict or Tuple of these" in message
    assert "wrap it" in message
    assert kind in message


@pytest.mark.parametrize("kind", ["Text", "Sequence", "Graph", "OneOf"])
def test_the_part_that_has_no_fixed_size_is_named(kind):
    space = spaces.Dict({"a": spaces.Discrete(2), "b": spaces.Tuple((spaces.Discrete(2), ODD[kind]))})
    assert f"with a {kind} at ['b'][1]" in refusal(observation_rule, space)


@pytest.mark.parametrize("kind", [*ODD, "Dict", "Tuple"])
def test_actions_that_no_rule_makes_are_refused(kind):
    space = {
        "Dict": spaces.Dict({"a": spaces.Discrete(2)}),
        "Tuple": spaces.Tuple((spaces.Discrete(2),)),
    } | ODD
    message = refusal(action_rule, space[kind])
    assert "expected Discrete, MultiDiscrete, MultiBinary or Box" in message
    assert "wrap it" in message


@pytest.mark.parametrize(
    "space", [spaces.Box(0, 1, (0,)), spaces.Dict({}), spaces.Tuple([]), spaces.MultiDiscrete([])]
)
def test_an_observation_of_nothing_is_refused(space):
    assert "without inputs" in refusal(observation_rule, space)


@pytest.mark.parametrize("space", [spaces.Box(0, 1, (0,)), spaces.MultiDiscrete([])])
def test_an_action_of_nothing_is_refused(space):
    assert "without outputs" in refusal(action_rule, space)


def test_observations_that_are_far_too_large_are_refused():
    assert observation_rule("any", spaces.Box(0, 1, (MOST,))).n_inputs == MOST
    message = refusal(observation_rule, spaces.Box(0, 255, (210, 160, 3), np.uint8))
    assert "100,800 inputs, expected at most 100,000" in message
    assert "ResizeObservation" in message
    assert "2,000,000 inputs" in refusal(observation_rule, spaces.Dict({"a": spaces.Discrete(2_000_000)}))


def test_actions_that_are_far_too_many_are_refused():
    assert "10,000,000 outputs" in refusal(action_rule, spaces.Discrete(10_000_000))
