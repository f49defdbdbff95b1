"""The promise of the same bits, kept in the open: one search in every way it can be run, compared row by row.

    python benchmarks/same_digests.py --kills 20

The search is the laptop swing-up, cut short. It runs with 1, 2 and 3 workers, with `local` and with Ray, on a
Ray cluster of two nodes on this machine, with kernels for a generic processor, with NumPy's special
instructions switched off, and killed by SIGKILL at random moments and resumed. Every run must have the first
one's rows (all columns but `seconds`) and champion, and `wann verify` must find it equal. Then a digit of a
recorded row is changed, which `wann verify` must find. Prints JSON, and keeps it in benchmarks/results/.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from numpy._core._multiarray_umath import __cpu_dispatch__

from wann.evaluation.pools.pools import cores
from wann.records.storage.files import write_json

ROOT = Path(__file__).parents[1]
CONFIG = ROOT / "configs" / "paper" / "swingup_laptop.yaml"
RESULT = Path(__file__).parent / "results" / "same_digests.json"
WANN = [sys.executable, "-m", "wann"]


def main() -> None:
    """Run the search in every way and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--generations", type=int, default=150)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0, help="of the moments of the kills")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = compare(Path(folder), arguments.generations, arguments.kills, random.Random(arguments.seed))
    found = {
        "command": " ".join(["python", *sys.argv]),
        "machine": f"{platform.system()} {platform.machine()}, {cores()} cores, Python "
        f"{platform.python_version()}",
        "generations": arguments.generations,
        **found,
    }
    write_json(RESULT, found)
    print(json.dumps(found, indent=1))
    if not found["all_equal"]:
        raise SystemExit(1)


def compare(folder: Path, generations: int, kills: int, rng: random.Random) -> dict[str, Any]:
    """Return, by how it was run, whether the run and its replay are equal."""
    base = [*WANN, "evolve", str(CONFIG), "--set", f"search.generations={generations}", "--json"]
    reference = folder / "1 worker"
    started = time.perf_counter()
    execute([*base, "--backend", "local", "--workers", "1", "--run-dir", str(reference)])
    seconds, runs = time.perf_counter() - started, {"1 worker": reference}

    def run(name: str, *options: str, **environment: str) -> None:
        runs[name] = folder / name
        execute([*base, "--run-dir", str(runs[name]), *options], environment)

    run("2 workers", "--backend", "local", "--workers", "2")
    run("3 workers", "--backend", "local", "--workers", "3")
    run("Ray, 2 workers", "--backend", "ray", "--workers", "2")
    run("Ray, 3 workers", "--backend", "ray", "--workers", "3")
    run("generic processor", "--backend", "local", NUMBA_CPU_NAME="generic")
    run("NumPy's features off", "--backend", "local", NPY_DISABLE_CPU_FEATURES=" ".join(__cpu_dispatch__))
    with two_nodes() as address:
        run("Ray, 2 nodes", "--backend", "ray", "--address", address, RAY_AUTH_MODE="token")
    landed = 0
    while landed < kills:
        name = f"killed from {landed + 1} on"
        runs[name] = folder / name
        landed += killed_and_resumed(
            [*base, "--backend", "local", "--run-dir", str(runs[name])],
            runs[name],
            kills - landed,
            rng,
            seconds,
        )
    expected = recorded(reference)
    equal = {name: recorded(path) == expected and verifies(path) for name, path in runs.items()}
    changed = change_a_digit(runs["2 workers"])
    found = not verifies(runs["2 workers"])
    return {
        "equal": equal,
        "kills": landed,
        "changed_row": changed,
        "changed_row_found": found,
        "last_digest": expected[0][-1]["digest"],
        "all_equal": all(equal.values()) and found,
    }


def execute(command: list[str], environment: dict[str, str] | None = None) -> None:
    """Run a command to its end; its output is shown where it fails."""
    done = subprocess.run(
        command, env=os.environ | (environment or {}), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stdout}\n{done.stderr}")


def killed_and_resumed(
    command: list[str], folder: Path, most: int, rng: random.Random, seconds: float
) -> int:
    """Run, kill and resume until the run is finished; return how many kills met it at work."""
    kills = 0
    while True:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            limit = rng.uniform(0.1, 0.7) * seconds if kills < most else None
            process.wait(limit)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
        else:
            return kills
        if (folder / "manifest.json").exists():
            command = [*WANN, "resume", str(folder), "--json"]


@contextmanager
def two_nodes() -> Iterator[str]:
    """Start a Ray cluster of two nodes with a core each on this machine; yield its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"127.0.0.1:{port}"
    options = ["--num-cpus=1", "--block", "--disable-usage-stats", "--node-ip-address=127.0.0.1"]
    environment = os.environ | {"RAY_AUTH_MODE": "token"}
    ray = [str(Path(sys.executable).parent / "ray"), "start", *options]
    head = [*ray, "--head", f"--port={port}", "--include-dashboard=false"]
    nodes = []
    try:
        for command in (head, [*ray, f"--address={address}"]):
            log = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the node
            nodes.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))
            time.sleep(8)
            if nodes[-1].poll() is not None:
                log.seek(0)
                raise SystemExit(f"{' '.join(command)}\n{log.read().decode()}")
        yield address
    finally:
        for node in reversed(nodes):
            node.terminate()
            node.wait()


def recorded(folder: Path) -> tuple[list[dict[str, str]], Any]:
    """A run's rows without their seconds, and its champion's genome."""
    with (folder / "history.csv").open() as file:
        rows = [
            {name: value for name, value in row.items() if name != "seconds"} for row in csv.DictReader(file)
        ]
    champion = json.loads((folder / "champion.json").read_text())
    return rows, (champion["genome"], champion["shared_weight"], champion["provenance"]["select_mean"])


def verifies(folder: Path) -> bool:
    """Whether `wann verify` finds the run equal."""
    command = [*WANN, "verify", str(folder), "--json", "--backend", "local"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode == 0 and json.loads(done.stdout)["equal"]


def change_a_digit(folder: Path) -> int:
    """Change the last digit of a recorded best return in the middle of the history; return the generation."""
    path = folder / "history.csv"
    lines = path.read_text().splitlines()
    middle = len(lines) // 2
    values = lines[middle].split(",")
    values[1] = values[1][:-1] + ("1" if values[1][-1] != "1" else "2")
    path.write_text("\n".join([*lines[:middle], ",".join(values), *lines[middle + 1 :]]) + "\n")
    return middle


if __name__ == "__main__":
    main()
