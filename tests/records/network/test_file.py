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
from wann.errors import EvaluationError, GenomeError
from wann.evaluation.lanes import Candidate
from wann.export.drawing.network import Portrait
from wann.export.network_export import NetworkExport
from wann.genome.genome import Genome
from wann.network.order import connection_weights
from wann.network.plan import compile_genome
from wann.network.reference import forward
from wann.pruning.model.bridge import to_network_file_parts
from wann.records.network.file import NetworkFile
from wann.training.module import NetworkModule

TASK = TaskConfig(env="CartPole-v1", kwargs={"a": [1, 2]}, max_episode_steps=7, output_activation="tanh")

GOOD = {
    "schema": "wann-network/2",
    "task": {"env": "CartPole-v1"},
    "genome": {
        "n_inputs": 1,
        "n_outputs": 1,
        "activations": ["linear"],
        "connections": [[0, 2, True, 0, 1.0], [1, 2, True, 1, 2.0]],
    },
    "shared_weight": 0.5,
    "weights": "in connections",
    "provenance": {"seed": 3},
}
FORMER = {
    **GOOD,
    "schema": "wann-network/1",
    "genome": {**GOOD["genome"], "connections": [[0, 2, True, 0], [1, 2, True, 1]]},
    "weights": [1.0, 2.0],
}
ROWS = ["genome", "connections"]


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
    path.write_text(json.dumps({k: FORMER[k] for k in ("task", "genome")} | {"schema": GOOD["schema"]}))
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


def changed(path, value, good=GOOD):
    data = copy.deepcopy(good)
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
        (changed(["schema"], "wann-network/3"), "got 'wann-network/3'; it needs a later version of wann"),
        (changed(["schema"], "wann-network/0"), "expected 'wann-network/2' or 'wann-network/1'"),
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
        (changed([*ROWS, 1], [1, 2, True, 1]), "genome.connections[1]: has no weight"),
        (
            changed([*ROWS, 0, 2], False),
            "genome.connections[0]: expected no weight, as the connection is dis",
        ),
        (changed([*ROWS, 0], [0, 2, False, 0, None]), "genome.connections[0]: expected no weight"),
        (changed([*ROWS, 1, 4], None), "genome.connections[1]: expected a finite weight"),
        (changed([*ROWS, 1, 4], "2"), "genome.connections[1]: expected a finite weight"),
        (changed([*ROWS, 1, 4], True), "genome.connections[1]: expected a finite weight"),
        (changed([*ROWS, 1, 4], [2.0]), "genome.connections[1]: expected a finite weight"),
        (changed([*ROWS, 1, 4], float("nan")), "genome.connections[1]: expected a finite weight"),
        (changed([*ROWS, 1, 4], float("inf")), "genome.connections[1]: expected a finite weight"),
        (changed([*ROWS, 1, 4], 10**400), "genome.connections[1]: expected a finite weight"),
        (changed([*ROWS, 1, 4], -1.1e100), "within +-1e+100"),
        (changed([*ROWS, 1], [1, 2, True, 1, 2.0, 3.0]), "genome.connections[1]: expected [source"),
        (changed([*ROWS, 1], {"weight": 2.0}), "genome.connections[1]: expected [source"),
        (changed([*ROWS, 1, 2], 1), "genome.connections[1]: expected [source"),
        (changed(["weights"], None), "genome.connections[0]: has a weight, but `weights` is null"),
        (changed(["weights"], [1.0, 2.0]), "weights: expected 'in connections' or null"),
        (changed(["weights"], {}), "weights: expected 'in connections' or null"),
        (
            changed(["weights"], [1.0, 2.0], FORMER | {"schema": "wann-network/2"}),
            "weights: expected 'in conn",
        ),
        (changed(ROWS, FORMER["genome"]["connections"]), "genome.connections[0]: has no weight"),
        (changed(["weights"], {}, FORMER), "weights"),
        (changed(["weights"], [1.0], FORMER), "expected 2, one per enabled connection, got 1"),
        (changed(["weights"], [1.0, 2.0, 3.0], FORMER), "expected 2, one per enabled connection, got 3"),
        (changed(["weights"], [1.0, "2"], FORMER), "weights"),
        (changed(["weights"], [1.0, None], FORMER), "weights"),
        (changed(["weights"], [1.0, False], FORMER), "weights"),
        (changed(["weights"], [1.0, float("inf")], FORMER), "weights"),
        (changed(["weights"], [1.0, 10**400], FORMER), "weights"),
        (changed(["weights"], [1.0, 1.1e100], FORMER), "none beyond +-1e+100"),
        (changed(["weights"], [[1.0, 2.0]], FORMER), "weights"),
        (
            changed(["schema"], "wann-network/1"),
            "genome.connections[0]: expected [source, target, enabled, inn",
        ),
        (changed(["provenance"], [1]), "provenance"),
        (changed(["provenance"], "me"), "provenance"),
    ],
)
def test_what_is_malformed_is_told_in_one_line(path, data, words):
    assert words in refused(path, data)


def test_the_good_file_of_these_tests_is_good(path):
    for good in (GOOD, FORMER):
        path.write_text(json.dumps(good))
        assert NetworkFile.load(path).weights.tolist() == [1.0, 2.0]
        assert NetworkFile.load(path).to_json()["genome"] == GOOD["genome"]


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


# The order of weights


@pytest.mark.parametrize("seed", range(20))
def test_rows_may_stand_in_any_order(path, random_genome, seed):
    """Each weight goes with its row: a file whose rows are shuffled is the same network."""
    rng = np.random.default_rng(seed)
    genome = random_genome(seed)
    file = NetworkFile(TASK, genome, weights=rng.normal(0, 1, int(genome.enabled.sum())))
    data = file.to_json()
    rng.shuffle(data["genome"]["connections"])
    path.write_text(json.dumps(data))
    other = NetworkFile.load(path)
    inputs = rng.normal(0, 1, (5, genome.n_inputs))
    values = []
    for each in (file, other):
        network = compile_genome(each.genome)
        weights = each.connection_weights(network)
        assert weights is not None
        values.append(forward(network, weights, inputs))
    np.testing.assert_allclose(values[0], values[1], rtol=1e-9, atol=1e-9)


def crossed() -> NetworkFile:
    """A file whose rows all live, in another order than the network's."""
    genome = Genome(2, 2, [0, 0], [2, 1, 0], [4, 3, 3], [True] * 3, range(3))
    return NetworkFile(TASK, genome, weights=np.array([100.0, 10.0, 1.0]))


TAKERS = {
    "candidate": lambda network, weights: Candidate("x", network, weights[None]),
    "candidate, scaled": lambda network, weights: Candidate("x", network, (2.0 * weights).reshape(1, -1)),
    "shared": lambda network, weights: Candidate.shared("x", network, weights),
    "module": lambda network, weights: NetworkModule(network, weights),
    "export": lambda network, weights: NetworkExport(network, "ab", "cd", weights[None]),
    "drawing": lambda network, weights: Portrait(network, ("a", "b"), ("c", "d"), weights[None]),
    "file": lambda network, weights: crossed().with_weights(network, weights, None, {}),
}


@pytest.mark.parametrize("name", TAKERS)
def test_weights_of_a_file_are_not_taken_for_a_networks(name):
    file = crossed()
    network = compile_genome(file.genome)
    with pytest.raises(GenomeError, match="expected the network's order of connections, got the genome's"):
        TAKERS[name](network, file.weights)


def test_weights_of_a_bridge_are_not_taken_for_a_networks():
    layers = [(np.array([[1.0, 2.0], [3.0, 0.0]]), np.array([0.5, 0.0])), (np.ones((1, 2)), np.zeros(1))]
    genome, weights = to_network_file_parts(layers, "relu")
    network = compile_genome(genome)
    with pytest.raises(GenomeError, match="got the genome's"):
        Candidate("x", network, weights.reshape(1, -1))
    outputs = forward(network, connection_weights(genome, network, weights), np.array([[1.0, -1.0]]))
    assert outputs.tolist() == [[3.0]]  # relu(1 - 2 + 0.5) + relu(3)


def test_there_and_back_between_the_orders():
    file = crossed()
    network = compile_genome(file.genome)
    weights = file.connection_weights(network)
    assert weights is not None
    assert weights.tolist() == [[1.0, 10.0, 100.0]]
    again = file.with_weights(network, weights[0], None, {})
    assert again.weights is not None
    assert again.weights.tolist() == [100.0, 10.0, 1.0]


@pytest.mark.parametrize("count", [0, 2, 4])
def test_weights_that_are_not_as_many_as_connections(count):
    file = crossed()
    network = compile_genome(file.genome)
    with pytest.raises(GenomeError, match="weights: expected shape"):
        NetworkFile(TASK, file.genome, weights=np.ones(count))
    with pytest.raises(GenomeError, match="weights: expected shape"):
        file.with_weights(network, np.ones(count), None, {})
    with pytest.raises(GenomeError, match="expected shape"):
        NetworkExport(network, "ab", "cd", np.ones((1, count)))


def test_weights_that_could_not_be_read_again_are_not_kept():
    with pytest.raises(GenomeError, match="finite numbers"):
        NetworkFile(TASK, crossed().genome, weights=np.array([1.0, np.nan, 2.0]))


def test_weights_of_a_network_are_not_those_of_another_genome():
    file = crossed()
    other = Genome(2, 2, [0, 0], [0, 1, 2], [3, 3, 4], [True] * 3, range(3))
    with pytest.raises(GenomeError, match="the network is not that of this genome"):
        file.connection_weights(compile_genome(other))


def test_weights_of_connections_are_no_list_of_shared_weights():
    file = crossed()
    network = compile_genome(file.genome)
    with pytest.raises(EvaluationError, match=r"expected shape \(W,\) or \(W, 1\), got \(1, 3\)"):
        Candidate.shared("x", network, file.connection_weights(network))


def test_a_row_is_a_line(path):
    crossed().save(path)
    assert "\n   [2, 4, true, 0, 100.0],\n" in path.read_text()


@given(texts=st.lists(st.text(), max_size=4))
def test_texts_in_lists_are_kept(tmp_path_factory, texts):
    path = tmp_path_factory.mktemp("network") / "n.json"
    awkward = [*texts, "[", "]", " ]", "[ 1 ]", "\n ]", "{", "a  b"]
    NetworkFile(TASK, crossed().genome, provenance={"texts": awkward, "in": [texts, {"a": texts}]}).save(path)
    assert NetworkFile.load(path).provenance == {"texts": awkward, "in": [texts, {"a": texts}]}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
PLACES = st.sampled_from(
    [[key] for key in GOOD]
    + [["task", "env"], ["task", "kwargs"], ["genome", "n_inputs"], ["genome", "activations", 0]]
    + [["genome", "connections", 1], ["genome", "connections", 1, 4]]
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
