"""The example of docs/environments.md works as it says: found, checked and evolved, compiled and not."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

from wann.tasks.compiled import COMPILED

EXAMPLES = Path(__file__).parents[2] / "examples"
ENV = "compiled_environment:Docking-v0"


def start(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run this interpreter with the examples on its path, as the page says."""
    paths = [str(EXAMPLES), os.environ.get("PYTHONPATH", "")]
    return subprocess.run(
        [sys.executable, *map(str, command)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))},
        capture_output=True,
        text=True,
        timeout=300,
    )


def run(*command: str | Path) -> str:
    """What it prints, when all goes well."""
    done = start(*command)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def evolve(folder: Path, *options: str) -> list[tuple[str, ...]]:
    """The history of a short run: champion, steps and digest of each generation."""
    small = ("search.population=16", "search.generations=3", "evaluation.episodes=2")
    sets = [word for pair in small for word in ("--set", pair)]
    wann = "import sys; from wann.cli.main import main; sys.exit(main())"
    run("-c", wann, "evolve", EXAMPLES / "docking.yaml", "--run-dir", folder, *sets, *options)
    with (folder / "history.csv").open() as file:
        return [(row["champion"], row["env_steps"], row["digest"]) for row in csv.DictReader(file)]


def test_the_check_of_the_page_passes_and_the_environment_is_exact():
    assert "state=0.0, reward=0.0, drift=0.0" in run(
        "-c",
        f"from wann.tasks.compiled.check import check_dynamics\nprint(check_dynamics('{ENV}', steps=2000))",
    )


def test_the_check_takes_the_file_as_the_page_does():
    file = EXAMPLES / "compiled_environment.py"
    call = f"check_dynamics('{file.name}:Docking-v0', steps=200)"
    code = f"from wann.tasks.compiled.check import check_dynamics\nprint({call})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=EXAMPLES, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert "state=0.0, reward=0.0" in done.stdout


def test_the_page_names_every_compiled_environment():
    page = (EXAMPLES.parent / "docs" / "environments.md").read_text("utf-8")
    assert [env for env in COMPILED if page.count(f"| `{env}` |") != 2] == []


def test_importing_it_needs_no_numba():
    assert run("-c", "import sys, compiled_environment; print('numba' in sys.modules)").strip() == "False"


def test_it_is_a_sound_gymnasium_environment():
    run(
        "-c",
        "import gymnasium\n"
        "from gymnasium.utils.env_checker import check_env\n"
        f"check_env(gymnasium.make('{ENV}').unwrapped, skip_render_check=True)",
    )


def test_compiled_and_general_path_evolve_the_same_networks_to_the_last_bit(tmp_path: Path):
    compiled = evolve(tmp_path / "compiled", "--backend", "local")
    general = evolve(
        tmp_path / "general", "--backend", "local", "--workers", "2", "--set", "task.compiled=false"
    )
    assert compiled == general
    assert len(compiled) == 3


def test_ray_workers_find_it(tmp_path: Path):
    pytest.importorskip("ray")
    compiled = evolve(tmp_path / "local", "--backend", "local")
    assert evolve(tmp_path / "ray", "--backend", "ray", "--workers", "2") == compiled


def test_run_as_a_script_it_says_why_that_cannot_be():
    done = start(EXAMPLES / "compiled_environment.py")
    assert done.returncode == 1
    assert "registered by a script" in done.stderr.splitlines()[-1]
