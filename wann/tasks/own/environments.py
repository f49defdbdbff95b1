"""What `gymnasium.make` takes for a name in a config: a registered id, or a class or function in a file."""

from __future__ import annotations

from copy import copy
from importlib import import_module
from types import ModuleType
from typing import Any

import gymnasium
from gymnasium.envs.registration import EnvSpec

from wann.errors import UnknownEnvironment, did_you_mean
from wann.tasks.own.loading import environments_of, file_of, load_file
from wann.tasks.own.sources import beside


def make_able(env: str) -> str | EnvSpec:
    """Return what `gymnasium.make` takes.

    A class or a function that returns an environment has no step limit of its own.

    Args:
        env: an id, `module:id`, `module:Class`, `file.py:id` or `file.py:Class`, or a function for a class.

    Raises:
        TaskError: the file cannot be imported, or has no such environment.
        ImportError: there is no such module.
    """
    place, _, name = env.rpartition(":")
    file = file_of(env)
    if file is not None:
        module = load_file(file)
        known = environments_of(file)
        if name in known or (name in gymnasium.registry and not hasattr(module, name)):
            return _with_its_class(known.get(name) or gymnasium.registry[name], file)
    elif place and name.isidentifier():
        module, known = import_module(place), {}
        if name in gymnasium.registry:
            return env
    else:
        return env
    made = getattr(module, name, None)
    if not callable(made):
        if file is None:
            return env
        raise UnknownEnvironment(_unknown(env, module, known))
    return EnvSpec(id=name, entry_point=made)  # type: ignore[arg-type]  # gymnasium.make sees what it gives


def _with_its_class(spec: EnvSpec, file: Any) -> EnvSpec:
    """The entry point `tracker:TrackerEnv` of a file tracker.py, which Python would not find by that name."""
    place, _, name = str(spec.entry_point).partition(":")
    if not isinstance(spec.entry_point, str):
        return spec
    if place == file.stem:
        home = file
    elif (folder := beside(place, file)) is not None:
        home = folder / f"{place.replace('.', '/')}.py"
    else:
        return spec
    spec = copy(spec)
    spec.entry_point = getattr(load_file(home), name)
    return spec


def _unknown(env: str, module: ModuleType, registered: dict[str, Any]) -> str:
    place, _, name = env.rpartition(":")
    classes = [
        key
        for key, value in vars(module).items()
        if isinstance(value, type)
        and issubclass(value, gymnasium.Env)
        and value.__module__ == module.__name__
    ]
    known = [*registered, *classes]
    hint = did_you_mean(name, known) or (f"; there is {', '.join(known)}" if known else "")
    return f"task.env: {place} has no '{name}', neither as class or function nor as registered id{hint}"
