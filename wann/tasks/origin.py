"""What a task is made of outside its config: data, source files, packages. As plain values, to be compared.

{"data": {"name": ..., "train": digest, ..., "images": [1165, 232, 400], "inputs": 64},
 "code": {"/home/me/tracker.py": digest, "/home/me/physics.py": digest},
 "packages": {"gymnasium": "1.4.0", "box2d": "2.3.10"}}
"""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from wann.tasks.classification import ClassificationTask
from wann.tasks.datasets import DATASETS, Dataset
from wann.tasks.own import digest, file_of, sources
from wann.tasks.own.loading import is_own
from wann.tasks.task import AnyTask

Origin = dict[str, dict[str, Any]]

# Their versions are noted in any case, or they are this package.
_ELSEWHERE = {"wann", "wann_envs", "numpy", "typing_extensions"}
# Of data sets whose files are compared with published checksums: one image in so many is enough then.
_SAMPLE = 50


def origin_of(task: AnyTask, code: Iterable[str] = ()) -> Origin:
    """Return what a task is made of outside its config.

    Args:
        task: a data set's arrays count as they are used, so a file that is packed anew is no change.
        code: names such as `tracker.py:TrackerEnv` or `module:name` of what else the config takes from files.
    """
    found: Origin = {}
    if isinstance(task, ClassificationTask):
        found["data"] = dict(_data(task.data))
        names = list(code)
    else:
        names = [task.env, *code]
        found["packages"] = dict(_packages(task))
    if files := {str(file): digest(file) for name in names for file in _files(name)}:
        found["code"] = dict(sorted(files.items()))
    return found


@cache
def _data(data: Dataset) -> dict[str, Any]:
    splits = {"train": data.train, "validation": data.validation, "test": data.test}
    step = _SAMPLE if data.name in DATASETS and len(data.train) > 10_000 else 1
    return {
        "name": data.name,
        **{name: _digest(split.images[::step], split.labels) for name, split in splits.items()},
        "images": [len(split) for split in splits.values()],
        "inputs": len(data.inputs),
    }


def _digest(*arrays: np.ndarray) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of arrays, their shapes and types."""
    found = hashlib.sha256()
    for array in arrays:
        found.update(f"{array.dtype.str}{array.shape}".encode())
        found.update(np.ascontiguousarray(array).data)
    return found.hexdigest()[:16]


def _files(name: str) -> list[Path]:
    """The files that `file.py:name` is made of, or `module:name` where that is in no installed package."""
    file = file_of(name)
    if file is None and ":" in name:
        file = _loose_file(name.rpartition(":")[0])
    return [path for path in sources(file) if path.is_file()] if file else []


def _loose_file(module: str) -> Path | None:
    """A module's file, where it is no part of an installation, whose version says what it is."""
    if module.partition(".")[0] in _ELSEWHERE:
        return None
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        return None
    if spec is None or not spec.origin or not spec.origin.endswith(".py"):
        return None
    path = Path(spec.origin)
    return None if any(path.is_relative_to(folder) for folder in _installations()) else path


@cache
def _installations() -> tuple[Path, ...]:
    return tuple({Path(sysconfig.get_path(name)) for name in ("purelib", "platlib", "stdlib")})


@lru_cache(maxsize=16)
def _packages(task: Any) -> dict[str, str]:
    """The packages that hold an environment, and those that its modules are written with: their versions.

    A task is asked once: while its episodes are played, there may be no room for another environment.
    """
    from wann.tasks.environments.environment import environment_of

    environment = environment_of(task)
    try:
        tops = {top for module in _modules(environment) for top in _used(module)}
    finally:
        with suppress(Exception):
            environment.close()
    found = (each for top in tops if not _is_ours(top) for each in _distributions(top))
    return {name: version(name) for name in sorted(found)}


def _modules(environment: Any) -> set[str]:
    """The modules of an environment's class, of those it is derived from, and of its wrappers."""
    found: set[str] = set()
    while environment is not None:
        found |= {base.__module__ for base in type(environment).__mro__}
        environment = vars(environment).get("env")
    return {name for name in found if name.partition(".")[0] not in sys.stdlib_module_names}


def _used(module: str) -> Iterator[str]:
    """The packages of a module, and of what it has imported as its names."""
    yield module.partition(".")[0]
    for value in list(vars(sys.modules.get(module, ModuleType(module))).values()):
        if isinstance(value, ModuleType):
            yield value.__name__.partition(".")[0]
        elif inspect.isclass(value) or inspect.isfunction(value):
            yield str(value.__module__).partition(".")[0]


def _is_ours(top: str) -> bool:
    """Whether no distribution holds it, or one of which the version is noted in any case."""
    return top in sys.stdlib_module_names or top in _ELSEWHERE or is_own(top)


@cache
def _distributions(top: str) -> tuple[str, ...]:
    """The names of the distributions that a package came with."""
    with suppress(PackageNotFoundError):
        version(top)
        return (top.lower().replace("_", "-"),)
    return tuple(sorted(set(packages_distributions().get(top, ()))))
