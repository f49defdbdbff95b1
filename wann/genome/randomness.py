"""Random draws inside kernels: splitmix64, integers only, the same on every machine.

Each child gets its own 64-bit seed from the run's NumPy stream; `state` is a `(1,)` uint64 array.
Source: Steele, Lea & Flood 2014, "Fast splittable pseudorandom number generators".
"""

from __future__ import annotations

import numpy as np

from wann.jit import helper

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX2 = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)


@helper
def uniform(state):
    """A float in [0, 1) with 53 random bits."""
    state[0] += _GAMMA
    z = state[0]
    z = (z ^ (z >> _S30)) * _MIX1
    z = (z ^ (z >> _S27)) * _MIX2
    return ((z ^ (z >> _S31)) >> _S11) * 1.1102230246251565e-16


@helper
def below(state, n):
    """An integer in 0 .. n - 1, uniformly."""
    return min(int(uniform(state) * n), n - 1)


@helper
def pick(mask, state):
    """Return the index of a random True, uniformly, or -1 where there is none."""
    count = mask.sum()
    if count == 0:
        return -1
    nth = below(state, count)
    for index in range(mask.size):
        if mask[index]:
            if nth == 0:
                return index
            nth -= 1
    return -1
