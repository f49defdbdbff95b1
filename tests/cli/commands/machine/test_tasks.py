"""wann tasks at the command line."""

from __future__ import annotations

import json

import pytest

from wann.cli.commands.machine.tasks import tasks
from wann.tasks.compiled import COMPILED
from wann.tasks.datasets import DATASETS


def test_the_list_fits_eighty_columns(capsys: pytest.CaptureFixture[str]):
    tasks()
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0].startswith("Compiled")
    assert "CartPole-v1" in lines[1]


def test_a_command_is_shown_whole(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    tasks()
    assert 'after: pip install "gymnasium[box2d]"\n' in capsys.readouterr().out


def test_json_is_a_list(capsys: pytest.CaptureFixture[str]):
    tasks(as_json=True)
    known = json.loads(capsys.readouterr().out)
    assert [task["env"] for task in known if task["compiled"]] == [*COMPILED, *DATASETS]
    assert all(set(task) == {"env", "family", "compiled", "install"} for task in known)
