"""Genomes as JSON: a lossless round trip, and one clear line for everything else."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wann.errors import GenomeError
from wann.genome.serial import genome_from_json, genome_to_json

GOOD = {
    "n_inputs": 1,
    "n_outputs": 1,
    "activations": ["linear", "tanh"],
    "connections": [[0, 2, True, 0], [1, 3, False, 1], [3, 2, True, 2]],
}


def changed(path, value):
    data = copy.deepcopy(GOOD)
    part = data
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value
    return data


@given(st.integers(0, 10**6))
def test_round_trip_through_text_is_lossless(random_genome, seed):
    genome = random_genome(seed)
    again = genome_from_json(json.loads(json.dumps(genome_to_json(genome), allow_nan=False)))
    assert again == genome
    assert again.digest == genome.digest


def test_files_hold_names_and_one_row_a_gene():
    assert genome_to_json(genome_from_json(GOOD)) == GOOD


def test_large_ids_survive():
    data = changed(["connections", 0, 3], 2**61)
    assert genome_to_json(genome_from_json(data)) == data


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (None, "expected an object"),
        ([], "expected an object"),
        ("genome", "expected an object"),
        ({}, "missing activations, connections, n_inputs, n_outputs"),
        (changed(["n_inputs"], 0), "n_inputs"),
        (changed(["n_inputs"], -1), "n_inputs"),
        (changed(["n_inputs"], 1.0), "n_inputs"),
        (changed(["n_inputs"], True), "n_inputs"),
        (changed(["n_inputs"], "1"), "n_inputs"),
        (changed(["n_inputs"], 10**30), "n_inputs"),
        (changed(["n_outputs"], None), "n_outputs"),
        (changed(["n_outputs"], 3), "activations"),
        (changed(["activations"], "linear"), "activations"),
        (changed(["activations"], None), "activations"),
        (changed(["activations"], []), "activations"),
        (changed(["activations", 1], "tanhh"), "did you mean 'tanh'"),
        (changed(["activations", 1], 4), "unknown activation 4"),
        (changed(["activations", 1], None), "unknown activation"),
        (changed(["activations", 1], ["tanh"]), "unknown activation"),
        (changed(["activations", 1], {"a": 1}), "unknown activation"),
        (changed(["activations"], ["linear"] * 100_001), "at most"),
        (changed(["connections"], None), "connections"),
        (changed(["connections"], {}), "connections"),
        (changed(["connections", 1], None), r"connections\[1\]"),
        (changed(["connections", 1], [0, 2, True]), r"connections\[1\]"),
        (changed(["connections", 1], [0, 2, True, 1, 1]), r"connections\[1\]"),
        (changed(["connections", 1, 0], 0.5), r"connections\[1\]"),
        (changed(["connections", 1, 0], True), r"connections\[1\]"),
        (changed(["connections", 1, 0], -1), r"connections\[1\]"),
        (changed(["connections", 1, 1], 2**40), r"connections\[1\]"),
        (changed(["connections", 1, 1], 2**400), r"connections\[1\]"),
        (changed(["connections", 1, 1], "3"), r"connections\[1\]"),
        (changed(["connections", 1, 2], 1), r"connections\[1\]"),
        (changed(["connections", 1, 3], float("nan")), r"connections\[1\]"),
        (changed(["connections", 1, 3], 2**63), r"connections\[1\]"),
        (changed(["connections", 1, 1], 9), "target"),
        (changed(["connections", 1, 0], 2), "source"),
        (changed(["connections", 1, 3], 0), "unique"),
        (changed(["connections", 1], [3, 3, False, 1]), "cycle"),
    ],
)
def test_malformed_data_is_refused_in_one_line(data, message):
    with pytest.raises(GenomeError, match=message) as caught:
        genome_from_json(data)
    assert "\n" not in str(caught.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
PLACES = st.sampled_from(
    [[key] for key in GOOD]
    + [["activations", 1], ["connections", 1], *(["connections", 1, k] for k in range(4))]
)


@given(PLACES, JSON)
def test_any_value_anywhere_is_read_or_refused_clearly(place, value):
    data = changed(place, value)
    try:
        again, message = genome_to_json(genome_from_json(data)), ""
    except GenomeError as error:
        again, message = data, str(error)
    assert again == data
    assert "\n" not in message
