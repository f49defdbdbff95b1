"""wann doctor at the command line."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
import typer

from wann.cli.commands.machine.doctor import doctor
from wann.workflows import doctor as workflow
from wann.workflows.doctor import Check

WELL = [
    Check("python", True, "3.11.7"),
    Check("data", False, "/a/" + "long/" * 12 + ": none", "put it there", needed=False),
]
ILL = [*WELL, Check("numba", False, "not installed", "pip install numba")]


def test_all_is_there(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr(workflow, "examine", lambda with_cluster: WELL)
    doctor()
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0].split() == ["python", "ok", "3.11.7"]
    assert lines[1].split()[:2] == ["data", "missing"]
    assert lines[-1] == "All that a search needs is there."


def test_what_is_missing_comes_with_its_cure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(workflow, "examine", lambda with_cluster: ILL)
    with pytest.raises(typer.Exit) as end:
        doctor()
    assert end.value.exit_code == 1
    *_, numba, cure, _, closing = capsys.readouterr().out.splitlines()
    assert numba.split() == ["numba", "missing", "not", "installed"]
    assert cure.strip() == "pip install numba"
    assert closing == "Not all that a search needs is there."


def test_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr(workflow, "examine", lambda with_cluster: ILL)
    with pytest.raises(typer.Exit):
        doctor(as_json=True)
    value = json.loads(capsys.readouterr().out)
    assert value["ok"] is False
    assert value["checks"][0] == {
        "name": "python",
        "ok": True,
        "found": "3.11.7",
        "cure": "",
        "needed": True,
    }


def test_with_a_cluster_on_this_machine():
    command = [sys.executable, "-c", "from wann.cli.main import main; main()", "doctor", "--ray", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    found = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
    assert "started and answered" in found["ray cluster"]["found"]
    assert found["films"]["found"].startswith("ffmpeg")
