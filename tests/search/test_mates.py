"""Second parents: who has one, and that nothing changes for searches without crossover."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wann.search.selection.plan import Plan, plan_reproduction

RANKING = np.random.default_rng(0).permutation(100)


def plan(probability: float, seed: int = 0, ranking=RANKING, tournament: int = 4) -> Plan:
    return plan_reproduction(ranking, 0.2, 0.2, tournament, np.random.default_rng(seed), probability)


@given(st.integers(0, 10**6))
def test_without_crossover_the_stream_is_used_as_ever(seed):
    rng, same = np.random.default_rng(seed), np.random.default_rng(seed)
    made = plan_reproduction(RANKING, 0.2, 0.2, 4, rng)
    drawn = same.integers(0, 80, size=(84, 4)).min(axis=1)
    assert made.parents.tolist() == RANKING[[*range(16), *drawn]].tolist()
    assert made.mates.tolist() == [-1] * 100
    assert rng.bit_generator.state == same.bit_generator.state


@given(st.integers(0, 10**6), st.floats(0.01, 1))
def test_a_mate_survives_and_is_never_ranked_better(seed, probability):
    made = plan(probability, seed)
    place = np.argsort(RANKING)
    crossed = made.mates >= 0
    assert made.elites == 16
    assert not crossed[:16].any()
    assert (place[made.parents[crossed]] <= place[made.mates[crossed]]).all()
    assert place[made.mates[crossed]].max(initial=0) < 80


@pytest.mark.parametrize("probability", [0.1, 0.5, 1.0])
def test_children_are_crossed_by_the_probability(probability):
    crossed = np.concatenate([plan(probability, seed).mates[16:] >= 0 for seed in range(200)])
    deviation = np.sqrt(len(crossed) * probability * (1 - probability))
    assert abs(crossed.sum() - len(crossed) * probability) <= 5 * deviation


def test_children_that_are_not_crossed_have_the_parents_they_had():
    without, some = plan(0.0), plan(0.5)
    alone = some.mates < 0
    assert 10 < alone[16:].sum() < 74
    assert some.parents[alone].tolist() == without.parents[alone].tolist()


def test_both_parents_are_winners_of_tournaments():
    place = np.argsort(RANKING)
    pairs = [plan(1.0, seed, tournament=3) for seed in range(300)]
    worse = np.concatenate([place[made.mates[16:]] for made in pairs])
    # P(one winner is below k) = 1 - (1 - k / n)^t, and the worse of two is below k where both are
    for k in (5, 20, 40, 60):
        share = (1 - (1 - k / 80) ** 3) ** 2
        deviation = np.sqrt(len(worse) * share * (1 - share))
        assert abs((worse < k).sum() - len(worse) * share) <= 5 * deviation
