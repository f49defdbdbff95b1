"""Every random stream of a run, derived from (seed, purpose, generation, index) and never carried on.

Resuming therefore equals not having stopped. Episode seeds of different purposes are disjoint: the three
top bits of a 31-bit seed name the purpose, the other 28 are random.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np

_RANDOM_BITS = 28


class Purpose(IntEnum):
    """What a random stream is for. The numbers are part of the determinism promise."""

    INITIAL = 0  # the initial population
    REPRODUCTION = 1  # one generation's ranking coin, tournaments and mutations
    SEARCH = 2  # episodes that the search sees
    SELECT = 3  # fixed episodes that choose the champion
    TUNE = 4  # episodes that tune weights; with index 1, what an optimiser of weights draws
    TEST = 5  # the only episodes that are reported
    RANDOM_WEIGHTS = 6  # the connection weights of regime 1
    PRUNING = 7  # initial weights, orders of training images, draws of criteria and controls
    SHARED_WEIGHTS = 8  # those of a generation, where they are drawn; no purpose of episodes


def generator(seed: int, purpose: Purpose, generation: int = 0, index: int = 0) -> np.random.Generator:
    """Return the generator of one stream; equal arguments give equal streams."""
    return np.random.Generator(
        np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(int(purpose), generation, index)))
    )


def episode_seeds(seed: int, purpose: Purpose, count: int, generation: int = 0) -> np.ndarray:
    """Return `(count,)` int64 episode seeds, disjoint from those of every other purpose.

    Raises:
        ValueError: the purpose is no purpose of episodes.
    """
    if purpose == Purpose.SHARED_WEIGHTS:
        raise ValueError("shared weights are no episodes, and have no episode seeds")
    draws = generator(seed, purpose, generation).integers(0, 1 << _RANDOM_BITS, size=count, dtype=np.int64)
    return draws + (int(purpose) << _RANDOM_BITS)


def purpose_of(episode_seed: int) -> Purpose:
    """Return the purpose that an episode seed was drawn for."""
    return Purpose(episode_seed >> _RANDOM_BITS)
