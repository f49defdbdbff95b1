"""`latest` is one run for a whole command, whatever begins meanwhile."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

import wann
from wann.cli.main import main
from wann.records import target as find
from wann.records.network.file import NetworkFile
from wann.workflows.dossiers import gather
from wann.workflows.judge import test as judge

SMOKE = Path(__file__).parents[2] / "configs" / "smoke.yaml"
SMALL = (
    *("search.population=8", "search.tournament_size=2", "search.generations=2"),
    *("evaluation.episodes=1", "task.max_episode_steps=20"),
)


def state(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two runs, the second one newer, both tuned."""
    below = tmp_path_factory.mktemp("made")
    runs = []
    for name, seed in (("first", 1), ("second", 5)):
        run = wann.evolve(SMOKE, overrides=SMALL, seed=seed, run_dir=below / name)
        wann.tune(run.folder, settings={"iterations": 1, "population": 4, "episodes": 1})
        runs.append(run.folder)
    return runs[0], runs[1]


@pytest.fixture
def begins(made: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The working directory has the first run alone; the second is there once `latest` was looked up."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(made[0], "runs/a/first")
    looked_up = find.find_runs

    def find_runs(below: Path):
        yield from list(looked_up(below))
        if not Path("runs/a/second").exists():
            shutil.copytree(made[1], "runs/a/second")

    monkeypatch.setattr(find, "find_runs", find_runs)
    return Path("runs/a/first"), Path("runs/a/second")


def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    monkeypatch.setattr(sys, "argv", ["wann", *map(str, arguments)])
    with pytest.raises(SystemExit) as end:
        main()
    output = capsys.readouterr()
    assert not end.value.code, output.err
    return output.out


@pytest.mark.parametrize(
    "arguments",
    [
        ["test", "latest", "--episodes", 3],
        ["test", "latest", "--episodes", 3, "--json"],
        ["tune", "latest", "--iterations", 2, "--population", 4, "--episodes", 1],
        ["compare", "latest", "--episodes", 3],
        ["compare", "latest", "latest", "--episodes", 3],
        ["report", "latest", "latest", "--episodes", 3],
        ["render", "latest", "-o", "a.gif"],
        ["export", "latest", "-f", "svg"],
        ["verify", "latest"],
        ["resume", "latest", "--generations", 3],
    ],
    ids=lambda arguments: " ".join(map(str, arguments[:3])),
)
def test_a_run_that_begins_meanwhile_plays_no_part(made, begins, monkeypatch, capsys, arguments):
    first, second = begins
    read, load = [], NetworkFile.load

    def recording(path: str | Path) -> NetworkFile:
        read.append(Path(path))
        return load(path)

    monkeypatch.setattr(NetworkFile, "load", recording)
    out = command(monkeypatch, capsys, *arguments)
    assert second.exists()
    assert "second" not in out
    assert all(first in path.parents for path in read)
    assert state(second) == {
        second / path.relative_to(made[1]): held for path, held in state(made[1]).items()
    }


def test_from_python_too(made, begins):
    first, _ = begins
    held = NetworkFile.load(first / "champion.json").genome.digest
    report = judge("latest", episodes=3, workers=1)
    assert report.tuned_file == first / "tuned.json"
    shutil.rmtree("runs/a/second")
    assert gather("latest", episodes=3, workers=1).name.endswith("first")
    shutil.rmtree("runs/a/second")
    assert wann.load("latest").champion.genome.digest == held
    shutil.rmtree("runs/a/second")
    tuned = wann.tune("latest", settings={"iterations": 2, "population": 4, "episodes": 1})
    assert tuned.job.output == first / "tuned.json"


def test_a_path_that_is_called_latest_is_a_path(made, tmp_path, monkeypatch):
    """It is not the newest run, however often it is looked up on the way."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(made[1], "runs/newest")
    shutil.copytree(made[0], "latest")
    expected = NetworkFile.load(made[0] / "champion.json").genome.digest
    for target in ("./latest", Path("latest"), find.find_run("./latest")):
        assert find.find_network(target)[0].genome.digest == expected
        found = find.find_tuned(target)
        assert found
        assert found[1] == Path("latest/tuned.json")
    assert judge(find.find_run("./latest"), episodes=2, workers=1).tuned_file == Path("latest/tuned.json")


def test_what_comes_next_names_the_run_that_was_meant(begins, monkeypatch, capsys):
    """An older run that was resumed is not `latest`."""
    first, second = begins
    list(find.find_runs(Path("runs")))  # the second begins
    assert second.exists()
    out = command(monkeypatch, capsys, "resume", first, "--generations", 3)
    assert f"wann test {first} --json" in out
    assert "latest" not in out
    out = command(monkeypatch, capsys, "resume", second, "--generations", 3)
    assert "wann test latest --json" in out
