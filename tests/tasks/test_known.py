"""The list of known tasks: what it says works does, and what is missing has a cure."""

from __future__ import annotations

import importlib.util

import gymnasium
import pytest

from wann.tasks.compiled import COMPILED
from wann.tasks.environments.environment import make_task
from wann.tasks.known import FAMILIES, known_tasks

# Building one takes seconds, or hundreds of megabytes.
SLOW = {"MuJoCo"}


def test_compiled_tasks_come_first():
    known = known_tasks()
    assert [task.env for task in known[: len(COMPILED)]] == list(COMPILED)
    assert [task.compiled for task in known] == [task.env in COMPILED for task in known]
    assert len({task.env for task in known}) == len(known)


@pytest.mark.parametrize(
    "env", [task.env for task in known_tasks() if task.install is None and task.family not in SLOW]
)
def test_what_needs_nothing_can_be_built(env):
    assert make_task(env).compiled == (env in COMPILED)


def test_ids_are_gymnasium_s_newest():
    for task in known_tasks():
        if task.env in COMPILED:
            continue
        name, _, version = task.env.rpartition("-v")
        assert task.env in gymnasium.registry
        assert f"{name}-v{int(version) + 1}" not in gymnasium.registry


@pytest.mark.parametrize("there", [True, False])
def test_a_family_whose_package_is_missing_names_the_command(there, monkeypatch):
    found = importlib.util.find_spec("json") if there else None
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: found)
    commands = {task.family: task.install for task in known_tasks()}
    extras = {family.name: family.extra for family in FAMILIES if family.extra}
    assert set(extras) == {"Box2D", "MuJoCo"}
    for family, extra in extras.items():
        assert commands[family] == (None if there else f'pip install "gymnasium[{extra}]"')
    assert commands["Compiled"] is None


def test_families_are_found_by_their_entry_points():
    known = {task.env for task in known_tasks()}
    assert {"LunarLander-v3", "BipedalWalker-v3", "Ant-v5", "Pendulum-v1", "Acrobot-v1"} <= known
