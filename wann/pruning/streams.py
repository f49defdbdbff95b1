"""The random streams of a pruning cell, each for one thing."""

from __future__ import annotations

from enum import IntEnum

import torch

from wann import seeding


class Stream(IntEnum):
    """What a random stream is for. The numbers decide what a seed means."""

    INITIAL = 0  # initial weights
    DENSE = 1  # orders of the training images in the dense training
    RETRAINING = 2  # the same after a round of pruning
    CRITERION = 3  # what a criterion draws in a round
    CONTROL = 4  # shuffles
    REINIT = 5  # fresh weights
    CHAIN = 6  # all that later stages of a chain draw


def generator(seed: int, stream: Stream, index: int = 0) -> torch.Generator:
    """Return torch's generator of one stream; equal arguments give equal streams."""
    return torch.Generator().manual_seed(number(seed, stream, index))


def number(seed: int, stream: Stream, index: int = 0) -> int:
    """Return one number of a stream: the seed of something that has streams of its own."""
    return int(seeding.generator(seed, seeding.Purpose.PRUNING, int(stream), index).integers(0, 1 << 62))
