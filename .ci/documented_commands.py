"""Runs every command that README.md and docs/commands/ show, shortened, with this Python's `wann`.

A command is a line of a code block that begins with `wann`, what such a line calls a command in its
description, and, in the README, `wann` with arguments between backticks. A new one is run as it is from the
moment it is written; SHORTER says what makes it quick, NOT_RUN which ones are not run, and why.
Each runs in a folder of its own that holds the repository's configs and two small runs on CartPole.
"""

from __future__ import annotations

import http.server
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 300  # for one command

# What is appended to a command that matches, in this order.
SHORTER = (
    (r"wann evolve ", "--backend local --set search.generations=2 --set search.population=16"),
    (r"wann evolve .*paper/", "--set evaluation.episodes=1"),
    (
        r"wann prune .*\.yaml",
        "--backend local --set training.epochs=1 --set prune.seeds=[0] --set prune.densities=[0.5]",
    ),
    (r"wann tune ", "--iterations 1"),
    (r"wann resume ", "--generations 3 --backend local"),
    (r"wann (test|report|compare) ", "--episodes 2"),
    (r"wann data download ", "--mirror {mirror}"),
)
# What a document calls by a name of its own, and what stands for it here.
STAND_INS = (
    (r"\bRUN RUN\b", "runs/cartpole/a runs/cartpole/b"),
    (r"\bRUN\b", "latest"),
    (r"runs/mnist16/\* runs/prune16", "runs/cartpole/*"),
    (r"--seeds 0-9", "--seeds 0-1"),
    (r"--iterations \d+|--generations \d+|--episodes \d+", ""),  # SHORTER says how many
)
NOT_RUN = (
    (r"--address", "needs a Ray cluster on other machines"),
    (r"\bCONFIG\b", "stands for any config"),
)
# command -> (exit status, what it says): those that are right to refuse.
EXPECTED = {
    "wann render zoo:": (2, "zoo:cartpole"),
    # no document shows it as a command line, but an extra that is missing must say its name
    "wann export latest -f onnx": (2, 'pip install "wann[onnx]"'),
}


def commands(document: Path) -> list[str]:
    """Return the command lines of a document, each once."""
    text = document.read_text()
    found: list[str] = []
    for block in re.findall(r"^```\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if re.match(r"\s*wann [a-z-]", line):
                command, *rest = re.split(r"\s{2,}", line.strip(), maxsplit=1)
                found += [command, *re.findall(r"wann [a-z].*", " ".join(rest))]
            elif line.strip().startswith("pip install") and "&& wann " in line:
                found.append("wann " + line.split("&& wann ", 1)[1])
    if document.name == "README.md":
        found += [
            " ".join(c.split())
            for c in re.findall(r"`(wann [a-z]+ [^`]+)`", re.sub(r"```.*?```", "", text, flags=re.S))
        ]
    return list(dict.fromkeys(found))


def documented() -> list[str]:
    """Return every command, each once, in the documents' order."""
    documents = [ROOT / "README.md", *sorted((ROOT / "docs" / "commands").glob("*.md"))]
    return list(dict.fromkeys(command for document in documents for command in commands(document)))


def reason(command: str) -> str | None:
    """Why a command is not run; None for one that is."""
    return next((why for pattern, why in NOT_RUN if re.search(pattern, command)), None)


def shortened(command: str, mirror: str) -> str:
    """The command that is run in place of one that is shown."""
    if command in EXPECTED:
        return command
    matching = [extra for pattern, extra in SHORTER if re.match(pattern, command)]
    for pattern, instead in STAND_INS:
        command = re.sub(pattern, instead, command)
    return " ".join([command, *matching]).format(mirror=mirror)


class _Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        pass


def serve(folder: Path) -> str:
    """Serve a folder on this machine; return its address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/"


def run(command: str, folder: Path, data: Path) -> tuple[int, str]:
    """Run a command in a folder; return its exit status and what it said."""
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "WANN_DATA_DIR": str(data),
    }
    try:
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        return 124, f"not finished after {SECONDS} s"
    return done.returncode, done.stdout


def prepare(folder: Path, data: Path) -> None:
    """Fill a folder with what commands need: configs, two small runs, a matrix of the original release."""
    folder.mkdir()
    shutil.copytree(ROOT / "configs", folder / "configs")
    for name, seed in (("b", 1), ("a", 0)):
        status, said = run(
            f"wann evolve configs/cartpole.yaml --backend local --seed {seed} --run-dir runs/cartpole/{name} "
            "--set search.generations=2 --set search.population=16 --set task.max_episode_steps=30",
            folder,
            data,
        )
        if status:
            sys.exit(f"the runs that commands need cannot be made:\n{said}")
    inputs_to_output = "0,0,0,0,0,0,1,1\n" * 6  # bias and five inputs, all joined to the one output
    (folder / "swing.out").write_text(f"{inputs_to_output}0,0,0,0,0,0,0,1\n")


def expectation(command: str, has_mnist: bool) -> tuple[int, str]:
    """The exit status of a command, and a part of what it says."""
    if command.startswith("wann data download") and not has_mnist:
        return 2, "no mirror gives it"  # other bytes than the published ones are refused
    return EXPECTED.get(command, (0, ""))


def check(shown: str, prepared: Path, mirror: str, data: Path, has_mnist: bool) -> tuple[bool, str]:
    """Run one command in a folder of its own; return whether it does as it should, and a line to say so."""
    folder = Path(tempfile.mkdtemp(dir=prepared.parent))
    shutil.copytree(prepared, folder, dirs_exist_ok=True)
    began, command = time.monotonic(), shortened(shown, mirror)
    wanted, part = expectation(shown, has_mnist)
    status, said = run(command, folder, data)
    fine = status == wanted and part in said
    shutil.rmtree(folder, ignore_errors=True)
    line = f"{'ok' if fine else 'FAILED'}: {shown} ({time.monotonic() - began:.1f} s)"
    if not fine:
        line += f"\n  ran: {command}\n  exit status {status}, expected {wanted} and '{part}'\n{said}"
    return fine, line


def main() -> None:
    """Run them all, one for each core; exit with 1 where one does something else than it should."""
    every = [*documented(), *(command for command in EXPECTED if command not in documented())]
    for command in every:
        if why := reason(command):
            print(f"not run: {command}: {why}", flush=True)
    chosen = [command for command in every if not reason(command)]
    with tempfile.TemporaryDirectory() as place, ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        work = Path(place)
        mnist = Path(os.environ.get("WANN_DATA_DIR", "/nowhere")) / "mnist"
        mirror = serve(mnist if mnist.is_dir() else work)
        prepare(work / "prepared", work / "data")
        failed = 0
        for fine, line in pool.map(
            lambda command: check(command, work / "prepared", mirror, work / "data", mnist.is_dir()), chosen
        ):
            print(line, flush=True)
            failed += not fine
    if failed:
        sys.exit(f"{failed} of {len(chosen)} commands that are shown do not do what they should")


if __name__ == "__main__":
    main()
