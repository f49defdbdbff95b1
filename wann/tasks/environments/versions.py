"""What an environment hangs on besides its arguments: versions of packages, and files of one's own."""

from __future__ import annotations

import hashlib
import platform
import sys
import sysconfig
from functools import cache
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from pathlib import Path

import gymnasium

from wann.tasks.environments.wrappers import name_and_arguments
from wann.tasks.task import Task

# Families of Gymnasium's own -> the names that their engine's package goes by.
ENGINES = {"gymnasium.envs.box2d": ("box2d", "box2d-py"), "gymnasium.envs.mujoco": ("mujoco",)}
_INSTALLED = ("site-packages", "dist-packages")


def versions_behind(task: Task) -> dict[str, str]:
    """Return the versions that a task's environment depends on, as far as can be seen from outside.

    Modules that are no installed package's have none: `own code` is a hash of all that are imported.
    """
    modules = [_entry_module(task.env), *(name_and_arguments(each)[0] for each in task.wrappers)]
    found = {"python": platform.python_version()}
    for package in ("gymnasium", "numpy", "wann"):
        found |= _version_of(package)
    for module in modules:
        for family, names in ENGINES.items():
            if module.startswith(family):
                found |= next(filter(None, map(_version_of, names)), {})
        for package in _distributions().get(module.partition(":")[0].partition(".")[0], ()):
            found |= _version_of(package)
    return found | {"own code": _own_code()}


def engine(task: Task) -> str:
    """Return `gymnasium 1.4.0, box2d 2.3.10`: what Gymnasium's own environments depend on."""
    behind, module = versions_behind(task), _entry_module(task.env)
    names = [name for family, known in ENGINES.items() if module.startswith(family) for name in known]
    return ", ".join(f"{name} {behind[name]}" for name in ("gymnasium", *names) if name in behind)


def _entry_module(env: str) -> str:
    spec = gymnasium.registry.get(env.rpartition(":")[2])
    entry = spec.entry_point if spec else ""
    return entry if isinstance(entry, str) else str(getattr(entry, "__module__", ""))


def _version_of(package: str) -> dict[str, str]:
    try:
        return {package: version(package)}
    except PackageNotFoundError:
        return {}


@cache
def _distributions() -> dict[str, list[str]]:
    return dict(packages_distributions())


def _own_code() -> str:
    """A hash of the imported files that belong to no installed package, nor to Python or to this one."""
    standard = {Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib")}
    digest = hashlib.sha256()
    for name, module in sorted(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if not isinstance(file, str) or name.partition(".")[0] in ("wann", "__main__", "__mp_main__"):
            continue
        path = Path(file)
        if standard.isdisjoint(path.parents) and not set(_INSTALLED) & set(path.parts) and path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
