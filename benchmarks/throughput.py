"""How fast the whole thing is, next to a plain Gymnasium loop in the same run.

    python benchmarks/throughput.py --json

Prints one JSON object:

    raw_cartpole_steps_per_s   a plain loop over gymnasium.make("CartPole-v1").step, no network
    swingup_29_52              useful steps of network and environment together, per second, by backend and
    swingup_100_300            number of workers: fixed networks of so many nodes and connections that stay on
                               the track as evolved ones do (in the paper's search a lane lasts 938 of 1000
                               steps), on its 192 x 18 lanes; padding and finished lanes do not count
    steps_per_lane             of those two networks
    ray_share                  of the speed of two local workers, what two Ray workers reach on the paper's
                               search: each of 60 generations in its middle is done by both, in turns
    ratio                      swingup_29_52 with two local workers / raw
    not_evaluation_share       of the wall time of the paper's search (192 networks, with its run folder),
                               what is not evaluation
    startup_s                  the whole `wann evolve configs/smoke.yaml`, kernels cached
    peak_memory_mb             the largest process of a paper search with `local`
    neat_python                where it is installed: CartPole-v1 with the same population and episodes
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import gymnasium
import neat_cartpole
import numpy as np

from wann.config import load_config
from wann.evaluation.lanes import Lanes
from wann.evaluation.play import Play, play
from wann.evaluation.pools.backends import make_pool
from wann.evaluation.pools.pools import ThreadPool, cores
from wann.network.network import Network, Networks
from wann.search.search import init
from wann.seeding import Purpose, episode_seeds
from wann.tasks.environments.environment import make_task
from wann.workflows.build import build_task
from wann.workflows.search.evolve import start
from wann.workflows.search.generation import next_generation, prepare

CONFIGS = Path(__file__).parents[1] / "configs"
SWINGUP = "wann_envs:wann/CartPoleSwingUp-v0"
WEIGHTS = np.array([[-2.0], [-1.0], [-0.5], [0.5], [1.0], [2.0]])
POPULATION, EPISODES = 192, 3
WARM_UP = 3
STEPS_OF_EVOLVED = 938  # 3,318,753,755 steps / (1024 generations x 192 networks x 18 lanes), seed 0


def main() -> None:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON object (also the default)")
    parser.add_argument("--seconds", type=float, default=4.0, help="of each measurement")
    arguments = parser.parse_args()
    raw = raw_steps(arguments.seconds)
    small, small_steps = throughput(29, 52, arguments.seconds)
    large, large_steps = throughput(100, 300, arguments.seconds)
    result: dict[str, Any] = {
        "raw_cartpole_steps_per_s": round(raw),
        "swingup_29_52": small,
        "swingup_100_300": large,
        "steps_per_lane": [small_steps, large_steps],
        "ratio": round(small["local"]["2"] / raw, 1),
        "ray_share": round(ray_share(), 3),
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


def lasting_network(n_nodes: int, n_connections: int) -> tuple[Network, float]:
    """The first fixed network whose lanes last as long as evolved ones', and their mean steps."""
    task, seeds = make_task(SWINGUP), episode_seeds(0, Purpose.SEARCH, EPISODES)
    lanes = Lanes.product(len(WEIGHTS), seeds)
    for seed in count():
        network = fixed_network(n_nodes, n_connections, seed)
        steps = float(play(task, Networks.of(network), WEIGHTS, lanes).steps.mean())
        if steps >= STEPS_OF_EVOLVED:
            return network, steps
    raise AssertionError


def throughput(n_nodes: int, n_connections: int, seconds: float) -> tuple[dict[str, dict[str, int]], float]:
    """Useful steps a second by backend and workers, and steps a lane."""
    network, steps = lasting_network(n_nodes, n_connections)
    networks = pack(network, POPULATION)
    return {
        backend: {
            str(workers): round(useful_steps(networks, backend, workers, seconds)) for workers in (1, 2)
        }
        for backend in ("local", "ray")
    }, round(steps)


def useful_steps(networks: Networks, backend: str, workers: int, seconds: float) -> float:
    """Useful steps a second: the median over generations, after some to warm up."""
    with make_pool(make_task(SWINGUP), backend, workers) as pool:
        pool.prepare(len(networks), len(WEIGHTS) * EPISODES)
        rates, end = list[float](), 0.0
        while len(rates) < WARM_UP + 1 or time.perf_counter() < end:
            seeds = episode_seeds(0, Purpose.SEARCH, EPISODES, len(rates))
            started = time.perf_counter()
            steps = pool.play(networks, WEIGHTS, Lanes.product(len(WEIGHTS), seeds)).steps.sum()
            rates.append(float(steps) / (time.perf_counter() - started))
            if len(rates) == WARM_UP:
                end = time.perf_counter() + seconds
        return statistics.median(rates[WARM_UP:])


def ray_share(first: int = 500, generations: int = 60) -> float:
    """Median seconds of the paper's generations with two local workers / with two Ray workers."""
    config = load_config(CONFIGS / "paper" / "swingup.yaml")
    task = build_task(config.task)
    state = init(config.search, 0, task.n_inputs, task.n_outputs, task.output_activation)
    seconds: dict[str, list[float]] = {"local": [], "ray": []}
    with make_pool(task, "local", 2) as local, make_pool(task, "ray", 2) as ray:
        for pool in (local, ray):
            prepare(pool, config)
        for generation in range(first + generations):
            following = state
            for name, pool in (("ray", ray), ("local", local)):
                if name == "local" or generation >= first:
                    started = time.perf_counter()
                    following, _ = next_generation(state, pool, config)
                    seconds[name].append(time.perf_counter() - started)
            state = following
    return statistics.median(seconds["local"][first:]) / statistics.median(seconds["ray"][1:])


class _Timed(ThreadPool):
    """A pool that adds up the time spent in it."""

    seconds = 0.0

    def play(self, networks: Networks, weights: np.ndarray, lanes: Lanes) -> Play:
        started = time.perf_counter()
        result = super().play(networks, weights, lanes)
        self.seconds += time.perf_counter() - started
        return result


def not_evaluation_share(generations: int) -> float:
    """Share of the paper's search, with all cores and a run folder, that is not evaluation."""
    config = load_config(CONFIGS / "paper" / "swingup.yaml", [f"search.generations={generations}"])
    with tempfile.TemporaryDirectory() as folder, _Timed(build_task(config.task), cores()) as pool:
        for name in ("warm-up", "measured"):
            pool.seconds, started = 0.0, time.perf_counter()
            start(config, Path(folder) / name, name, pool=pool)
        return 1 - pool.seconds / (time.perf_counter() - started)


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
