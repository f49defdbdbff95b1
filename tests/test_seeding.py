"""Random streams: the same for equal arguments, unrelated otherwise."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wann.seeding import Purpose, episode_seeds, generator

SEEDS = st.integers(0, 2**63 - 1)
GENERATIONS = st.integers(0, 10_000_000)

EPISODES = [purpose for purpose in Purpose if purpose != Purpose.SHARED_WEIGHTS]


@given(SEEDS, st.sampled_from(Purpose), GENERATIONS, st.integers(0, 1000))
def test_equal_arguments_give_equal_streams(seed, purpose, generation, index):
    draws = [generator(seed, purpose, generation, index).integers(0, 2**63, 5).tolist() for _ in range(2)]
    assert draws[0] == draws[1]


def test_streams_differ_in_every_argument():
    arguments = itertools.product((0, 1, 2, 2**32, 2**32 + 1, 2**63 - 1), Purpose, range(20), range(5))
    first = [int(generator(*key).integers(0, 2**63)) for key in arguments]
    assert len(set(first)) == len(first)


@given(SEEDS, SEEDS, GENERATIONS, GENERATIONS)
def test_episode_seeds_of_different_purposes_are_disjoint(seed, other_seed, generation, other_generation):
    for a, b in itertools.combinations(EPISODES, 2):
        here = episode_seeds(seed, a, 50, generation)
        there = episode_seeds(other_seed, b, 50, other_generation)
        assert not set(here.tolist()) & set(there.tolist())


@pytest.mark.parametrize("purpose", EPISODES)
def test_episode_seeds_are_valid_seeds_of_an_environment(purpose):
    seeds = episode_seeds(3, purpose, 1000)
    assert seeds.shape == (1000,)
    assert seeds.dtype == np.int64
    assert 0 <= seeds.min() <= seeds.max() < 2**31


def test_what_is_no_purpose_of_episodes_is_refused():
    """Three bits of a 31-bit seed name its purpose: 8 would be no seed of an environment, and silently so."""
    with pytest.raises(ValueError, match="no episodes"):
        episode_seeds(0, Purpose.SHARED_WEIGHTS, 1)


def test_each_generation_meets_new_episodes():
    seen = np.concatenate([episode_seeds(0, Purpose.SEARCH, 4, g) for g in range(1, 501)])
    assert len(np.unique(seen)) == len(seen)


def test_more_episodes_begin_with_the_fewer_ones():
    assert episode_seeds(5, Purpose.TEST, 100)[:10].tolist() == episode_seeds(5, Purpose.TEST, 10).tolist()


def test_neighbouring_streams_are_uncorrelated():
    streams = [generator(seed, Purpose.REPRODUCTION, g).random(2000) for seed in (0, 1) for g in range(10)]
    off_diagonal = np.corrcoef(streams)[np.triu_indices(len(streams), 1)]
    assert np.abs(off_diagonal).max() < 5 / np.sqrt(2000)


def test_episode_seeds_spread_over_their_whole_range():
    low_bits = episode_seeds(0, Purpose.SEARCH, 20_000) - (int(Purpose.SEARCH) << 28)
    counts = np.bincount(low_bits >> 24, minlength=16)
    assert counts.sum() == 20_000
    assert np.abs(counts - 1250).max() < 5 * np.sqrt(1250)


def test_the_streams_are_those_of_the_first_release():
    assert [int(p) for p in Purpose] == [0, 1, 2, 3, 4, 5, 6, 7, 8]
    expected = np.random.Generator(np.random.PCG64(np.random.SeedSequence(7, spawn_key=(2, 9, 0))))
    draws = expected.integers(0, 2**28, 4, dtype=np.int64) + 2 * 2**28
    assert episode_seeds(7, Purpose.SEARCH, 4, generation=9).tolist() == draws.tolist()
