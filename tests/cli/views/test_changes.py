"""Commands that only read a run say what has changed since it was made: once, on standard error."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wann.cli.main import main
from wann.config import load_config
from wann.workflows.search.evolve import start

COMMANDS = {
    "test": ["--episodes", "2", "--json"],
    "compare": ["--json"],
    "render": [],
    "report": ["--episodes", "2"],
    "export": ["-f", "dot"],
}


def write(path: Path, shift: float) -> None:
    rows = [f"{k * 0.37 % 1 + shift:.3f},{k * 0.61 % 1:.3f},{k % 2}" for k in range(40)]
    path.write_text("\n".join(["a,b,label", *rows]) + "\n")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    write(folder / "d.csv", 0.0)
    (folder / "c.yaml").write_text(
        "task: {dataset: d.csv}\nsearch: {population: 4, generations: 1}\n"
        "evaluation: {episodes: 1, backend: local, workers: 1}\n"
    )
    return start(load_config(folder / "c.yaml"), folder / "run", "c").folder


@pytest.mark.parametrize("command", COMMANDS)
def test_changed_data_are_said_once(
    run: Path, command: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(run.parent)
    for shift, times in ((0.0, 0), (0.5, 1)):
        write(run.parent / "d.csv", shift)
        monkeypatch.setattr("sys.argv", ["wann", command, str(run), *COMMANDS[command]])
        with pytest.raises(SystemExit) as ended:
            main()
        # a table has no images to show, which is said after what has changed
        assert (ended.value.code or 0) == (2 if command == "render" else 0)
        out, err = capfd.readouterr()
        assert err.count("d.csv has changed") == times
        assert "has changed since" not in out
        if "--json" in COMMANDS[command]:
            json.loads(out)
