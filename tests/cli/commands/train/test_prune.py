"""wann prune and wann compare at the command line."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from wann.cli.main import main
from wann.pruning.recipe.presets import PRESETS
from wann.records.manifest import read_manifest

SMOKE = Path(__file__).parents[4] / "configs" / "smoke.yaml"
POLICY = SMOKE.parent / "prune" / "cartpole_swingup.yaml"
CONFIG = """
task: {dataset: digits}
model: {hidden: [10]}
training: {epochs: 2, batch_size: 50, learning_rate: 0.01}
prune: {recipes: [magnitude, random], densities: [0.3, 0.1], seeds: [0, 1]}
evaluation: {backend: local, workers: 1}
"""
NAMES = ["dense", "magnitude", "obd", "connection-effect", "random"]
COMMAND = "import sys; from wann.cli.main import main; main()"


@pytest.fixture
def wann(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Run the command line in this process: `wann(...)` gives status, stdout and stderr."""

    def wann(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["wann", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            main()
        output = capsys.readouterr()
        return int(end.value.code or 0), output.out, output.err

    return wann


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("configs") / "tiny.yaml"
    path.write_text(CONFIG)
    return path


def process(*arguments: object, cwd: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-u", "-c", COMMAND, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


@pytest.fixture(scope="module")
def run(path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "run"
    done = process("prune", path, "--run-dir", folder, cwd=folder.parent)
    out, errors = done.communicate(timeout=600)
    assert (done.returncode, errors) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "digits, 64-10-10 relu: 2 recipes x 2 sizes x 2 seeds"
    table = lines[lines.index("") + 1 :]
    assert table[0].split() == ["recipe", "density", "connections", "before", "accuracy", "seeds"]
    assert [line.split()[0] for line in table[1:6]] == ["dense", "magnitude", "magnitude", "random", "random"]
    assert max(map(len, table[:7])) <= 80
    assert f"In {folder}" in lines
    return folder


def test_the_same_command_again_has_nothing_to_do(wann, run, path):
    status, out, err = wann("prune", path, "--run-dir", run, "--json")
    assert (status, err) == (0, "wann: nothing to do: all 10 cells are finished already\n")
    value = json.loads(out)
    assert (value["status"], len(value["cells"]), value["failed"]) == ("finished", 10, {})


def test_the_list_has_every_preset_and_criterion_with_its_source(wann):
    status, out, err = wann("prune", "--list")
    assert (status, err) == (0, "")
    names = [line.split()[0] for line in out.splitlines() if line.startswith("  ")]
    assert set(PRESETS) <= set(names)
    assert max(map(len, out.splitlines())) <= 80
    assert "  magnitude          abs(w) (Han 2015)" in out.splitlines()
    assert "criteria for weights (scope, where a recipe names none: global; obs: erk)" in out.splitlines()
    assert "criteria for neurons (scope, where a recipe names none: layer)" in out.splitlines()
    assert "  obs                obs by erk in 5 rounds, finetune" in out
    found = json.loads(wann("prune", "--list", "--json")[1])
    assert all(method["line"] for group in found.values() for method in group)
    assert {"synflow", "obs"} <= {method["name"] for method in found["criteria for weights"]}
    page = (Path(__file__).parents[4] / "docs" / "pruning.md").read_text()
    shipped = {recipe.criterion for recipe in PRESETS.values()}  # other tests have criteria of their own
    every = [*found["criteria for weights"], *found["criteria for neurons"]]
    criteria = [each for each in every if each["name"] in shipped]
    assert {"tries", "samples", "loss"} <= {name for each in criteria for name in each["options"]}
    assert all(f"`{name}`" in page for each in criteria for name in each["options"])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["prune"], "no CONFIG"),
        (["prune", SMOKE], "is a config of a search; try: wann evolve"),
        (["prune", "CONFIG", "--set", "prune.recipes=[magnitud]"], "did you mean 'magnitude'?"),
        (["prune", "CONFIG", "--seeds", "3-1"], "write 1-3"),
        (["evolve", "CONFIG"], "is a config of wann prune"),
        (["prune", "CONFIG", "--set", "task.dataset=nothing.csv"], "nothing.csv"),
        (["resume", "RUN", "--generations", "5"], "no generations"),
        (["verify", "RUN"], "is a run of wann prune"),
        (["test", "RUN"], "name one of those in"),
        (["compare", "RUN", "-o", "x.gif"], "expected a name that ends in"),
        (["compare", "nowhere"], "no such folder"),
        (["prune", "POLICY", "--set", "prune.recipes=[gradual]"], "use oneshot, iterative or levels"),
        (["prune", "POLICY", "--set", "prune.recipes=[snip]"], "an untrained policy has no labels"),
        (["prune", "POLICY", "--set", "prune.recipes=[lr-rewind]"], "use finetune, reset, reinit or none"),
        (["prune", "POLICY", "--set", "training.epochs=5"], "use the section policy"),
        (["prune", "CONFIG", "--set", "policy.episodes=5"], "a data set has the section training"),
    ],
)
def test_errors_are_one_line(wann, run, path, tmp_path, monkeypatch, arguments, says):
    monkeypatch.chdir(tmp_path)
    named = {"RUN": run, "CONFIG": path, "POLICY": POLICY}
    status, out, err = wann(*(named.get(word, word) for word in arguments))
    assert (status, out, len(err.splitlines())) == (2, "", 1), err
    assert says in err
    assert not list(tmp_path.iterdir())


def test_a_search_and_pruned_networks_in_one_table(wann, run, tmp_path):
    search = tmp_path / "search"
    settings = ["search.population=8", "search.generations=2", "run.seed=3"]
    changes = [part for setting in settings for part in ("--set", setting)]
    digits = SMOKE.parent / "digits.yaml"
    assert wann("evolve", digits, *changes, "--backend", "local", "--run-dir", search, "--json")[0] == 0
    judged = json.loads(wann("test", search, "--json")[1])
    picture, table = tmp_path / "a.svg", tmp_path / "a.csv"
    status, out, err = wann("compare", search, run, "-o", picture, "--csv", table)
    assert (status, err) == (0, "")
    assert max(map(len, out.splitlines()[:9])) <= 80
    words = out.splitlines()[0].split()
    assert words == ["digits", "weights", "density", "connections", "accuracy", "%", "seeds"]
    assert "digits.yaml" not in out
    with table.open() as file:
        rows = {(row["method"], row["label"], row["seed"]): row for row in csv.DictReader(file)}
    assert len(rows) == 1 + 10
    mine = rows["digits", "", "3"]
    assert float(mine["score"]) == judged["tuned_shared_weight"]["mean"]
    assert (int(mine["connections"]), mine["weights"]) == (judged["connections"], "shared")
    assert "random" in picture.read_text()

    value = json.loads(wann("compare", search, run, "--json")[1])
    assert (value["figure"], len(value["entries"]), len(value["networks"])) == ("accuracy", 5, 11)
    cell = json.loads((run / "cells" / "random-d0.3-s1.json").read_text())
    assert float(rows["random", "0.3", "1"]["score"]) == cell["score"]


def test_policies_have_returns_and_steps(wann, tmp_path):
    search, pruned = tmp_path / "search", tmp_path / "pruned"
    small = ["policy.iterations=2", "policy.population=4", "policy.episodes=1", "prune.densities=[0.5]"]
    changes = [part for setting in small for part in ("--set", setting)]
    done = process("prune", POLICY, *changes, "--seeds", "0-1", "--run-dir", pruned, cwd=tmp_path)
    out, errors = done.communicate(timeout=600)
    assert (done.returncode, errors) == (0, "")
    lines = out.splitlines()
    assert lines[0] == ("wann_envs:wann/CartPoleSwingUp-v0, 5-10-1 tanh: 4 recipes x 1 size x 2 seeds")
    table = lines[lines.index("") + 1 :]
    assert table[0].split() == ["recipe", "density", "connections", "before", "return", "steps", "seeds"]
    assert [line.split()[0] for line in table[1:6]] == NAMES
    assert max(map(len, table[:6])) <= 80
    assert "%" not in out
    assert "accuracy" not in out

    swingup = SMOKE.parent / "cartpole_swingup.yaml"
    settings = ["search.population=8", "search.tournament_size=2", "search.generations=1"]
    changes = [part for setting in settings for part in ("--set", setting)]
    assert wann("evolve", swingup, *changes, "--backend", "local", "--run-dir", search, "--json")[0] == 0
    status, out, err = wann("compare", search, pruned)
    assert (status, err) == (0, "")
    lines = out.splitlines()
    words = ["method", "weights", "density", "connections", "return", "steps", "seeds"]
    assert lines[0].split() == words
    assert {line.split()[0] for line in out.replace("*", " ").splitlines()[1:7]} == {
        "cartpole_swingup",
        *NAMES,
    }
    assert max(map(len, lines[:7])) <= 80
    assert "return over 100 held-out episodes of wann_envs:wann/CartPoleSwingUp-v0" in lines


def test_runs_of_several_tasks_are_refused(wann, run, tmp_path):
    assert wann("evolve", SMOKE, "--run-dir", tmp_path / "s", "--json")[0] == 0
    status, _, err = wann("compare", run, tmp_path / "s")
    assert (status, len(err.splitlines())) == (2, 1)
    assert "the runs are of several tasks: digits, CartPole-v1" in err
    status, out, _ = wann("compare", tmp_path / "s", "--episodes", 5)
    assert status == 0
    assert "return over 5 held-out episodes" in out


def test_a_cells_network_is_an_ordinary_one(wann, run, tmp_path):
    network = run / "networks" / "magnitude-d0.3-s0.json"
    cell = json.loads((run / "cells" / "magnitude-d0.3-s0.json").read_text())
    judged = json.loads(wann("test", network, "--json")[1])
    assert judged["tuned_weights"]["mean"] == cell["score"]
    assert wann("export", network, "-o", tmp_path / "a.graphml")[0] == 0
    status, out, _ = wann("render", network, "-o", tmp_path / "sheet.png")
    assert status == 0
    assert "its own weights: " in out


def test_killed_interrupted_and_gone_on_with(path, run, tmp_path):
    """kill -9 after the first cell, then Ctrl-C, then to the end: the same figures as without a stop."""
    folder = tmp_path / "run"
    first = process("prune", path, "--run-dir", folder, cwd=tmp_path)
    wait_for_cells(folder, 1)
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate(timeout=60)

    second = process("resume", folder, cwd=tmp_path)
    wait_for_cells(folder, 3)
    os.killpg(second.pid, signal.SIGINT)
    out, errors = second.communicate(timeout=300)
    assert second.returncode == 0
    assert errors.startswith("wann: stopping after this cell; once more stops at once\n")
    if read_manifest(folder)["status"] == "interrupted":
        assert f"wann resume {folder}" in out

    third = process("resume", folder, cwd=tmp_path)
    third.communicate(timeout=300)
    assert third.returncode == 0
    assert read_manifest(folder)["status"] == "finished"
    assert sorted(p.name for p in (folder / "cells").iterdir()) == sorted(
        p.name for p in (run / "cells").iterdir()
    )
    for cell in (run / "cells").iterdir():
        mine, other = (json.loads(p.read_text()) for p in (cell, folder / "cells" / cell.name))
        assert {**mine, "seconds": 0} == {**other, "seconds": 0}


def wait_for_cells(folder: Path, count: int) -> None:
    patience = time.monotonic() + 300
    while len(list(folder.glob("cells/*.json"))) < count:
        assert time.monotonic() < patience
        time.sleep(0.01)
