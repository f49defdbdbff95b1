"""Where a run comes from outside its config, and whether that is still the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from wann.config import Config, PruneConfig, TaskConfig
from wann.config.references import PARTS
from wann.errors import RunError
from wann.records.manifest import read_manifest
from wann.records.origin import changed_code, changed_data, check_data, recorded_origin, run_of
from wann.records.storage.paths import RunPaths
from wann.search.members import outside_names
from wann.tasks.environments.wrappers import name_and_arguments
from wann.tasks.origin import Origin, origin_of
from wann.tasks.task import AnyTask


def origin_of_config(config: Config | PruneConfig, task: AnyTask) -> Origin:
    """Return what a config's run is computed from outside the config; `task` is built of it."""
    return origin_of(task, _code(config))


def origin_of_section(section: TaskConfig, task: AnyTask) -> Origin:
    """Return what a network is judged on outside its file's `task` section; `task` is built of it."""
    return origin_of(task, _wrappers(section))


def changed_since(
    folder: Path,
    manifest: Mapping[str, Any],
    config: Config | PruneConfig,
    task: AnyTask,
    say: Callable[[str], None],
) -> list[str]:
    """Say what source files and versions have changed since a run's last session, and return those lines.

    Raises:
        DataChanged: its data are other ones.
    """
    was, now = recorded_origin(manifest), origin_of_config(config, task)
    command = "prune" if isinstance(config, PruneConfig) else "evolve"
    check_data(was, now, folder, f"start anew with: wann {command} {RunPaths(folder).config}")
    changed = changed_code(was, now)
    for line in changed:
        say(f"{line}; what is computed from now on is computed with it")
    return changed


def changes_beside(network: Path, now: Origin) -> list[str]:
    """Return what has changed since the run was made that a network's file lies in.

    Args:
        network: the file, in a run or elsewhere; of the latter nothing is known.
        now: what its task is made of.
    """
    folder = run_of(network)
    try:
        was = recorded_origin(read_manifest(folder)) if folder else {}
    except RunError:
        return []
    if "code" in was:  # a criterion's file plays no part in what a network does
        code = {file: digest for file, digest in was["code"].items() if file in now.get("code", {})}
        was = was | {"code": code}
    data = changed_data(was, now)
    return [*([f"{data} since the run was made"] if data else []), *changed_code(was, now)]


def changes_of(path: Path, section: TaskConfig, task: AnyTask) -> list[str]:
    """Return what has changed since a network's run was made; `task` is built of its file's `section`."""
    return changes_beside(path, origin_of_section(section, task))


def _code(config: Config | PruneConfig) -> Iterator[str]:
    yield from _wrappers(config.task)
    if isinstance(config, Config):
        yield from outside_names(config.search)
    for recipe in config.prune.recipes if isinstance(config, PruneConfig) else ():
        for stage in (recipe, *recipe.then):
            yield from (name for part in PARTS if (name := getattr(stage, part)) is not None)
    yield from config.prune.controls if isinstance(config, PruneConfig) else ()


def _wrappers(section: TaskConfig) -> Iterator[str]:
    for wrapping in section.wrappers:
        yield name_and_arguments(wrapping)[0]
