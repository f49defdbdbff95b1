"""Networks to export, and how each exported file is run; as fixtures that return functions or tables."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from wann.activations import CODE, NAMES
from wann.export.network_export import NetworkExport
from wann.export.writers import write_export
from wann.network.network import Network
from wann.network.plan import compile_genome
from wann.pruning.model.bridge import to_network_file_parts

STRICT = ("-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-O2")
TYPES = {"double": np.float64, "float": np.float32, "fixed": np.int32}


def export_of(network: Network, weights: np.ndarray | None = None, **more) -> NetworkExport:
    inputs, outputs = (
        [f"{n} {k}" for k in range(count)]
        for n, count in zip(("in", "out"), (network.n_inputs, network.n_outputs), strict=True)
    )
    return NetworkExport(network, inputs, outputs, weights, **more)


@pytest.fixture(scope="session")
def to_export() -> Callable[..., NetworkExport]:
    """`to_export(network, weights=None, **fields)`: a network with names for its inputs and outputs."""
    return export_of


@pytest.fixture(scope="session")
def single_node() -> Callable[[str], Network]:
    """`single_node(activation)`: one input, one connection, one output with that activation."""

    def single_node(activation: str) -> Network:
        one = np.array([0, 1], np.int32)
        return Network(1, 1, np.array([CODE[activation]], np.int8), one, one[1:], one[:1])

    return single_node


@pytest.fixture(scope="session")
def pruned() -> Callable[..., tuple[Network, np.ndarray]]:
    """`pruned(seed)`: the network of a random masked MLP, and its weights."""

    def pruned(seed: int) -> tuple[Network, np.ndarray]:
        rng = np.random.default_rng(seed)
        sizes = [int(n) for n in rng.integers(2, 7, 4)]
        density = rng.choice([0.1, 0.4, 1.0])
        layers = [
            (
                rng.normal(size=(n, m)) * (rng.random((n, m)) < density),
                rng.normal(size=n) * (rng.random(n) < 0.5),
            )
            for m, n in pairwise(sizes)
        ]
        genome, weights = to_network_file_parts(layers, str(rng.choice(["relu", "tanh", "sigmoid"])))
        network = compile_genome(genome)
        return network, weights[network.genes].reshape(1, -1)

    return pruned


@pytest.fixture(scope="session")
def compile_c() -> Callable[..., Path]:
    """`compile_c(export, folder, *options)`: writes the C file and compiles it; every warning is an error."""
    if shutil.which("gcc") is None and not os.environ.get("CI"):
        pytest.skip("needs gcc")
    assert shutil.which("gcc"), "there is no GCC: apt-get install gcc"

    def compile_c(export: NetworkExport, folder: Path, *options: str, result: str = "program") -> Path:
        source, program = folder / f"{export.identifier}.c", folder / result
        write_export(export, "c", source)
        done = subprocess.run(
            ["gcc", *STRICT, *options, source, "-o", program], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return program

    return compile_c


@pytest.fixture
def run_c(compile_c, tmp_path) -> Callable[..., np.ndarray]:
    """`run_c(export, weights, inputs)`: outputs of the compiled file; weights `(L,)` where one is shared."""
    count = 0

    def run_c(export: NetworkExport, weights: np.ndarray | None, inputs: np.ndarray) -> np.ndarray:
        nonlocal count
        count += 1  # a library of one name is loaded once
        program = compile_c(export, tmp_path, "-shared", "-fPIC", result=f"{count}.so")
        step = getattr(ctypes.CDLL(str(program)), f"{export.identifier}_step")
        dtype = TYPES[export.number]
        kind = {"double": ctypes.c_double, "float": ctypes.c_float, "fixed": ctypes.c_int32}[export.number]
        step.restype, inputs = None, np.ascontiguousarray(inputs, dtype)
        outputs = np.empty((len(inputs), export.network.n_outputs), dtype)
        for lane in range(len(inputs)):
            weight = [] if weights is None else [kind(weights[lane].item())]
            step(
                ctypes.c_void_p(inputs[lane].ctypes.data), *weight, ctypes.c_void_p(outputs[lane].ctypes.data)
            )
        return outputs

    return run_c


@pytest.fixture
def load_torch(tmp_path) -> Callable[..., object]:
    """`load_torch(export)`: the module that the written Python file defines."""

    def load_torch(export: NetworkExport):
        path = tmp_path / f"{export.identifier}.py"
        write_export(export, "torch", path)
        spec = importlib.util.spec_from_file_location(export.identifier, path)
        module = importlib.util.module_from_spec(spec)
        exec(compile(path.read_text("utf-8"), path, "exec"), module.__dict__)
        return module.Network()

    return load_torch


@pytest.fixture
def run_torch(load_torch) -> Callable[..., np.ndarray]:
    """`run_torch(export, weights, inputs)`: as `run_c`."""
    import torch

    def run_torch(export: NetworkExport, weights: np.ndarray | None, inputs: np.ndarray) -> np.ndarray:
        network = load_torch(export)
        given = [] if weights is None else [torch.tensor(weights)[:, None]]
        with torch.no_grad():
            return network(torch.tensor(inputs), *given).numpy()

    return run_torch


@pytest.fixture
def run_onnx(tmp_path) -> Callable[..., np.ndarray]:
    """`run_onnx(export, weights, inputs)`: as `run_c`, by onnxruntime."""
    onnxruntime = pytest.importorskip("onnxruntime")

    def run_onnx(export: NetworkExport, weights: np.ndarray | None, inputs: np.ndarray) -> np.ndarray:
        path, dtype = tmp_path / "model.onnx", TYPES[export.number]
        write_export(export, "onnx", path)
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        if weights is None:
            (outputs,) = session.run(None, {"observation": inputs.astype(dtype)})
            return outputs
        rows = [
            session.run(None, {"observation": row[None].astype(dtype), "weight": np.array(weight, dtype)})[0]
            for row, weight in zip(inputs, weights, strict=True)
        ]
        return np.concatenate(rows)

    return run_onnx


@pytest.fixture(scope="session")
def lanes() -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    """`lanes(n_inputs, seed)`: `(L,)` shared weights and `(L, n_inputs)` inputs, ordinary and extreme."""

    def lanes(n_inputs: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng(seed)
        values = [
            rng.normal(size=(20, n_inputs)) * 3,
            rng.uniform(-50, 50, (20, n_inputs)),
            rng.integers(-4, 5, (20, n_inputs)) * 0.5,
            rng.choice([0.0, -0.0, 1e-300, 1e6, -1e15, 1e100, -1e100, 1e200], (20, n_inputs)),
        ]
        inputs = np.concatenate(values)
        return rng.choice([-2.0, -1.0, -0.5, 0.0, 0.3, 1.0, 1.7, 1e3], len(inputs)), inputs

    return lanes


@pytest.fixture(scope="session")
def plain_networks() -> dict[str, Network]:
    """Networks at the edges: without hidden nodes, without connections, constants, each activation."""

    def network(n_inputs: int, n_outputs: int, codes: list[int], incoming: list[list[int]]) -> Network:
        sources = np.array([s for row in incoming for s in row], np.int32)
        indptr = np.append(0, np.cumsum([len(row) for row in incoming])).astype(np.int32)
        return Network(
            n_inputs, n_outputs, np.array(codes, np.int8), indptr, sources, np.arange(len(sources))
        )

    every = list(range(len(NAMES)))
    two_layers = [[1, 2]] * 11 + [list(range(3, 14))] * 11 + [list(range(14, 25))]
    return {
        "no connections": network(2, 3, [0, 2, 9], [[], [], []]),
        "no hidden nodes": network(3, 2, [0, 4], [[0, 1], [2, 3]]),
        "constants": network(1, 1, [CODE["cos"], CODE["gaussian"], 4], [[], [2], [1, 3]]),
        "every activation": network(2, 11, every, [[0, 1, 2]] * 11),
        "every activation twice": network(2, 1, [*every, *every, 0], two_layers),
    }
