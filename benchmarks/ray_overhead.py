"""What Ray costs on this machine: the same search by threads and by Ray, a generation each in turn.

    python benchmarks/ray_overhead.py [configs/paper/swingup.yaml] [--generations 1024]

Both searches see the same machine in the same minute, so that what else happens on it falls on both.
`ratio` is the seconds of the threads over those of Ray. The JSON goes to stdout and to benchmarks/results/.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from wann.config import load_config
from wann.evaluation.pools.backends import make_pool
from wann.evaluation.pools.pools import cores
from wann.records.storage.files import write_json
from wann.search.search import init
from wann.workflows.build import build_task
from wann.workflows.search.generation import next_generation, prepare

RESULT = Path(__file__).parent / "results" / "ray_overhead.json"
BACKENDS: tuple[str, ...] = ("local", "ray")


def main() -> None:
    """Search twice at once, print and keep the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("config", nargs="?", default="configs/paper/swingup.yaml")
    parser.add_argument("--generations", type=int)
    arguments = parser.parse_args()
    seconds = in_turn(arguments.config, arguments.generations)
    totals = {backend: float(seconds[backend].sum()) for backend in BACKENDS}
    table = {
        "command": f"python benchmarks/ray_overhead.py {arguments.config}",
        "machine": f"{platform.system()} {platform.machine()}, {cores()} cores",
        "generations": len(seconds["local"]),
        "seconds": {backend: round(total, 2) for backend, total in totals.items()},
        "ratio": round(totals["local"] / totals["ray"], 3),
        "median_ms_of_a_generation": round(1e3 * float(np.median(seconds["local"])), 1),
        "median_ms_that_ray_adds": round(1e3 * float(np.median(seconds["ray"] - seconds["local"])), 1),
    }
    write_json(RESULT, table)
    print(json.dumps(table, indent=1))


def in_turn(path: str, generations: int | None) -> dict[str, np.ndarray]:
    """Return the seconds of each generation, by backend; the first generation warms up and is left out."""
    config = load_config(path)
    task = build_task(config.task)
    seconds: dict[str, list[float]] = {backend: [] for backend in BACKENDS}
    start = init(config.search, config.run.seed, task.n_inputs, task.n_outputs, task.output_activation)
    states = dict.fromkeys(BACKENDS, start)
    with ExitStack() as stack:
        pools = {backend: stack.enter_context(make_pool(task, backend)) for backend in BACKENDS}
        for pool in pools.values():
            prepare(pool, config)
        for _ in range(generations or config.search.generations):
            for backend, pool in pools.items():
                started = time.perf_counter()
                states[backend], _info = next_generation(states[backend], pool, config)
                seconds[backend].append(time.perf_counter() - started)
    return {backend: np.array(times[1:]) for backend, times in seconds.items()}


if __name__ == "__main__":
    main()
