"""Who survives, who is copied, who has children."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wann.search.selection.plan import plan_reproduction

PERCENT = st.integers(0, 100)


def plan(ranking, elite=0.2, cull=0.2, tournament=8, seed=0):
    return plan_reproduction(np.asarray(ranking), elite, cull, tournament, np.random.default_rng(seed))


@given(size=st.integers(2, 1000), elite=PERCENT, cull=st.integers(0, 99), tournament=st.integers(1, 20))
def test_counts_are_rounded_down(size, elite, cull, tournament):
    survivors = size - math.floor(Fraction(cull, 100) * size)
    elites = math.floor(Fraction(elite, 100) * survivors)
    made = plan(np.arange(size), elite / 100, cull / 100, tournament)
    assert made.elites == elites
    assert made.parents.shape == (size,)
    assert made.parents.max() < survivors


@given(st.permutations(range(20)), st.integers(0, 100))
def test_elites_are_the_first_of_the_ranking_in_order(ranking, elite):
    made = plan(ranking, elite / 100)
    assert made.parents[: made.elites].tolist() == list(ranking[: made.elites])
    assert set(made.parents.tolist()) <= set(ranking[:16])


@pytest.mark.parametrize("tournament", [1, 2, 8])
def test_parents_are_the_best_of_so_many_drawn_with_replacement(tournament):
    size, survivors = 50_000, 10
    ranking = np.random.default_rng(1).permutation(survivors + 5)
    parents = np.concatenate(
        [plan(ranking, 0.0, 1 / 3, tournament, seed).parents for seed in range(size // 15)]
    )
    place = np.argsort(ranking)[parents]
    counts = np.bincount(place, minlength=survivors)
    assert len(counts) == survivors
    # P(best of t draws is k) = ((n - k)^t - (n - k - 1)^t) / n^t
    n, k = survivors, np.arange(survivors)
    share = ((n - k) ** tournament - (n - k - 1) ** tournament) / n**tournament
    deviation = np.sqrt(len(parents) * share * (1 - share))
    assert (np.abs(counts - len(parents) * share) <= 5 * deviation + 1).all()


def test_someone_always_survives():
    assert plan([3, 1, 0, 2], cull=0.99, elite=0.0).parents.tolist() == [3, 3, 3, 3]
    assert plan([1, 0], cull=0.5, elite=0.0).parents.tolist() == [1, 1]


def test_equal_streams_give_equal_plans():
    assert plan(np.arange(64), seed=3).parents.tolist() == plan(np.arange(64), seed=3).parents.tolist()
    assert plan(np.arange(64), seed=3).parents.tolist() != plan(np.arange(64), seed=4).parents.tolist()
