"""What a change of the house must not change: a table of what tiny runs of everything come to.

    python benchmarks/house_digests.py --check            # against benchmarks/results/house_digests.json
    python benchmarks/house_digests.py --keep RUNS        # keep the run folders of this version ...
    python benchmarks/house_digests.py --earlier RUNS     # ... and, with a later one, verify and resume them

Every config in configs/ is evolved, tuned or pruned for a moment, by its command, and what it leaves is
hashed but for clocks and versions. Configs on MNIST need its files. Without an option the table is written
anew; with --only, those rows of it.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
CONFIGS = ROOT / "configs"
RESULT = Path(__file__).parent / "results" / "house_digests.json"
CLOCKS = {"seconds", "train_seconds", "prune_seconds", "path", "run", "file", "setup", "definition"}
SEARCH = ("--set", "search.population=24", "--set", "search.generations=3", "--no-test")
PRUNE = (
    *("--set", "prune.seeds=[0]", "--set", "training.epochs=1", "--set", "training.round_epochs=1"),
    *("--backend", "local", "--workers", "2"),
)
CONTROL = (
    *("--set", "policy.iterations=4", "--set", "policy.round_iterations=2"),
    *PRUNE[:2],
    *PRUNE[-4:],
)


def main() -> None:
    """Make the table, and keep it or compare it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--check", action="store_true", help="exit with 1 where something differs")
    parser.add_argument("--keep", type=Path, metavar="RUNS")
    parser.add_argument("--earlier", type=Path, metavar="RUNS")
    parser.add_argument("--only", default="", help="rows whose name holds this")
    arguments = parser.parse_args()
    if arguments.earlier:
        raise SystemExit(go_on(arguments.earlier))
    with tempfile.TemporaryDirectory() as folder:
        table = dict(rows(arguments.keep or Path(folder), arguments.only))
    known = json.loads(RESULT.read_text("utf-8")) if RESULT.exists() else {}
    if not arguments.check:
        kept = known if arguments.only else {}
        RESULT.write_text(json.dumps(kept | table, indent=1) + "\n", "utf-8")
        return
    differ = [name for name in table if table[name] != known.get(name, table[name])]
    print(f"{len(table.keys() & known.keys()) - len(differ)} of {len(known)} as in {RESULT.name}")
    print(
        *(f"  differs: {name}" for name in differ),
        *(f"  new: {name}" for name in table.keys() - known.keys()),
        sep="\n",
    )
    raise SystemExit(bool(differ))


def rows(folder: Path, only: str) -> Iterator[tuple[str, str]]:
    """Yield (name, digest) of every tiny run."""
    for name, command, run in plans(folder):
        if only in name:
            execute(command)
            print(name, digest(run), file=sys.stderr, flush=True)
            yield name, digest(run)


def plans(folder: Path) -> Iterator[tuple[str, list[str], Path]]:
    """Yield (name, arguments of `wann`, the folder or file that it leaves)."""
    searches = [*sorted(CONFIGS.glob("*.yaml")), *sorted((CONFIGS / "paper").glob("*.yaml"))]
    for config in searches:
        name = config.relative_to(CONFIGS).with_suffix("").as_posix()
        yield from evolve(folder, name, config, "local", 1)
    for stem in ("cartpole_swingup", "digits", "cartpole stepped"):
        options = ("--set", "task.compiled=false") if "stepped" in stem else ()
        for backend, workers in (("local", 2), ("ray", 1), ("ray", 2)):
            yield from evolve(folder, stem, CONFIGS / f"{stem.split()[0]}.yaml", backend, workers, *options)
    yield from tunings(folder)
    for config in sorted((CONFIGS / "prune").glob("*.yaml")):
        options = CONTROL if config.stem == "cartpole_swingup" else (*PRUNE, *one_size(config))
        run = folder / f"prune {config.stem}"
        yield f"prune {config.stem}", ["prune", str(config), *options, "--run-dir", str(run)], run
    run = folder / "prune digits, Ray"
    ray = ["prune", str(CONFIGS / "prune" / "digits.yaml"), *PRUNE, "--backend", "ray", "--run-dir", str(run)]
    yield "prune digits, Ray", ray, run
    table = folder / "compare.csv"
    runs = [str(folder / name) for name in ("digits, local 1", "prune digits")]
    yield "compare digits", ["compare", *runs, "--csv", str(table), "-o", str(folder / "compare.svg")], table


def one_size(config: Path) -> tuple[str, ...]:
    """Return what leaves a pruning on MNIST one size: its trainings are long."""
    if not config.stem.startswith(("mnist", "grid")):
        return ()
    budgets = "connections:" in config.read_text("utf-8")
    return ("--set", "prune.connections=[1849]" if budgets else "prune.densities=[0.05]")


def evolve(
    folder: Path, name: str, config: Path, backend: str, workers: int, *options: str
) -> Iterator[tuple[str, list[str], Path]]:
    """Yield the plan of a short search."""
    name = f"{name}, {backend} {workers}"
    run = folder / name.replace("/", " ")
    how = ("--backend", backend, "--workers", str(workers))
    yield name, ["evolve", str(config), *SEARCH, *how, *options, "--run-dir", str(run)], run


def tunings(folder: Path) -> Iterator[tuple[str, list[str], Path]]:
    """Yield the plans of tiny tunings, of searched networks and of dense ones."""
    methods = (("cartpole_swingup", "cma"), ("cartpole_swingup", "reinforce"), ("digits", "gradient"))
    for stem, method in methods:
        output = folder / f"{stem} {method}.json"
        run = str(folder / f"{stem}, local 1")
        yield (
            f"tune {stem} {method}",
            ["tune", run, "--method", method, "--iterations", "3", "-o", str(output)],
            output,
        )
    for config in sorted((CONFIGS / "dense").glob("*.yaml")):
        run = folder / f"dense {config.stem}"
        options = ["--iterations", "2", "--run-dir", str(run)]
        yield f"dense {config.stem}", ["tune", str(config), *options], run


def execute(arguments: list[str]) -> str:
    """Run `wann`; raise with what it said where it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "wann", *arguments], capture_output=True, text=True, cwd=ROOT
    )
    if done.returncode:
        raise SystemExit(f"wann {' '.join(arguments)}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def digest(path: Path) -> str:
    """Return a hash of a file with its tuning's rows, or of all tables and networks of a run."""
    found = path.rglob("*") if path.is_dir() else [path, path.with_suffix(".tuning.csv")]
    files = [file for file in sorted(found) if file.suffix in (".csv", ".json") and file.is_file()]
    wanted = [file for file in files if file.name != "manifest.json" and "cells" not in file.parts]
    text = "".join(f"{file.relative_to(path.parent).parts[1:]}{content(file)}" for file in wanted)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def content(file: Path) -> str:
    """Return a table's or a network file's text without what differs from run to run."""
    if file.suffix == ".csv":
        with file.open(newline="", encoding="utf-8") as lines:
            return repr([{k: v for k, v in row.items() if k not in CLOCKS} for row in csv.DictReader(lines)])
    return repr(without_origin(json.loads(file.read_text("utf-8"))))


def without_origin(value: Any) -> Any:
    """Return a JSON value without provenance and clocks."""
    if isinstance(value, dict):
        return {k: without_origin(v) for k, v in value.items() if k != "provenance" and k not in CLOCKS}
    return value


def go_on(folder: Path) -> int:
    """Verify and resume the searches that an earlier version left in `folder`; return how many differ."""
    failures = 0
    for run in sorted(path.parent for path in folder.glob("*/history.csv")):
        copy = Path(tempfile.mkdtemp()) / run.name
        shutil.copytree(run, copy)
        try:
            execute(["verify", str(copy)])
            execute(["resume", str(copy), "--generations", "4", "--no-test"])
        except SystemExit as error:
            failures += 1
            print(f"{run.name}: {error}")
        else:
            print(f"{run.name}: verified and resumed")
        shutil.rmtree(copy.parent)
    return failures


if __name__ == "__main__":
    main()
