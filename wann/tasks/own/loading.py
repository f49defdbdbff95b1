"""Importing a Python file by its path, under a name that no other module has.

A file and what it imports from beside it live in a package that exists in memory alone, named after their
place and their content. So `tracker.py` of two folders, or one called like an installed module, or one that
was edited since, never get mixed up, and nothing is put on `sys.path`. A file finds those beside it by a
builtin `__import__` of its own.
"""

from __future__ import annotations

import builtins
import hashlib
import sys
from functools import partial
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from threading import RLock
from types import CodeType, ModuleType
from typing import Any

from wann.errors import TaskError, did_you_mean, one_line
from wann.tasks.own.sources import beside, root_of, sources

_PREFIX = "wann_own_"
_LOCK = RLock()
_loaded: dict[Path, ModuleType] = {}
# Of each file that is loaded, the environments that it registers.
_environments: dict[Path, dict[str, Any]] = {}


def file_of(name: str) -> Path | None:
    """Return the file of `file.py:name`; None where the name is one of a module, or of a registered id."""
    file, _, _ = name.rpartition(":")
    return Path(file).expanduser().absolute() if file.endswith(".py") else None


def own_file(module: str) -> Path | None:
    """Return the file of a module that was loaded here, by the name that Python has it by; else None."""
    known = sys.modules.get(module) if is_own(module) else None
    return Path(str(known.__file__)) if known else None


def is_own(module: str) -> bool:
    """Whether a module's name, as Python has it, is that of one that was loaded here."""
    return module.startswith(_PREFIX)


def find_object(name: str) -> Any:
    """Return what `file.py:name` or `module:name` names: a class, a function, or anything else.

    Raises:
        TaskError: the file is not there, cannot be imported, or has no such name.
        ImportError: there is no such module.
    """
    place, _, inside = name.rpartition(":")
    file = file_of(name)
    module = load_file(file) if file else import_module(place)
    if not hasattr(module, inside):
        near = did_you_mean(inside, [key for key in vars(module) if not key.startswith("_")])
        raise TaskError(f"{place}: has no '{inside}'{near}")
    return getattr(module, inside)


def environments_of(file: Path) -> dict[str, Any]:
    """Return the environments that a loaded file registered with Gymnasium, by id."""
    return _environments.get(file, {})


def reload_if_changed(file: Path) -> None:
    """Load a file anew where it, or one that it imports from beside it, is not what was loaded."""
    with _LOCK:
        known = _loaded.get(file)
        if known is not None and known.__name__.partition(".")[0] != _package(file):
            del _loaded[file]


def load_file(file: Path) -> ModuleType:
    """Return the module of a file, as it was when this process loaded it first.

    Raises:
        TaskError: it is not there, or cannot be imported.
    """
    with _LOCK:
        if file not in _loaded:
            _loaded[file] = _load(file)
        return _loaded[file]


def _load(file: Path) -> ModuleType:
    import gymnasium

    if not file.is_file():
        raise TaskError(f"{file}: no such file; put it back there (every machine that takes part needs it)")
    package = _package(file)
    holder = ModuleType(package)
    holder.__path__ = [str(root_of(file))]
    sys.modules[package] = holder
    before = dict(gymnasium.registry)
    for known in _environments.values():  # another file may register the same ids
        for env in known:
            gymnasium.registry.pop(env, None)
    try:
        module = import_module(f"{package}.{_dotted(file)}")
        _environments[file] = {
            env: spec for env, spec in gymnasium.registry.items() if before.get(env) is not spec
        }
    except (Exception, SystemExit) as error:  # a file of the user's own may do anything
        for name in [name for name in sys.modules if name.partition(".")[0] == package]:
            del sys.modules[name]
        raise TaskError(f"{file}: cannot be imported ({one_line(error, file)})") from error
    finally:
        for env, spec in before.items():
            gymnasium.registry.setdefault(env, spec)
    return module


def _package(file: Path) -> str:
    """The name of the package that a file's modules live in: of their place and their content."""
    found = hashlib.sha256(str(file).encode())
    for path in sources(file):
        if path.is_file():
            found.update(f"\0{path}\0".encode() + path.read_bytes())
    return f"{_PREFIX}{found.hexdigest()[:16]}"


def _dotted(file: Path) -> str:
    """The name of a file's module below its root: `tracker`, or `games.tracker` in a package."""
    parts = file.relative_to(root_of(file)).with_suffix("").parts
    return ".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)


class _Loader(SourceFileLoader):
    """Runs a file's source itself: a compiled copy beside it could be that of an edit ago."""

    def get_code(self, fullname: str) -> CodeType:
        return self.source_to_code(self.get_data(self.path), self.path)

    def exec_module(self, module: ModuleType) -> None:
        own = partial(_import, self.name.partition(".")[0], Path(self.path))
        module.__dict__["__builtins__"] = vars(builtins) | {"__import__": own}
        super().exec_module(module)


class _Finder:
    """Finds the modules of our packages, and no other ones."""

    @staticmethod
    def find_spec(fullname: str, path: Any = None, target: ModuleType | None = None) -> ModuleSpec | None:
        if not fullname.startswith(_PREFIX) or path is None:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec and spec.origin and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _Loader(fullname, spec.origin)
        return spec


sys.meta_path.insert(0, _Finder)  # type: ignore[arg-type]


def _import(
    package: str,
    file: Path,
    name: str,
    globals: Any = None,
    locals: Any = None,
    fromlist: Any = (),
    level: int = 0,
) -> Any:
    """What `import` does in a file of the user's own: one beside it is found there."""
    folder = None if level else beside(name, file)
    if folder is None:
        return builtins.__import__(name, globals, locals, fromlist, level)
    below = folder.relative_to(root_of(file)).parts
    above = ".".join((package, *below))
    if fromlist:
        return builtins.__import__(f"{above}.{name}", globals, locals, fromlist, 0)
    import_module(f"{above}.{name}")
    return sys.modules[f"{above}.{name.partition('.')[0]}"]
