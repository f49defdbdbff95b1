"""What a config's search reaches over several seeds: held-out returns, sizes and whole-process seconds.

    python benchmarks/search_quality.py configs/cartpole.yaml --seeds 0-9 --backend local

Each seed runs `wann evolve CONFIG --json` in a process of its own, so that seconds are what a user waits for.
Finished seeds are kept in benchmarks/results/ and not run again, unless --again is given. With --after 60,
the champion that the same run had after a minute of searching is judged too. With --runs, run folders are
kept, and one that was stopped is resumed. JSON goes to stdout.
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

from wann.evaluation.pools.pools import cores
from wann.records.run.history import read_history
from wann.records.storage.files import write_json

RESULTS = Path(__file__).parent / "results"


def main() -> None:
    """Run the seeds that are missing and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("config", type=Path)
    parser.add_argument("--seeds", default="0-9", help="first-last, or one number")
    parser.add_argument("--backend", choices=["local", "ray"], default="local")
    parser.add_argument("--after", type=float, help="judge the champion of so many seconds too")
    parser.add_argument("--runs", type=Path, help="keep the run folders here")
    parser.add_argument("--again", action="store_true", help="run these seeds though they are finished")
    arguments = parser.parse_args()
    first, _, last = arguments.seeds.partition("-")

    path = RESULTS / f"{arguments.config.stem}_{arguments.backend}.json"
    table = json.loads(path.read_text())["seeds"] if path.exists() else {}
    for seed in range(int(first), int(last or first) + 1):
        if arguments.again or str(seed) not in table:
            with tempfile.TemporaryDirectory() as temporary:
                folder = (arguments.runs or Path(temporary)) / f"{arguments.config.stem}-s{seed}"
                table[str(seed)] = run(arguments.config, seed, arguments.backend, folder, arguments.after)
            write_json(path, summary(arguments.config, arguments.backend, table))
    print(json.dumps(summary(arguments.config, arguments.backend, table), indent=1))


def run(config: Path, seed: int, backend: str, folder: Path, after: float | None) -> dict[str, Any]:
    """Search with one seed in a process of its own."""
    command = ["evolve", str(config), "--seed", str(seed), "--backend", backend, "--run-dir", str(folder)]
    if (folder / "manifest.json").exists():
        command = ["resume", str(folder), "--backend", backend]
    started = time.perf_counter()
    outcome = wann(*command)
    seconds = time.perf_counter() - started
    found = {
        "status": outcome["status"],
        "generations": outcome["generations"],
        "env_steps": outcome["env_steps"],
        "search_seconds": round(outcome["seconds"], 2),
        "process_seconds": round(seconds, 2),
        **figures(outcome["test"]),
    }
    if after is not None:
        found[f"after_{after:g}_seconds"] = figures(wann("test", str(champion_after(folder, after))))
    return found


def wann(*arguments: str) -> dict[str, Any]:
    """Run a command and return its JSON."""
    done = subprocess.run(["wann", *arguments, "--json"], stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def champion_after(folder: Path, seconds: float) -> Path:
    """The champion that a run had after so many seconds of searching."""
    rows = [row for row in read_history(folder / "history.csv") if row.seconds <= seconds]
    last = rows[-1].generation if rows else 1
    return max(
        path for path in (folder / "champions").glob("gen_*.json") if int(path.stem.split("_")[1]) <= last
    )


def figures(test: dict[str, Any]) -> dict[str, Any]:
    """What is kept of a judgement: returns to two digits, accuracies to four."""
    digits = 4 if test["figure"] == "accuracy" else 2

    def short(value: float | None) -> float | None:
        return None if value is None else round(value, digits)

    return {
        "connections": test["connections"],
        "nodes": test["nodes"],
        "held_out_mean": short(test["search_weights"]["mean"]),
        "per_weight": {w: short(m) for w, m in test["search_weights"]["per_weight"].items()},
        "random_weights_mean": short(test["random_weights"]["mean"]),
        "random_weights_std": short(test["random_weights"]["std"]),
        "random_shared_mean": short(test["random_shared_weight"]["mean"]),
        "random_shared_mean_without_zero": short(test["random_shared_weight"]["mean_without_zero"]),
        "random_shared_std_over_weights": short(test["random_shared_weight"]["std_over_weights"]),
        "tuned_shared_weight": test["tuned_shared_weight"]["weight"],
        "tuned_shared_mean": short(test["tuned_shared_weight"]["mean"]),
        "ensemble": short(test["ensemble"]),
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
