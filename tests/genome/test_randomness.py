"""The random numbers of kernels, against the published generator."""

from __future__ import annotations

import numpy as np

from wann.genome.randomness import below, uniform


def test_uniform_is_splitmix64():
    # the reference implementation's first outputs for seed 1234567 (Vigna, splitmix64.c)
    published = [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]
    state = np.array([1234567], np.uint64)
    assert [uniform(state) for _ in published] == [(z >> 11) / 2**53 for z in published]


def test_below_gives_every_integer_alike():
    state = np.array([1], np.uint64)
    counts = np.bincount([below(state, 7) for _ in range(14_000)], minlength=7)
    assert len(counts) == 7
    assert np.abs(counts - 2000).max() < 5 * np.sqrt(2000 * 6 / 7)
