"""The tasks that are known to work: compiled ones, and those of Gymnasium's own families."""

from __future__ import annotations

import importlib.util
import re
from collections import defaultdict
from dataclasses import dataclass

import gymnasium

from wann.errors import TaskError
from wann.tasks.compiled import COMPILED
from wann.tasks.datasets import DATASETS, missing_files
from wann.tasks.environments.environment import make_task


@dataclass(frozen=True)
class Family:
    """Environments of one package of Gymnasium's.

    Attributes:
        name: for people.
        module: what their entry points begin with.
        needs: the Python module without which none of them can be made, if any.
        extra: the extra of Gymnasium's that brings it.
        varied: whether their spaces differ so much that each is built to see if it is handled; that takes
            milliseconds here, but seconds in other families, whose spaces are all alike.
    """

    name: str
    module: str
    needs: str | None = None
    extra: str | None = None
    varied: bool = False

    @property
    def installed(self) -> bool:
        """Whether what it needs is there."""
        return self.needs is None or importlib.util.find_spec(self.needs) is not None

    @property
    def install(self) -> str | None:
        """The command that brings what it needs, None where it is there."""
        return None if self.installed else f'pip install "gymnasium[{self.extra}]"'


# Families whose environments are not Python objects with arrays for observations (jax) or are wrappers of
# other packages' are left out.
FAMILIES = (
    Family("Classic control", "gymnasium.envs.classic_control."),
    Family("Box2D", "gymnasium.envs.box2d.", "Box2D", "box2d"),
    Family("MuJoCo", "gymnasium.envs.mujoco.", "mujoco", "mujoco"),
    Family("Toy text", "gymnasium.envs.toy_text.", varied=True),
)


@dataclass(frozen=True)
class KnownTask:
    """A task that works, once `install` has been run where that is not None.

    `env` is what a config names it by: in `task.dataset` for the family "Data sets", else in `task.env`.
    """

    env: str
    family: str
    compiled: bool = False
    install: str | None = None


def known_datasets() -> list[KnownTask]:
    """Return the data sets that are known by name."""
    needed = {"mnist16": "mnist", "mnist28": "mnist", "fashion": "fashion"}
    found = []
    for name in DATASETS:
        files = needed.get(name)
        install = f"wann data download {files}" if files and missing_files(files) else None
        found.append(KnownTask(name, "Data sets", compiled=True, install=install))
    return found


def known_tasks() -> list[KnownTask]:
    """Return the tasks, compiled ones first, then by family; of each name the newest version alone."""
    tasks = [KnownTask(env, "Compiled", compiled=True) for env in COMPILED]
    newest = _newest_versions()
    for family in FAMILIES:
        for env in newest[family.module]:
            if env not in COMPILED and not (family.varied and not _is_handled(env)):
                tasks.append(KnownTask(env, family.name, install=family.install))
    return tasks


def _newest_versions() -> dict[str, list[str]]:
    """A family's module -> the newest id of each name, in the registry's order."""
    found: dict[str, dict[str, tuple[int, str]]] = defaultdict(dict)
    for env, spec in gymnasium.registry.items():
        for family in FAMILIES:
            if str(spec.entry_point).startswith(family.module):
                name, version = re.fullmatch(r"(.*?)(?:-v(\d+))?", env).groups()  # type: ignore[union-attr]
                known = found[family.module].get(name, (-1, ""))
                found[family.module][name] = max(known, (int(version or 0), env))
    return defaultdict(list, {module: [env for _, env in names.values()] for module, names in found.items()})


def _is_handled(env: str) -> bool:
    try:
        make_task(env)
    except TaskError:
        return False
    return True
