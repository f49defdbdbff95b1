"""Of which files a Python file of one's own is made: itself, and those beside it that it imports."""

from __future__ import annotations

import ast
import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path


def root_of(file: Path) -> Path:
    """Return the folder that a file's absolute name begins in: above the packages that it lies in."""
    folder = file.parent
    while folder.name.isidentifier() and (folder / "__init__.py").is_file():
        folder = folder.parent
    return folder


def beside(name: str, file: Path) -> Path | None:
    """Return the folder in which `import name` of a file finds a file of the user's own, or None.

    It is the file's own folder, else its packages' root. The standard library comes first, and a file
    never finds itself: `random.py` may import the `random` that it is called like.
    """
    top = name.partition(".")[0]
    if top in sys.stdlib_module_names:
        return None
    for folder in dict.fromkeys((file.parent, root_of(file))):
        found = _module(folder, (top,))
        if found and found != file:
            return folder
    return None


def sources(file: Path) -> list[Path]:
    """Return a file and those that it imports, at whatever depth, in the order of their paths.

    Imports are read, not run, so those inside functions count too. A file that is no Python counts alone.
    """
    found: set[Path] = set()
    waiting = [file]
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting += _imported(each)
    return sorted(found)


def digest(path: Path) -> str:
    """Return the first 16 hexadecimal digits of the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def _imported(file: Path) -> Iterator[Path]:
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _files(file, alias.name, 0)
        elif isinstance(node, ast.ImportFrom):
            yield from _files(file, node.module or "", node.level)
            for alias in node.names:
                yield from _files(file, f"{node.module or ''}.{alias.name}".strip("."), node.level)


def _files(file: Path, name: str, level: int) -> Iterator[Path]:
    """The files that are run where `file` imports `name`, packages around it first."""
    if level:
        folder = file.parents[level - 1] if level <= len(file.parents) else None
    else:
        folder = beside(name, file)
    parts = name.split(".") if name else []
    if folder is None:
        return
    for count in range(level == 0, len(parts) + 1):
        if (found := _module(folder, tuple(parts[:count]))) is not None:
            yield found


def _module(folder: Path, parts: tuple[str, ...]) -> Path | None:
    path = folder.joinpath(*parts)
    for file in (path / "__init__.py", path.parent / f"{path.name}.py"):
        if parts and file.is_file():
            return file
    package = folder / "__init__.py"
    return package if not parts and package.is_file() else None
