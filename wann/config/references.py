"""Files that a config names: looked for beside it, then in the working folder, and kept by absolute path.

What a `--set` names is looked for in the working folder alone. A module is taken to be a file only where no
installed one has that file: `tracker:TrackerEnv` becomes `/home/me/tracker.py:TrackerEnv`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.machinery import PathFinder
from pathlib import Path as FilePath
from typing import Any

from wann.config.document import Document
from wann.config.faults import Fault, Path, Place

_EACH = "*"  # every item of a list
_KEYS = "?"  # every key of a section, in place of its value
_DATA = (("task", "dataset"),)
# of a recipe, what may be in a file of the user's own
PARTS = ("criterion", "schedule", "retraining", "control")
_CODE = (
    ("task", "env"),
    ("task", "wrappers", _EACH),
    ("search", "method"),
    ("search", "start"),
    ("search", "selection"),
    ("search", "weights"),
    ("search", "activations", _EACH),
    ("search", "mutation", _KEYS),
    ("prune", "controls", _EACH),
    *(("prune", "recipes", _EACH, key) for key in PARTS),
    *(("prune", "recipes", _EACH, "then", _EACH, key) for key in PARTS),
)


_OURS = ("wann", "wann_envs")


class NotFound(Exception):
    """A file that a config names is not there; the message says where it was looked for."""


def anchor(document: Document, folder: FilePath) -> None:
    """Make the files that a config names absolute; one that is not there becomes a fault.

    Args:
        document: the sections; its values are replaced.
        folder: that of the config's file.
    """
    for keys, found in ((_DATA, found_data), (_CODE, found_code)):
        for section, key, path in _texts(document.value, keys):
            place = _place(document, path)
            try:
                folders = (folder, FilePath()) if place.line else (FilePath(),)
                _replace(section, key, path, found, folders)
            except NotFound as error:
                document.faults.append(Fault(place, path, str(error)))


def _replace(
    section: Any, key: Any, path: Path, found: Callable[[str, Sequence[FilePath]], str], folders: Any
) -> None:
    """Put what is found in the place of a value, or of a key where `path` ends with `_KEYS`."""
    if path[-1] == _KEYS:
        section[found(key, folders)] = section.pop(key)
    else:
        section[key] = _found(section[key], found, folders)


def _found(value: Any, found: Callable[[str, Sequence[FilePath]], str], folders: Sequence[FilePath]) -> Any:
    """A name, or a mapping of one name to its arguments, with the name as `found` gives it."""
    if isinstance(value, dict):
        return {found(name, folders): arguments for name, arguments in value.items()}
    return found(value, folders)


def found_data(name: str, folders: Sequence[FilePath]) -> str:
    """Return the absolute path of a data set's file; what looks like no path is a known name.

    Raises:
        NotFound: there is no such file.
    """
    path = FilePath(name).expanduser()
    return str(_first(path, folders)) if path.suffix or len(path.parts) > 1 else name


def found_code(name: str, folders: Sequence[FilePath]) -> str:
    """Return `/absolute/file.py:name` for `file.py:name`, or for `module:name` where the module is a file.

    Anything else is a registered id, or is in an installed module, and stays as it is.

    Raises:
        NotFound: there is no such file.
    """
    module, _, inside = name.rpartition(":")
    if module.endswith(".py"):
        return f"{_first(FilePath(module).expanduser(), folders)}:{inside}"
    if name.endswith(".py"):
        raise NotFound(f"'{name}' says which file, but not what of it; write {name}:NAME")
    if not all(part.isidentifier() for part in module.split(".")):
        return name
    parts = module.replace(".", "/")
    for path in (folder / file for folder in folders for file in (f"{parts}.py", f"{parts}/__init__.py")):
        if path.is_file() and not _is_installed(module, path):
            return f"{_absolute(path)}:{inside}"
    return name


def _first(path: FilePath, folders: Sequence[FilePath]) -> FilePath:
    places = [_absolute(folder / path) for folder in folders]
    for place in places:
        if place.is_file():
            return place
    looked = " and ".join(dict.fromkeys(str(place.parent) for place in places))
    raise NotFound(f"'{path}': no such file in {looked}")


def _absolute(path: FilePath) -> FilePath:
    return FilePath(os.path.abspath(path))  # noqa: PTH100 - links stay as they are called


def _is_installed(module: str, path: FilePath) -> bool:
    """Whether Python finds this very file by its name, from whatever folder it is started."""
    top = module.partition(".")[0]
    if top in _OURS:
        return True
    # The first entry is that of the script, or the working folder of `python -m`.
    passing = {"", *os.environ.get("PYTHONPATH", "").split(os.pathsep)}
    lasting = [entry for entry in sys.path[1:] if entry not in passing]
    for finder in sys.meta_path:
        spec = PathFinder.find_spec(top, lasting) if finder is PathFinder else finder.find_spec(top, None)
        if spec and spec.origin:
            own = _absolute(path).parents[module.count(".")]
            return FilePath(spec.origin).resolve().is_relative_to(own.resolve())
    return False


def _place(document: Document, path: Path) -> Place:
    while path not in document.places:
        path = path[:-1]
    return document.places[path]


def _texts(value: Any, keys: Sequence[Path]) -> Iterator[tuple[Any, Any, Path]]:
    """Yield the section or list that holds each text at `keys`, its key there, and its path."""
    for path in keys:
        yield from _below(value, path, ())


def _below(value: Any, left: Path, path: Path) -> Iterator[tuple[Any, Any, Path]]:
    if left == (_KEYS,):
        for key in [key for key in value if ":" in key] if isinstance(value, dict) else ():
            yield value, key, (*path, key, _KEYS)
        return
    here: dict[Any, Any] = {}
    if left[0] == _EACH and isinstance(value, list):
        here = dict(enumerate(value))
    elif isinstance(value, dict) and left[0] in value:
        here = {left[0]: value[left[0]]}
    for key, inner in here.items():
        if len(left) > 1:
            yield from _below(inner, left[1:], (*path, key))
        elif isinstance(inner, str) or (_takes_options(path, key) and isinstance(inner, dict)):
            yield value, key, (*path, key)


def _takes_options(path: Path, key: Any) -> bool:
    """Whether a name may be a mapping of it to options."""
    return path[-1:] == ("wrappers",) or (*path, key) in _CODE
