"""Chunks: everything once, evenly."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from wann.evaluation.pools.chunks import chunks, tapering


@given(st.integers(1, 200), st.integers(1, 500), st.integers(1, 300), st.booleans())
def test_chunks_cover_everything_exactly_once(n_networks, n_lanes, parts, deal):
    seen = np.zeros((n_networks, n_lanes), int)
    work = list(chunks(n_networks, n_lanes, parts, 24, deal))
    for chunk in work:
        assert seen[chunk.networks, chunk.lanes].size > 0
        seen[chunk.networks, chunk.lanes] += 1
    assert (seen == 1).all()
    assert len(work) <= parts


@given(st.integers(2, 1000), st.integers(1, 300), st.booleans())
def test_networks_are_cut_evenly(n_networks, parts, deal):
    cut = [np.arange(n_networks)[chunk.networks] for chunk in chunks(n_networks, 10, parts, 24, deal)]
    assert max(map(len, cut)) - min(map(len, cut)) <= 1
    firsts = [int(networks[0]) for networks in cut]
    if deal:
        assert firsts == list(range(len(cut)))
    else:
        assert np.concatenate(cut).tolist() == list(range(n_networks))


@given(st.integers(1, 5000), st.integers(1, 300))
def test_the_lanes_of_one_network_are_cut_into_even_blocks(n_lanes, parts):
    sizes = [chunk.lanes.stop - chunk.lanes.start for chunk in chunks(1, n_lanes, parts, 24)]
    assert max(sizes) - min(sizes) <= 1
    assert len(sizes) == 1 or min(sizes) >= 24


@given(st.integers(1, 200), st.integers(1, 200), st.integers(1, 64))
def test_tapering_chunks_cover_everything_once_and_end_with_single_lanes(n_networks, n_lanes, workers):
    seen, sizes = np.zeros((n_networks, n_lanes), int), []
    for chunk in tapering(n_networks, n_lanes, workers):
        part = seen[chunk.networks, chunk.lanes]
        left = seen.size - seen.sum()
        assert 0 < part.size <= -(-left // (3 * workers))
        part += 1
        sizes.append(part.size)
    assert (seen == 1).all()
    assert sizes[-workers:] == [1] * min(workers, seen.size)
