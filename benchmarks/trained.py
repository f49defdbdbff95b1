"""Regime 4: what champions and dense rivals earn when every connection has a trained weight.

    python benchmarks/trained.py searched swingup --runs DIR --seeds 0-4
    python benchmarks/trained.py dense configs/dense/cartpole_swingup.yaml --seeds 0

The first tunes the champions in the run folders that `search_quality.py --runs DIR` kept (`DIR/swingup-s0`).
The second trains a fixed topology. Both run `wann tune` as it is, then `wann test`. Finished seeds are
kept in benchmarks/results/, as `swingup_tuned.json` and `dense_cartpole_swingup.json`. JSON goes to stdout.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
from pathlib import Path
from typing import Any

from search_quality import RESULTS, wann

from wann.evaluation.pools.pools import cores
from wann.records.storage.files import write_json


def main() -> None:
    """Train the seeds that are missing and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("kind", choices=["searched", "dense"])
    parser.add_argument("what", help="the name of a search, or a config")
    parser.add_argument("--runs", type=Path, help="where the searched run folders are")
    parser.add_argument("--seeds", default="0", help="first-last, or one number")
    arguments = parser.parse_args()
    if arguments.kind == "searched" and not arguments.runs:
        parser.error("--runs is needed for searched networks")
    dense = arguments.kind == "dense"
    name = f"dense_{Path(arguments.what).stem}" if dense else f"{arguments.what}_tuned"
    path = RESULTS / f"{name}.json"
    seeds = json.loads(path.read_text())["seeds"] if path.exists() else {}
    first, _, last = arguments.seeds.partition("-")
    for seed in range(int(first), int(last or first) + 1):
        if str(seed) in seeds:
            continue
        if dense:
            with tempfile.TemporaryDirectory() as folder:
                run = f"{folder}/run"
                seeds[str(seed)] = train([arguments.what, "--run-dir", run, "--seed", str(seed)], run)
        else:
            run = str(arguments.runs / f"{arguments.what}-s{seed}")
            seeds[str(seed)] = train([run], run)
        write_json(path, table(seeds))
    print(json.dumps(table(seeds), indent=1))


def train(target: list[str], run: str) -> dict[str, Any]:
    """Tune, and judge what came out."""
    tuned = wann("tune", *target)
    test = wann("test", run)
    digits = 4 if test["figure"] == "accuracy" else 1
    shared, random = test["random_shared_weight"], test["random_weights"]

    def short(value: float | None) -> float | None:
        return None if value is None else round(value, digits)

    return {
        "method": tuned["method"],
        "iterations": tuned["iterations"],
        "env_steps": tuned["env_steps"],
        "seconds": round(tuned["seconds"], 1),
        "connections": test["connections"],
        "random_weights": [short(random["mean"]), short(random["std"])],
        "random_shared": [short(shared["mean"]), short(shared["std_over_weights"])],
        "random_shared_without_zero": short(shared["mean_without_zero"]),
        "tuned_shared": short(test["tuned_shared_weight"]["mean"]),
        **{name: short(value) for name, value in test["tuned_weights"].items()},
    }


def table(seeds: dict[str, Any]) -> dict[str, Any]:
    """The whole result file."""
    system = f"{platform.system()} {platform.machine()}, {cores()} cores"
    return {
        "command": " ".join(["python", Path(sys.argv[0]).as_posix(), *sys.argv[1:]]),
        "machine": f"{system}, Python {platform.python_version()}",
        "seeds": dict(sorted(seeds.items(), key=lambda item: int(item[0]))),
    }


if __name__ == "__main__":
    main()
