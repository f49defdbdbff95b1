"""The schema of networks on disk."""

from __future__ import annotations

import copy
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from wann.config import TaskConfig
from wann.errors import GenomeError
from wann.genome.genome import Genome
from wann.network.plan import compile_genome
from wann.network.reference import forward
from wann.records.network_file import NetworkFile

TASK = TaskConfig(env="CartPole-v1", kwargs={"a": [1, 2]}, max_episode_steps=7, output_activation="tanh")

GOOD = {
    "schema": "wann-network/1",
    "task": {"env": "CartPole-v1"},
    "genome": {
        "n_inputs": 1,
        "n_outputs": 1,
        "activations": ["linear"],
        "connections": [[0, 2, True, 0], [1, 2, True, 1]],
    },
    "shared_weight": 0.5,
    "weights": [1.0, 2.0],
    "provenance": {"seed": 3},
}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "network.json"


def refused(path, data) -> str:
    path.write_text(data if isinstance(data, str) else json.dumps(data))
    with pytest.raises(GenomeError) as caught:
        NetworkFile.load(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message


@given(seed=st.integers(0, 10**6), data=st.data())
def test_round_trip_is_lossless(tmp_path_factory, random_genome, seed, data):
    path = tmp_path_factory.mktemp("network") / "n.json"
    genome = random_genome(seed)
    shared = data.draw(st.none() | st.floats(allow_nan=False, allow_infinity=False))
    bounded = st.floats(-1e100, 1e100)
    weights = data.draw(st.none() | arrays(np.float64, int(genome.enabled.sum()), elements=bounded))
    NetworkFile(TASK, genome, shared, weights, {"seed": seed, "from": ["a", None]}).save(path)
    again = NetworkFile.load(path)
    assert again.task == TASK
    assert again.genome == genome
    assert again.shared_weight == shared
    assert (again.weights is None) == (weights is None)
    if weights is not None:
        assert again.weights.tobytes() == weights.tobytes()
    assert again.provenance == {"seed": seed, "from": ["a", None]}


def test_numbers_that_are_not_finite_become_null(path, random_genome):
    NetworkFile(TASK, random_genome(1), provenance={"score": float("nan"), "list": [float("inf")]}).save(path)
    assert NetworkFile.load(path).provenance == {"score": None, "list": [None]}


def test_a_file_needs_no_weights_and_no_provenance(path):
    path.write_text(json.dumps({k: GOOD[k] for k in ("schema", "task", "genome")}))
    found = NetworkFile.load(path)
    assert (found.shared_weight, found.weights, found.provenance) == (None, None, {})


def test_weights_belong_to_the_enabled_connections_in_the_order_of_the_file():
    # input 2 -> output, (disabled), input 1 -> 4, which leads nowhere, input 1 -> output, bias -> output
    enabled = [True, False, True, True, True]
    genome = Genome(2, 1, [0, 0], [2, 0, 1, 1, 0], [3, 4, 4, 3, 3], enabled, range(5))
    file = NetworkFile(TASK, genome, weights=np.array([100.0, 7.0, 10.0, 1.0]))
    network = compile_genome(genome)
    assert network.n_connections == 3
    weights = file.connection_weights(network)
    assert weights is not None
    assert forward(network, weights, np.array([[5.0, 3.0]])).tolist() == [[100 * 3.0 + 10 * 5.0 + 1.0]]


def test_without_weights_there_are_none_per_connection(random_genome):
    genome = random_genome(1)
    assert NetworkFile(TASK, genome).connection_weights(compile_genome(genome)) is None


def changed(path, value):
    data = copy.deepcopy(GOOD)
    part = data
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value
    return data


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("", "not a readable"),
        ("{", "not a readable"),
        ("\xff\x00", "not a readable"),
        ("[" * 100_000, "not a readable"),
        ("null", "schema"),
        ("[]", "schema"),
        ("{}", "schema"),
        (changed(["schema"], "wann-network/2"), "wann-network/2"),
        (changed(["schema"], ["a"]), "schema"),
        (changed(["task"], None), "task"),
        (changed(["task"], {}), "task"),
        (changed(["task", "env"], 5), "task"),
        (changed(["task", "colour"], "red"), "task"),
        (changed(["task", "max_episode_steps"], -1), "task"),
        (changed(["genome"], None), "genome"),
        (changed(["genome", "activations"], ["tahn"]), "did you mean 'tanh'"),
        (changed(["genome", "connections", 0, 1], 0), "target"),
        (changed(["shared_weight"], "0.5"), "shared_weight"),
        (changed(["shared_weight"], True), "shared_weight"),
        (changed(["shared_weight"], float("nan")), "shared_weight"),
        (changed(["shared_weight"], float("-inf")), "shared_weight"),
        (changed(["shared_weight"], 10**400), "shared_weight"),
        (changed(["weights"], {}), "weights"),
        (changed(["weights"], [1.0]), "expected 2, one per enabled connection, got 1"),
        (changed(["weights"], [1.0, 2.0, 3.0]), "expected 2, one per enabled connection, got 3"),
        (changed(["weights"], [1.0, "2"]), "weights"),
        (changed(["weights"], [1.0, None]), "weights"),
        (changed(["weights"], [1.0, False]), "weights"),
        (changed(["weights"], [1.0, float("inf")]), "weights"),
        (changed(["weights"], [1.0, 10**400]), "weights"),
        (changed(["weights"], [1.0, 1.1e100]), "none beyond +-1e+100"),
        (changed(["weights"], [[1.0, 2.0]]), "weights"),
        (changed(["provenance"], [1]), "provenance"),
        (changed(["provenance"], "me"), "provenance"),
    ],
)
def test_what_is_malformed_is_told_in_one_line(path, data, words):
    assert words in refused(path, data)


def test_the_good_file_of_these_tests_is_good(path):
    path.write_text(json.dumps(GOOD))
    assert NetworkFile.load(path).weights.tolist() == [1.0, 2.0]


def test_bytes_that_are_no_text_are_refused(path):
    path.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(GenomeError, match="not a readable network file"):
        NetworkFile.load(path)


def test_missing_files_folders_and_huge_files_are_refused(tmp_path):
    huge = tmp_path / "huge.json"
    with huge.open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    for path in (tmp_path / "none.json", tmp_path, huge):
        with pytest.raises(GenomeError) as caught:
            NetworkFile.load(path)
        assert str(path) in str(caught.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
PLACES = st.sampled_from(
    [[key] for key in GOOD]
    + [["task", "env"], ["task", "kwargs"], ["genome", "n_inputs"], ["genome", "activations", 0]]
    + [["genome", "connections", 1], ["weights", 0]]
)


@settings(max_examples=200)
@given(place=PLACES, value=JSON)
def test_any_value_anywhere_is_read_or_refused_clearly(tmp_path_factory, place, value):
    path = tmp_path_factory.mktemp("network") / "n.json"
    path.write_text(json.dumps(changed(place, value)))
    message = ""
    try:
        NetworkFile.load(path)
    except GenomeError as error:
        message = str(error)
    assert "\n" not in message
