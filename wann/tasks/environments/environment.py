"""Gymnasium: the one place where environments are made, and where a task is read off one."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from typing import Any

import gymnasium

from wann.errors import MissingPackage, TaskError, UnknownEnvironment, did_you_mean
from wann.tasks.compiled import COMPILED
from wann.tasks.environments.spaces import action_rule, observation_rule
from wann.tasks.environments.wrappers import wrap
from wann.tasks.own import file_of, reload_if_changed
from wann.tasks.own.environments import make_able
from wann.tasks.task import Task, Wrapping

# Where an environment has no step limit of its own: a network may well stand still for ever.
UNLIMITED_STEPS = 1000

# Environments of Gymnasium's own families -> the extra that brings what they need.
_EXTRAS = {
    "box2d": "box2d",
    "mujoco": "mujoco",
    "toy_text": "toy-text",
    "classic_control": "classic-control",
    "phys2d": "jax",
    "tabular": "jax",
}


def make_task(
    env: str,
    *,
    kwargs: Mapping[str, Any] | None = None,
    wrappers: Sequence[Wrapping] = (),
    instances: int | None = None,
    max_episode_steps: int | None = None,
    output_activation: str = "linear",
    failure_return: float | None = None,
    compiled: bool = True,
) -> Task:
    """Build the task of a Gymnasium id, of `module:id`, or of `file.py:Class` (or a function that makes one).

    Args:
        env: the id; the path of a file is absolute, or relative to the working folder.
        kwargs: keyword arguments for `gymnasium.make`.
        wrappers: what is put around the environment, the first one innermost: `module:name`, or a mapping of
            that to keyword arguments.
        instances: environments that a process may hold at once; None: any number.
        max_episode_steps: replaces the environment's own limit.
        output_activation: the activation of every output node.
        failure_return: what a failed episode is ranked by.
        compiled: use compiled dynamics where they exist for exactly this environment.

    Raises:
        UnknownEnvironment, MissingPackage, UnsupportedSpace, TaskError: why it cannot be built.
    """
    kwargs = dict(kwargs or {})
    if file := file_of(env):
        env = f"{file}:{env.rpartition(':')[2]}"
        reload_if_changed(file)
    bare = make_environment(env, kwargs, max_episode_steps)
    limit = (bare.spec.max_episode_steps if bare.spec else None) or UNLIMITED_STEPS
    real = wrap(bare, wrappers)
    try:
        observations = observation_rule(env, getattr(real, "observation_space", None))
        actions = action_rule(env, getattr(real, "action_space", None))
        fps = float(real.metadata.get("render_fps") or 30.0)
    finally:
        with suppress(Exception):
            real.close()
    task = Task(
        env=env,
        observations=observations,
        actions=actions,
        inputs=tuple(observations.names()),
        outputs=tuple(actions.names),
        kwargs=kwargs,
        wrappers=tuple(wrappers),
        instances=instances,
        max_steps=limit,
        output_activation=output_activation,
        failure_return=failure_return,
        render_fps=fps,
    )
    if env not in COMPILED or kwargs or wrappers:
        return task
    from dataclasses import replace

    known = replace(task, compiled=True)
    names = known.dynamics
    return replace(task, compiled=compiled, inputs=names.inputs, outputs=names.outputs)


def environment_of(task: Task, render_mode: str | None = None) -> Any:
    """Make the environment of a task, its wrappers around it.

    Raises:
        UnknownEnvironment, MissingPackage, TaskError: why it cannot be made.
    """
    return wrap(make_environment(task.env, task.kwargs, task.max_steps, render_mode), task.wrappers)


def make_environment(
    env: str, kwargs: Mapping[str, Any], max_episode_steps: int | None = None, render_mode: str | None = None
) -> gymnasium.Env:
    """Make an environment that works without a display; its errors become one clear line.

    Raises:
        UnknownEnvironment, MissingPackage, TaskError: why it cannot be made.
    """
    os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
    options: dict[str, Any] = deepcopy(dict(kwargs))  # an environment may change what it was given
    if max_episode_steps is not None:
        options["max_episode_steps"] = max_episode_steps
    if render_mode is not None:
        options["render_mode"] = render_mode
    module = env.partition(":")[0] if ":" in env and not file_of(env) else None
    if module and not _is_installed(module.partition(".")[0]):
        raise MissingPackage(
            f"task.env: '{env}' needs the Python module '{module}', which is not found; where it is a file "
            f"of yours, put {module}.py beside the config or write its path; else install its package"
        )
    try:
        return gymnasium.make(make_able(env), disable_env_checker=True, **options)
    except gymnasium.error.DependencyNotInstalled as error:
        raise MissingPackage(_missing(env, error)) from error
    except (gymnasium.error.UnregisteredEnv, gymnasium.error.DeprecatedEnv) as error:
        raise UnknownEnvironment(_unknown(env, error)) from error
    except gymnasium.error.Error as error:
        raise UnknownEnvironment(f"task.env: '{env}': {_one_line(error)}") from error
    except ImportError as error:
        raise MissingPackage(_missing(env, error)) from error
    except TaskError:
        raise
    except Exception as error:
        cure = ""
        if "render_mode" in options and "'render_mode'" in str(error):
            cure = "; to be filmed, its __init__ takes render_mode=None and keeps it in self.render_mode"
        raise TaskError(
            f"task.env: '{env}' cannot be made with the arguments {options}: "
            f"{type(error).__name__}: {_one_line(error)}{cure}"
        ) from error


def _is_installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ValueError:
        return True  # a module without a spec, such as __main__; importing it says what is wrong, if anything


def _missing(env: str, error: Exception) -> str:
    spec = gymnasium.registry.get(env)
    entry = str(spec.entry_point) if spec else ""
    extra = next((extra for family, extra in _EXTRAS.items() if family in entry), None)
    if not isinstance(error, gymnasium.error.DependencyNotInstalled | ModuleNotFoundError):
        extra = None  # it has moved elsewhere, and says where
    cure = f'pip install "gymnasium[{extra}]"' if extra else "install the package that it names"
    return f"task.env: '{env}' needs a package that is not installed ({_one_line(error)}); try: {cure}"


def _unknown(env: str, error: Exception) -> str:
    known = sorted(gymnasium.registry)
    hint = did_you_mean(env, [*known, *COMPILED])
    return f"task.env: unknown environment '{env}'{hint or '; ' + _one_line(error)}"


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
