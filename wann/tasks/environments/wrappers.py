"""Wrappers that a config names: found, and put around an environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from importlib import import_module
from typing import Any

from wann.errors import MissingPackage, TaskError, did_you_mean
from wann.tasks.own import file_of, find_object
from wann.tasks.task import Wrapping

_NEEDED = ("reset", "step", "close", "observation_space", "action_space")


def wrap(environment: Any, wrappers: Sequence[Wrapping]) -> Any:
    """Put wrappers around an environment, the first one innermost; it is closed where that fails.

    Raises:
        MissingPackage, TaskError: a wrapper is not found, or does not take this environment.
    """
    for wrapping in wrappers:
        name, arguments = name_and_arguments(wrapping)
        try:
            environment = _wrapped(environment, name, arguments)
        except BaseException:
            with suppress(Exception):
                environment.close()
            raise
    return environment


def name_and_arguments(wrapping: Wrapping) -> tuple[str, dict[str, Any]]:
    """Return what names a wrapper, and its keyword arguments."""
    if isinstance(wrapping, str):
        return wrapping, {}
    ((name, arguments),) = wrapping.items()
    return name, dict(arguments)


def _wrapped(environment: Any, name: str, arguments: Mapping[str, Any]) -> Any:
    wrapper = find(name)
    try:
        wrapped = wrapper(environment, **deepcopy(dict(arguments)))
    except Exception as error:
        given = f" and {arguments}" if arguments else ""
        raise TaskError(
            f"task.wrappers: '{name}' does not take this environment{given}: "
            f"{type(error).__name__}: {' '.join(str(error).split())}"
        ) from error
    for part in _NEEDED:
        if not hasattr(wrapped, part):
            raise TaskError(
                f"task.wrappers: '{name}' gives a {type(wrapped).__name__} without '{part}', expected an "
                "environment; a wrapper is mostly a class below gymnasium.Wrapper"
            )
    return wrapped


def find(name: str) -> Any:
    """Return what `module:name` names.

    Raises:
        MissingPackage, TaskError: it is not found.
    """
    if file_of(name):
        return _callable(name, find_object(name))
    module, _, attribute = name.partition(":")
    try:
        found: Any = import_module(module)
    except ModuleNotFoundError as error:
        raise MissingPackage(
            f"task.wrappers: '{name}' needs the Python module '{error.name}', which is not found; install "
            "the package that has it, or where it is a file of yours, name it: file.py:Wrapper"
        ) from error
    except Exception as error:
        raise TaskError(
            f"task.wrappers: '{name}': importing '{module}' fails: {type(error).__name__}: "
            f"{' '.join(str(error).split())}"
        ) from error
    for part in attribute.split("."):
        if not hasattr(found, part):
            raise TaskError(f"task.wrappers: '{module}' has no '{attribute}'{did_you_mean(part, dir(found))}")
        found = getattr(found, part)
    return _callable(name, found)


def _callable(name: str, found: Any) -> Any:
    if not callable(found):
        raise TaskError(f"task.wrappers: '{name}' is a {type(found).__name__}, expected a wrapper class")
    return found
