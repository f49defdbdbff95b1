"""What a config's search reaches over several seeds: held-out returns, sizes and whole-process seconds.

    python benchmarks/search_quality.py configs/cartpole.yaml --seeds 0-9 --backend local

Each seed runs `wann evolve CONFIG --json` in a process of its own, so that seconds are what a user waits for.
Finished seeds are kept in benchmarks/results/ and not run again, unless --again is given. JSON goes to
stdout.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from wann.evaluation.pools import cores
from wann.records.files import write_json

RESULTS = Path(__file__).parent / "results"


def main() -> None:
    """Run the seeds that are missing and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("config", type=Path)
    parser.add_argument("--seeds", default="0-9", help="first-last, or one number")
    parser.add_argument("--backend", choices=["local", "ray"], default="local")
    parser.add_argument("--again", action="store_true", help="run finished seeds again")
    arguments = parser.parse_args()
    first, _, last = arguments.seeds.partition("-")

    path = RESULTS / f"{arguments.config.stem}_{arguments.backend}.json"
    table = {} if arguments.again or not path.exists() else json.loads(path.read_text())["seeds"]
    for seed in range(int(first), int(last or first) + 1):
        if str(seed) not in table:
            table[str(seed)] = run(arguments.config, seed, arguments.backend)
            write_json(path, summary(arguments.config, arguments.backend, table))
    print(json.dumps(summary(arguments.config, arguments.backend, table), indent=1))


def run(config: Path, seed: int, backend: str) -> dict[str, Any]:
    """Search with one seed in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["wann", "evolve", str(config), "--seed", str(seed), "--backend", backend]
        started = time.perf_counter()
        done = subprocess.run(
            [*command, "--run-dir", f"{folder}/run", "--json"], stdout=subprocess.PIPE, text=True, check=True
        )
        seconds = time.perf_counter() - started
    outcome = json.loads(done.stdout)
    figures = outcome["test"]
    return {
        "status": outcome["status"],
        "generations": outcome["generations"],
        "env_steps": outcome["env_steps"],
        "search_seconds": round(outcome["seconds"], 2),
        "process_seconds": round(seconds, 2),
        "connections": figures["connections"],
        "nodes": figures["nodes"],
        "held_out_mean": round(figures["search_weights"]["mean"], 2),
        "per_weight": {w: round(m, 2) for w, m in figures["search_weights"]["per_weight"].items()},
        "random_shared_mean": round(figures["random_shared_weight"]["mean"], 2),
        "tuned_shared_weight": figures["tuned_shared_weight"]["weight"],
        "tuned_shared_mean": round(figures["tuned_shared_weight"]["mean"], 2),
    }


def summary(config: Path, backend: str, table: dict[str, Any]) -> dict[str, Any]:
    """The whole result file."""
    system = f"{platform.system()} {platform.machine()}, {cores()} cores"
    return {
        "command": f"python {Path(sys.argv[0]).as_posix()} {config.as_posix()} --backend {backend}",
        "machine": f"{system}, Python {platform.python_version()}",
        "seeds": dict(sorted(table.items(), key=lambda item: int(item[0]))),
    }


if __name__ == "__main__":
    main()
