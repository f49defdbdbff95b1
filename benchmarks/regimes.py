"""How much of a network is its topology: every regime, for searched and for pruned networks of one task.

    python benchmarks/regimes.py mnist16 DIR/mnist16-s0 DIR/pruned/networks/lr-rewind-n1849-s*.json

Each target is a run folder, whose weights `wann tune` has trained, or a network file with weights. `wann
test` judges it as it is. What is finished is kept in benchmarks/results/regimes_<name>.json, and goes to
stdout.
"""

from __future__ import annotations

import argparse
import json
import platform
import re
from pathlib import Path
from typing import Any

from search_quality import RESULTS, wann

from wann.evaluation.pools.pools import cores
from wann.records.storage.files import write_json


def main() -> None:
    """Judge what is not in the table yet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("name", help="of the table")
    parser.add_argument("targets", nargs="+", type=Path)
    arguments = parser.parse_args()
    path = RESULTS / f"regimes_{arguments.name}.json"
    networks = json.loads(path.read_text())["networks"] if path.exists() else {}
    for target in arguments.targets:
        if target.stem not in networks:
            networks[target.stem] = judged(target)
            write_json(path, table(arguments.name, networks))
    print(json.dumps(table(arguments.name, networks), indent=1))


def judged(target: Path) -> dict[str, Any]:
    """The figures of one network."""
    test = wann("test", str(target))
    digits = 4 if test["figure"] == "accuracy" else 1
    figures = {
        "random_weights": test["random_weights"]["mean"],
        "random_shared": test["random_shared_weight"]["mean"],
        "random_shared_without_zero": test["random_shared_weight"]["mean_without_zero"],
        "tuned_shared": test["tuned_shared_weight"]["mean"],
        "random_signed": test["signed_shared_weight"]["mean"],
        "random_signed_without_zero": test["signed_shared_weight"]["mean_without_zero"],
        "tuned_signed": test["tuned_signed_shared_weight"]["mean"],
        "tuned_weights": test["tuned_weights"]["mean"],
    }
    return {"connections": test["connections"]} | {k: round(value, digits) for k, value in figures.items()}


def table(name: str, networks: dict[str, Any]) -> dict[str, Any]:
    """The whole result file."""
    return {
        "command": f"python benchmarks/regimes.py {name} RUN|NETWORK...",
        "machine": f"{platform.system()} {platform.machine()}, {cores()} cores",
        "networks": dict(sorted(networks.items(), key=lambda item: method_of(item[0]))),
    }


def method_of(name: str) -> str:
    """What a network is called but for its seed."""
    return re.sub(r"-s\d+$", "", name)


if __name__ == "__main__":
    main()
