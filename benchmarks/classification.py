"""One network on 1000 images with 6 shared weights: our kernel, torch layers by depth, and scipy sparse.

    python benchmarks/classification.py --json

All three compute the same outputs, in one run, on one core each; the network has 1849 connections, as the
MNIST champion of Gaier & Ha 2019, and 400 hidden nodes in random layers. Times are medians of several rounds,
in which the three take turns.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from scipy import sparse

from wann.activations import CODE
from wann.evaluation.players.classify import classify_split
from wann.network.network import Network, Networks
from wann.network.reference import forward
from wann.tasks.datasets import Split

N_INPUTS, N_HIDDEN, N_OUTPUTS, N_CONNECTIONS = 256, 400, 10, 1849
N_IMAGES, DEPTH = 1000, 12
WEIGHTS = np.array([[-2.0], [-1.0], [-0.5], [0.5], [1.0], [2.0]])
NAMES = ("linear", "sin", "gaussian", "tanh", "sigmoid", "negate", "abs", "relu", "cos")

Outputs = Callable[[], np.ndarray]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON object (also the default)")
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    network = layered_network(seed=0)
    images = np.random.default_rng(1).random((N_IMAGES, N_INPUTS)).astype(np.float32)
    split = Split(images, np.random.default_rng(2).integers(0, N_OUTPUTS, N_IMAGES))
    rows, pack = np.arange(len(WEIGHTS)), Networks.of(network)
    rivals = {"torch": by_layers_in_torch(network, images), "scipy": by_layers_in_scipy(network, images)}
    check(rivals, network, images)
    work: dict[str, Callable[[], Any]] = {
        "wann": lambda: classify_split(pack, WEIGHTS, rows, split),
        **rivals,
    }
    seconds = take_turns(work, arguments.rounds)
    result = {
        "machine": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "connections": network.n_connections,
        "images": N_IMAGES,
        "weights": len(WEIGHTS),
        "milliseconds": {name: round(1000 * value, 2) for name, value in seconds.items()},
        "times_faster_than": {name: round(seconds[name] / seconds["wann"], 1) for name in rivals},
    }
    print(json.dumps(result, indent=1))


def layered_network(seed: int) -> Network:
    """A random network of exactly these sizes: hidden nodes in `DEPTH` layers, fed by any before them."""
    rng = np.random.default_rng(seed)
    first, layer = 1 + N_INPUTS, np.sort(rng.integers(1, DEPTH + 1, N_HIDDEN))
    edges: set[tuple[int, int]] = set()
    while len(edges) < N_CONNECTIONS:
        k = int(rng.integers(N_HIDDEN + N_OUTPUTS))
        before = N_HIDDEN if k >= N_HIDDEN else int((layer < layer[k]).sum())
        hidden = before and rng.random() < 0.5
        source = first + int(rng.integers(before)) if hidden else int(rng.integers(first))
        edges.add((k, source))
    ordered = sorted(edges)
    degrees = np.bincount([k for k, _ in ordered], minlength=N_HIDDEN + N_OUTPUTS)
    codes = np.append([CODE[name] for name in rng.choice(NAMES, N_HIDDEN)], [CODE["linear"]] * N_OUTPUTS)
    return Network(
        N_INPUTS,
        N_OUTPUTS,
        codes.astype(np.int8),
        np.append(0, np.cumsum(degrees)).astype(np.int32),
        np.array([source for _, source in ordered], np.int32),
        np.arange(N_CONNECTIONS, dtype=np.int32),
    )


def layers_of(network: Network) -> list[tuple[np.ndarray, sparse.csr_matrix, list[str]]]:
    """Per layer by depth: its nodes, its `(nodes, all nodes)` matrix of ones, and its activations."""
    depth, found = network.layers(), []
    for level in range(1, depth.max() + 1):
        nodes = np.flatnonzero(depth == level)
        place = {int(node): k for k, node in enumerate(nodes)}
        ours = np.isin(network.targets, nodes)
        rows = [place[int(node)] for node in network.targets[ours]]
        ones = sparse.csr_matrix(
            (np.ones(len(rows)), (rows, network.sources[ours])), shape=(len(nodes), network.n_nodes)
        )
        found.append((nodes, ones, [network.activations[node - network.first_computed] for node in nodes]))
    return found


def by_layers_in_torch(network: Network, images: np.ndarray) -> Outputs:
    """Dense layers by depth in torch (double), each one matrix product; activations in groups."""
    formulas: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
        "linear": lambda x: x,
        "sin": lambda x: torch.sin(torch.pi * x),
        "gaussian": lambda x: torch.exp(-0.5 * x * x),
        "tanh": torch.tanh,
        "sigmoid": torch.sigmoid,
        "negate": torch.neg,
        "abs": torch.abs,
        "relu": torch.relu,
        "cos": lambda x: torch.cos(torch.pi * x),
    }
    layers = []
    for nodes, ones, names in layers_of(network):
        used = np.unique(ones.indices)
        dense = torch.tensor(ones[:, used].toarray())
        groups = [(name, torch.tensor([k for k, n in enumerate(names) if n == name])) for name in set(names)]
        layers.append((torch.tensor(nodes), torch.tensor(used), dense, groups))
    pixels = torch.tensor(images, dtype=torch.float64).T.contiguous()

    def compute() -> np.ndarray:
        outputs = []
        with torch.no_grad():
            for weight in WEIGHTS[:, 0]:
                values = torch.zeros(network.n_nodes, len(images), dtype=torch.float64)
                values[0], values[1 : network.first_computed] = 1.0, pixels
                for nodes, used, dense, groups in layers:
                    sums = weight * (dense @ values[used])
                    for name, members in groups:
                        sums[members] = formulas[name](sums[members])
                    values[nodes] = sums
                outputs.append(values[-N_OUTPUTS:].T.numpy())
        return np.array(outputs)

    return compute


def by_layers_in_scipy(network: Network, images: np.ndarray) -> Outputs:
    """Sparse layers by depth in scipy (CSR, double); activations in groups, in NumPy."""
    formulas: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "linear": lambda x: x,
        "sin": lambda x: np.sin(np.pi * x),
        "gaussian": lambda x: np.exp(-0.5 * x * x),
        "tanh": np.tanh,
        "sigmoid": lambda x: 0.5 + 0.5 * np.tanh(0.5 * x),
        "negate": np.negative,
        "abs": np.abs,
        "relu": lambda x: np.maximum(x, 0.0),
        "cos": lambda x: np.cos(np.pi * x),
    }
    layers = [
        (nodes, ones, [(name, [k for k, n in enumerate(names) if n == name]) for name in set(names)])
        for nodes, ones, names in layers_of(network)
    ]
    pixels = images.T.astype(np.float64)

    def compute() -> np.ndarray:
        outputs = []
        for weight in WEIGHTS[:, 0]:
            values = np.zeros((network.n_nodes, len(images)))
            values[0], values[1 : network.first_computed] = 1.0, pixels
            for nodes, ones, groups in layers:
                sums = weight * (ones @ values)
                for name, members in groups:
                    sums[members] = formulas[name](sums[members])
                values[nodes] = sums
            outputs.append(values[-N_OUTPUTS:].T)
        return np.array(outputs)

    return compute


def check(rivals: dict[str, Outputs], network: Network, images: np.ndarray) -> None:
    """See that the rivals compute the same network."""
    expected = np.array(
        [forward(network, np.repeat(w[None], len(images), 0), images.astype(float)) for w in WEIGHTS]
    )
    for name, compute in rivals.items():
        if not np.allclose(compute(), expected, rtol=1e-8, atol=1e-8):
            raise SystemExit(f"{name} computes another network")


def take_turns(work: dict[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """Median seconds of each."""
    seconds: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(rounds):
        for name, compute in work.items():
            started = time.perf_counter()
            compute()
            seconds[name].append(time.perf_counter() - started)
    return {name: statistics.median(values) for name, values in seconds.items()}


if __name__ == "__main__":
    main()
