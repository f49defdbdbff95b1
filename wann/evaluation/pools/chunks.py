"""Cutting work for workers: a lane's return depends on nothing but itself, so no cut changes a bit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

# Of what is left, the next chunk is so small a part of a worker's share.
_SHARES = 3


@dataclass(frozen=True)
class Chunk:
    """A part of the work: some of the networks on some of the lanes."""

    networks: slice
    lanes: slice


def chunks(
    n_networks: int, n_lanes: int, parts: int, least_lanes: int = 1, deal: bool = False
) -> Iterator[Chunk]:
    """Cut `n_networks` x `n_lanes` into at most `parts` chunks: runs of networks, or of a single one's lanes.

    Lanes are cut into runs of at least `least_lanes`, or not at all.
    With `deal`, networks are dealt out in turn: those which take long (the elite stands first, and does not
    fall early) are then spread evenly over few chunks. Where chunks are many, and fetched by whoever is
    free, it is better that they begin with the long ones.
    """
    if n_networks > 1 and deal:
        parts = min(parts, n_networks)
        yield from (Chunk(slice(k, n_networks, parts), slice(0, n_lanes)) for k in range(parts))
        return
    count = min(parts, n_networks if n_networks > 1 else max(1, n_lanes // least_lanes))
    edges = np.linspace(0, n_networks if n_networks > 1 else n_lanes, count + 1).astype(int).tolist()
    for a, b in pairwise(edges):
        yield Chunk(slice(a, b), slice(0, n_lanes)) if n_networks > 1 else Chunk(slice(0, 1), slice(a, b))


def tapering(n_networks: int, n_lanes: int, workers: int) -> Iterator[Chunk]:
    """Cut work for workers that fetch a chunk when they are free: large ones first, single lanes last.

    Nobody knows how long an episode will be, and one may be a hundred times as long as another. What a worker
    still has to do while the others have nothing left is so one episode at most, at few chunks in all.
    A chunk is a run of networks, or of the lanes of one.
    """
    network = lane = 0
    while network < n_networks:
        left = (n_networks - network) * n_lanes - lane
        size = -(-left // (_SHARES * workers))
        if lane == 0 and size >= n_lanes:
            count = size // n_lanes
            yield Chunk(slice(network, network + count), slice(0, n_lanes))
            network += count
            continue
        end = min(lane + size, n_lanes)
        yield Chunk(slice(network, network + 1), slice(lane, end))
        network, lane = (network, end) if end < n_lanes else (network + 1, 0)
