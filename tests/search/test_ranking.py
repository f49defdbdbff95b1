"""Fronts and crowding against their textbook definitions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wann.search.selection.nsga2 import crowding_distance, fronts, rank

FEW = st.integers(-3, 3).map(float)  # many ties and duplicates
MANY = st.floats(-1e9, 1e9).map(lambda value: round(value, 6))
COORDINATE = st.one_of(FEW, MANY)
POINTS = st.lists(st.tuples(COORDINATE, COORDINATE), min_size=1, max_size=40) | st.lists(
    st.tuples(FEW, FEW), min_size=1, max_size=60
)


def split(points):
    first, second = np.array(points, float).T
    return np.ascontiguousarray(first), np.ascontiguousarray(second)


def dominates(a, b) -> bool:
    return a[0] >= b[0] and a[1] >= b[1] and (a[0] > b[0] or a[1] > b[1])


def peel(points) -> list[int]:
    """Front by front: whoever is dominated by nobody left."""
    front, left, number = [-1] * len(points), set(range(len(points))), 0
    while left:
        best = {i for i in left if not any(dominates(points[j], points[i]) for j in left)}
        for i in best:
            front[i] = number
        left -= best
        number += 1
    return front


def crowding_by_the_book(front, values, rule) -> list[float]:
    """Deb et al. 2002, crowding-distance-assignment, one objective; `release`: the authors' scale."""
    distance = [0.0] * len(values)
    for number in set(front):
        members = sorted((i for i in range(len(values)) if front[i] == number), key=lambda i: values[i])
        low, high = values[members[0]], values[members[-1]]
        for before, i, after in zip(members, members[1:], members[2:], strict=False):
            if high == low:
                continue
            gap = values[after] - values[before]
            distance[i] = gap / (high - low) if rule == "nsga2" else gap * abs(1 / high - low)
        distance[members[0]] = distance[members[-1]] = math.inf
    return distance


@settings(max_examples=300)
@given(POINTS)
def test_fronts_are_those_of_peeling(points):
    assert fronts(*split(points)).tolist() == peel(points)


def test_equal_points_share_a_front():
    assert fronts(*split([(1, 1), (2, 2), (1, 1), (2, 2)])).tolist() == [1, 0, 1, 0]


def test_minus_zero_is_zero():
    assert fronts(*split([(0.0, 1.0), (-0.0, 1.0), (0.0, -0.0), (-0.0, 0.0)])).tolist() == [0, 0, 1, 1]


def test_a_large_population_is_sorted_into_the_fronts_of_peeling():
    rng = np.random.default_rng(0)
    points = list(zip(rng.normal(size=300), 1 / rng.integers(1, 30, 300), strict=True))
    assert fronts(*split(points)).tolist() == peel(points)


@settings(max_examples=200)
@given(POINTS)
def test_crowding_is_that_of_nsga2(points):
    first, second = split(points)
    front = fronts(first, second)
    for values in (first, second):
        found = crowding_distance(front, values, "nsga2")
        np.testing.assert_allclose(found, crowding_by_the_book(front, values, "nsga2"), rtol=1e-9)


@settings(max_examples=200)
@given(POINTS)
def test_crowding_is_that_of_the_release(points):
    first, second = split(points)
    front = fronts(first, second)
    for values in (first, second):
        if any(values[front == number].max() == 0 for number in front):
            continue  # the release divides by zero there
        found = crowding_distance(front, values, "release")
        np.testing.assert_allclose(found, crowding_by_the_book(front, values, "release"), rtol=1e-9)


@pytest.mark.parametrize("rule", ["nsga2", "release"])
@pytest.mark.parametrize(
    "values",
    [
        [0.5, 1.0, 2.0],  # 1/max - min = 0
        [-2.0, -1.0, 0.0],  # max = 0
        [0.0, 0.0, 0.0],
        [-1e150, 0.0, 1e150],
        [7.0],
    ],
)
def test_crowding_is_a_number_for_any_values_and_infinite_at_the_ends(rule, values):
    found = crowding_distance(np.zeros(len(values), int), np.array(values), rule)
    assert not np.isnan(found).any()
    assert np.isinf(found[[0, -1]]).all()


@pytest.mark.parametrize("rule", ["nsga2", "release"])
@settings(max_examples=150)
@given(points=POINTS)
def test_rank_is_a_total_order_by_front_then_crowding_then_index(rule, points):
    first, second = split(points)
    order = rank(first, second, rule).tolist()
    assert sorted(order) == list(range(len(points)))
    front = peel(points)
    crowding = crowding_distance(np.array(front), first, rule) + crowding_distance(
        np.array(front), second, rule
    )
    keys = [(front[i], -crowding[i], i) for i in order]
    assert keys == sorted(keys)


def test_the_best_of_all_comes_first():
    assert rank(*split([(1, 1), (0, 5), (3, 3), (2, 9)]), "nsga2").tolist()[0] in (2, 3)
    assert rank(*split([(1, 1), (0, 0), (3, 3), (2, 2)]), "nsga2").tolist() == [2, 3, 0, 1]


@given(POINTS)
def test_ranking_changes_nothing_that_is_given(points):
    first, second = split(points)
    before = first.copy(), second.copy()
    rank(first, second)
    assert (first == before[0]).all()
    assert (second == before[1]).all()
