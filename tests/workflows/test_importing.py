"""Import of the original release's files: what the network computes, and what the file says."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path

import numpy as np
import pytest

import wann
from wann.config import parse_config
from wann.errors import GenomeError, UnknownEnvironment
from wann.network.plan import compile_genome
from wann.network.reference import forward
from wann.records.network.file import NetworkFile
from wann.workflows import importing as release
from wann.workflows.importing import import_release

CARTPOLE = parse_config("{task: {env: CartPole-v1}, evaluation: {shared_weights: [-1, 2]}}", "text")
SWINGUP = parse_config("task: {env: wann_envs:wann/CartPoleSwingUp-v0}", "text")

# The release's formulas by their codes, from its documentation.
FORMULAS = {
    1: lambda x: x,
    2: lambda x: (x > 0) * 1.0,
    3: lambda x: np.sin(np.pi * x),
    4: lambda x: np.exp(-x * x / 2),
    5: np.tanh,
    6: lambda x: 1 / (1 + np.exp(-x)),
    7: lambda x: -x,
    8: np.abs,
    9: lambda x: np.maximum(x, 0),
    10: lambda x: np.cos(np.pi * x),
    11: lambda x: x * x,
}


def dense_forward(weights: np.ndarray, codes: np.ndarray, inputs: np.ndarray, n_outputs: int) -> np.ndarray:
    """A matrix evaluated as it stands, column by column: (L, n_outputs) for (L, n_inputs)."""
    values = np.zeros((len(inputs), len(codes)))
    values[:, 0] = 1
    first = 1 + inputs.shape[1]
    values[:, 1:first] = inputs
    for node in range(first, len(codes)):
        values[:, node] = FORMULAS[int(codes[node])](values @ weights[:, node])
    return values[:, -n_outputs:]


def random_matrix(seed: int, n_inputs: int = 4, n_outputs: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """A matrix of the release's form, `nan` for disabled, and its codes."""
    rng = np.random.default_rng(seed)
    n = 1 + n_inputs + n_outputs + int(rng.integers(1, 9))
    matrix = np.triu(rng.choice([0.0, 0.0, 1.0, np.nan], (n, n)), 1)
    matrix[:, : 1 + n_inputs], matrix[n - n_outputs :] = 0, 0
    matrix[0, 1 + n_inputs], matrix[n - n_outputs - 1, -1] = 1, 1
    return matrix, rng.integers(1, 12, n)


def written(folder: Path, matrix: np.ndarray, codes: np.ndarray) -> Path:
    path = folder / "champion.out"
    np.savetxt(path, np.column_stack([matrix, codes]), delimiter=",", fmt="%1.2e")
    return path


@pytest.mark.parametrize("seed", range(20))
def test_an_imported_network_computes_what_the_matrix_does(seed, tmp_path):
    matrix, codes = random_matrix(seed)
    file = import_release(written(tmp_path, matrix, codes), CARTPOLE)
    network = compile_genome(file.genome)
    inputs = np.random.default_rng(seed + 1).normal(0, 1, (50, 4))
    topology = np.where(np.isnan(matrix), 0.0, matrix != 0)
    for weight in (-1.5, 0.3, 2.0):
        expected = dense_forward(topology * weight, codes, inputs, 2)
        found = forward(network, np.full((50, 1), weight), inputs)
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("offset", [0.0, -1.5])
def test_imported_weights_belong_to_the_cells_of_the_matrix(seed, offset, tmp_path):
    matrix, codes = random_matrix(seed)
    on = ~np.isnan(matrix) & (matrix != 0)
    values = np.random.default_rng(seed + 2).normal(0, 1, on.sum())
    (tmp_path / "weights.json").write_text(json.dumps([values.tolist(), 932]))
    path = written(tmp_path, matrix, codes)
    made = import_release(path, CARTPOLE, tmp_path / "weights.json", offset)
    made.save(tmp_path / "genome.json")
    file = NetworkFile.load(tmp_path / "genome.json")
    network = compile_genome(file.genome)
    trained = file.connection_weights(network)
    assert trained is not None
    weights = np.zeros(matrix.shape)
    weights[on] = values + offset  # boolean indexing is row-major
    inputs = np.random.default_rng(seed + 1).normal(0, 1, (50, 4))
    expected = dense_forward(weights, codes, inputs, 2)
    found = forward(network, np.repeat(trained, 50, axis=0), inputs)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


def test_the_file_says_where_it_comes_from(tmp_path):
    path = written(tmp_path, *random_matrix(3))
    plain = wann.import_release(path, CARTPOLE)
    assert plain.task == CARTPOLE.task
    assert (plain.weights, plain.shared_weight) == (None, None)
    network = compile_genome(plain.genome)
    assert plain.provenance == {
        "made_by": f"wann {wann.__version__}",
        "imported_from": "champion.out",
        "shared_weights": [-1.0, 2.0],
        "connections": network.n_connections,
        "nodes": network.n_nodes,
    }
    (tmp_path / "w.json").write_text(json.dumps([[0.0] * int(plain.genome.enabled.sum()), 1]))
    weighted = import_release(path, CARTPOLE, tmp_path / "w.json", -1.5)
    assert weighted.provenance["weights_from"] == "w.json"
    assert weighted.provenance["offset_from"] == -1.5


# What cannot be imported


def refused(*arguments, kind=GenomeError) -> str:
    with pytest.raises(kind) as caught:
        import_release(*arguments)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_files_that_cannot_be_read(tmp_path, monkeypatch):
    for path in (tmp_path / "none.out", tmp_path):
        assert refused(path, CARTPOLE).startswith(f"{path}: cannot be read")
    binary = tmp_path / "x.out"
    binary.write_bytes(b"\x93NUMPY\xff\xfe")
    assert refused(binary, CARTPOLE).startswith(f"{binary}: cannot be read")
    binary.write_bytes(b"")
    assert refused(binary, CARTPOLE) == f"{binary}: is empty; expected a matrix of connections"
    path = written(tmp_path, *random_matrix(3))
    monkeypatch.setattr(release, "_MOST_BYTES", 100)
    assert "larger than 0 MiB" in refused(path, CARTPOLE)


def test_a_matrix_for_another_task(tmp_path):
    path = written(tmp_path, *random_matrix(3))
    assert "another task" in refused(path, SWINGUP)
    unknown = parse_config("task: {env: CartPol-v1}", "text")
    assert "CartPole-v1" in refused(path, unknown, kind=UnknownEnvironment)


def test_weights_that_do_not_fit(tmp_path):
    path, weights = written(tmp_path, *random_matrix(3)), tmp_path / "w.json"
    weights.write_text("[[1.0], 932]")
    assert refused(path, CARTPOLE, weights).startswith(f"{weights}: expected ")
    assert refused(path, CARTPOLE, tmp_path / "none.json").startswith(f"{tmp_path}/none.json: cannot be read")
    for offset in (math.nan, math.inf, 1e7):
        assert "--offset-from" in refused(path, CARTPOLE, weights, offset)


# The release's own champion

REFERENCE = os.environ.get("WANN_DATA_DIR")
published = pytest.mark.skipif(not REFERENCE, reason="WANN_DATA_DIR is not set")


@published
def test_the_published_champion_is_read_whole():
    folder = Path(REFERENCE or "") / "reference"
    file = import_release(folder / "swing.out", SWINGUP, folder / "swing.weights.json", -1.5)
    network = compile_genome(file.genome)
    assert network.n_connections == int(file.genome.enabled.sum()) == 52
    # every node of the file is live: 29 rows
    assert network.n_nodes == 29
    table = np.genfromtxt(folder / "swing.out", delimiter=",")
    matrix, codes = table[:, :-1], table[:, -1]
    on = ~np.isnan(matrix) & (matrix != 0)
    weights = np.zeros(matrix.shape)
    weights[on] = np.array(json.loads((folder / "swing.weights.json").read_text())[0]) - 1.5
    inputs = np.random.default_rng(0).normal(0, 1, (200, 5))
    trained = file.connection_weights(network)
    assert trained is not None
    found = forward(network, np.repeat(trained, 200, axis=0), inputs)
    np.testing.assert_allclose(found, dense_forward(weights, codes, inputs, 1), rtol=1e-9, atol=1e-9)
