"""What a run was computed from outside its config, against what is there now."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wann.errors import DataChanged
from wann.tasks.origin import Origin

_SPLITS = {"train": "training", "validation": "validation", "test": "test"}


def changed_data(was: Origin, now: Origin) -> str | None:
    """Return in one line in what the data differ; None where they do not, or nothing is known of them."""
    before, after = was.get("data"), now.get("data")
    if not before or not after:
        return None
    differ = [said for name, said in _SPLITS.items() if before.get(name) != after.get(name)]
    if not differ:
        return None
    sizes = [(each.get("images"), each.get("inputs")) for each in (before, after)]
    if sizes[0] == sizes[1]:
        what = f"other {' and '.join(differ)} images or labels"
    else:
        what = f"{_size(*sizes[0])} then, {_size(*sizes[1])} now"
    return f"the data set {after['name']} has changed: {what}"


def changed_code(was: Origin, now: Origin) -> list[str]:
    """Return a line for each source file and each version of a package that differs."""
    lines = []
    before, after = was.get("code", {}), now.get("code", {})
    if "code" in was:
        for file in sorted({*before, *after}):
            if before.get(file) != after.get(file):
                lines.append(f"{file}: {_how(before.get(file), after.get(file))}")
    before, after = was.get("packages", {}), now.get("packages", {})
    if before:
        for name in sorted({*before, *after}):
            if before.get(name) != after.get(name):
                lines.append(f"{name}: {before.get(name, 'none')} then, {after.get(name, 'none')} now")
    return lines


def check_data(was: Origin, now: Origin, where: object, cure: str) -> None:
    """See that data are what something was computed from.

    Args:
        was, now: what is recorded, and what is there.
        where: what was computed, for people.
        cure: what to do, where restoring the data is not wanted.

    Raises:
        DataChanged: they are not.
    """
    if said := changed_data(was, now):
        raise DataChanged(f"{where}: {said}; restore it, or {cure}")


def recorded_origin(manifest: Mapping[str, Any]) -> Origin:
    """Return what a manifest says; nothing where an older version wrote it."""
    found = manifest.get("origin")
    return found if isinstance(found, dict) else {}


def run_of(network: Path) -> Path | None:
    """Return the run folder that a network's file lies in, be it its champion or one of many; else None."""
    for folder in (network.parent, network.parent.parent):
        if (folder / "manifest.json").is_file():
            return folder
    return None


def _size(images: Any, inputs: Any) -> str:
    return f"{sum(images or ())} images of {inputs} inputs"


def _how(was: str | None, now: str | None) -> str:
    if was is None or now is None:
        return "is new" if was is None else "is no longer part of it"
    return f"was changed ({was[:8]} then, {now[:8]} now)"
