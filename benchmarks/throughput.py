"""How fast the whole thing is, next to a plain Gymnasium loop in the same run.

    python benchmarks/throughput.py --json

Prints one JSON object:

    raw_cartpole_steps_per_s   a plain loop over gymnasium.make("CartPole-v1").step, no network
    swingup_29_52              useful steps of network and environment together, per second, by backend and
    swingup_100_300            number of workers: fixed networks of so many nodes and connections, on the
                               paper's 192 x 18 lanes a generation; padding and finished lanes do not count
    ratio                      swingup_29_52 with two local workers / raw
    not_evaluation_share       of the wall time of the paper's search (192 networks), what is not evaluation
    startup_s                  the whole `wann evolve configs/smoke.yaml`, kernels cached
    peak_memory_mb             the largest process of a paper search with `local`
    neat_python                where it is installed: CartPole-v1 with the same population and episodes
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import gymnasium
import neat_cartpole
import numpy as np

from wann.config import load_config
from wann.evaluation.lanes import Lanes
from wann.evaluation.play import Play
from wann.evaluation.pools import ChunkedPool, cores, make_pool
from wann.network.network import Network, Networks
from wann.search.search import init
from wann.seeding import Purpose, episode_seeds
from wann.tasks.environment import make_task
from wann.workflows.build import build_task
from wann.workflows.generation import next_generation

CONFIGS = Path(__file__).parents[1] / "configs"
SWINGUP = "wann_envs:wann/CartPoleSwingUp-v0"
WEIGHTS = np.array([[-2.0], [-1.0], [-0.5], [0.5], [1.0], [2.0]])
POPULATION, EPISODES = 192, 3


def main() -> None:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON object (also the default)")
    parser.add_argument("--seconds", type=float, default=4.0, help="of each measurement")
    arguments = parser.parse_args()
    raw = raw_steps(arguments.seconds)
    small = throughput(29, 52, arguments.seconds)
    result: dict[str, Any] = {
        "raw_cartpole_steps_per_s": round(raw),
        "swingup_29_52": small,
        "swingup_100_300": throughput(100, 300, arguments.seconds),
        "ratio": round(small["local"]["2"] / raw, 1),
        "not_evaluation_share": round(not_evaluation_share(generations=150), 4),
        "startup_s": round(startup(), 2),
        "peak_memory_mb": round(peak_memory()),
        "cores": cores(),
    }
    if find_spec("neat"):
        result["neat_python"] = neat_cartpole.measure()
    print(json.dumps(result, indent=1))


def raw_steps(seconds: float) -> float:
    """Steps a second of a plain loop with fixed actions."""
    environment = gymnasium.make("CartPole-v1")
    environment.reset(seed=0)
    steps, started = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - started) < seconds:
        for action in (0, 1) * 100:
            _, _, terminated, truncated, _ = environment.step(action)
            steps += 1
            if terminated or truncated:
                environment.reset()
    return steps / elapsed


def fixed_network(n_nodes: int, n_connections: int, seed: int = 0) -> Network:
    """A swing-up network of exactly this size: random topology, all default activations, every node used."""
    rng = np.random.default_rng(seed)
    first, n_computed = 6, n_nodes - 6
    edges = {(int(rng.integers(first + k)), k) for k in range(n_computed)}
    edges |= {(first + k, int(rng.integers(k + 1, n_computed))) for k in range(n_computed - 1)}
    while len(edges) < n_connections:
        target = int(rng.integers(n_computed))
        edges.add((int(rng.integers(first + target)), target))
    ordered = sorted(edges, key=lambda edge: (edge[1], edge[0]))[:n_connections]
    degrees = np.bincount([target for _, target in ordered], minlength=n_computed)
    codes = np.append(rng.integers(0, 10, n_computed - 1), 0).astype(np.int8)
    return Network(
        5,
        1,
        codes,
        np.append(0, np.cumsum(degrees)).astype(np.int32),
        np.array([source for source, _ in ordered], np.int32),
        np.arange(len(ordered), dtype=np.int32),
    )


def pack(network: Network, copies: int) -> Networks:
    """Many copies of one network."""
    nodes, edges = len(network.codes), network.n_connections
    return Networks(
        network.n_inputs,
        network.n_outputs,
        np.arange(copies + 1) * nodes,
        np.arange(copies + 1) * edges,
        np.tile(network.codes, copies),
        np.tile(network.indptr, copies),
        np.tile(network.sources, copies),
        np.tile(network.genes, copies),
    )


def throughput(n_nodes: int, n_connections: int, seconds: float) -> dict[str, dict[str, int]]:
    """Useful steps a second by backend and workers."""
    networks = pack(fixed_network(n_nodes, n_connections), POPULATION)
    return {
        backend: {
            str(workers): round(useful_steps(networks, backend, workers, seconds)) for workers in (1, 2)
        }
        for backend in ("local", "ray")
    }


def useful_steps(networks: Networks, backend: str, workers: int, seconds: float) -> float:
    """Useful steps a second over whole generations, after one to warm up."""
    with make_pool(make_task(SWINGUP), backend, workers) as pool:
        steps, generation, started = 0.0, 0, 0.0
        while generation < 2 or time.perf_counter() - started < seconds:
            if generation == 1:
                steps, started = 0.0, time.perf_counter()
            seeds = episode_seeds(0, Purpose.SEARCH, EPISODES, generation)
            steps += pool.play(networks, WEIGHTS, Lanes.product(len(WEIGHTS), seeds)).steps.sum()
            generation += 1
        return float(steps / (time.perf_counter() - started))


class _Timed:
    """A pool that adds up the time spent in it."""

    def __init__(self, pool: ChunkedPool) -> None:
        self._pool, self.seconds = pool, 0.0

    def play(self, networks: Networks, weights: np.ndarray, lanes: Lanes) -> Play:
        started = time.perf_counter()
        result = self._pool.play(networks, weights, lanes)
        self.seconds += time.perf_counter() - started
        return result


def not_evaluation_share(generations: int) -> float:
    """Share of the paper's search, with all cores, that is not evaluation (writing rows is left out)."""
    config = load_config(CONFIGS / "paper" / "swingup.yaml")
    task = build_task(config.task)
    state = init(config.search, 0, task.n_inputs, task.n_outputs, task.output_activation)
    with make_pool(task) as pool:
        timed = _Timed(pool)
        state, _ = next_generation(state, timed, config)  # type: ignore[arg-type]
        timed.seconds, started = 0.0, time.perf_counter()
        for _ in range(generations):
            state, _ = next_generation(state, timed, config)  # type: ignore[arg-type]
        return 1 - timed.seconds / (time.perf_counter() - started)


def _evolve(config: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "wann", "evolve", str(config), "--backend", "local", "--json", *more]


def startup() -> float:
    """Seconds of the smallest whole search, from the shell's point of view."""
    seconds = []
    for _ in range(2):  # the first one fills the caches
        with tempfile.TemporaryDirectory() as folder:
            command = _evolve(CONFIGS / "smoke.yaml", "--run-dir", f"{folder}/run")
            started = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            seconds.append(time.perf_counter() - started)
    return seconds[-1]


def peak_memory() -> float:
    """MB of the largest process of a short paper search with `local`."""
    with tempfile.TemporaryDirectory() as folder:
        command = _evolve(
            CONFIGS / "paper" / "swingup.yaml", "--set", "search.generations=50", "--run-dir", f"{folder}/run"
        )
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_maxrss / (1024 if sys.platform == "linux" else 1024 * 1024)


if __name__ == "__main__":
    main()
