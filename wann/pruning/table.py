"""Tables of what recipes and trainings are made of, and the one way to find an entry, here or outside.

An entry is a name with one line, a source and a function; each kind has a decorator that makes one of the
function below it. One of the user's own is named with its file, `mine.py:slow`, or its module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Generic, TypeVar

from wann.errors import PruningError, TaskError, UnknownMethod, did_you_mean
from wann.tasks.own.loading import file_of, load_file, own_file

EVERY = ("gradient", "evolution")  # the learners


@dataclass(frozen=True)
class Entry:
    """One line of `wann prune --list`.

    Attributes:
        name, line, source: for people.
        function: what was decorated; its kind's table says what it gets and returns.
        keys: of a recipe, which do nothing without this entry.
        learners: whom it fits.
    """

    name: str
    line: str
    function: Callable[..., Any]
    source: str = ""
    keys: tuple[str, ...] = ()
    learners: tuple[str, ...] = EVERY


E = TypeVar("E", bound=Any)


class Table(dict[str, E], Generic[E]):
    """Entries of one kind by name; a file's own are kept apart, as files do not see each other's."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind
        self._own: dict[tuple[str, str], E] = {}

    def add(self, entry: E, home: str) -> None:
        """Take in what module `home` defines.

        Raises:
            PruningError: the name is another module's already.
        """
        if own_file(home):
            self._own[home, entry.name] = entry
            return
        if entry.name in self and (other := self[entry.name].function.__module__) != home:
            raise PruningError(f"{entry.name}: a {self.kind} of that name is in {other} already")
        self[entry.name] = entry

    def find(self, name: str, where: str = "") -> E:
        """Return an entry by its name, or by `module:name` or `file.py:name`, after importing that.

        Args:
            name: see above.
            where: what names it, for errors; by default the kind.

        Raises:
            UnknownMethod: there is none of that name.
            PruningError: the module or file cannot be imported, for whatever reason.
        """
        where = where or self.kind
        if file := file_of(name):
            return self._in_file(file, name, where)
        module, _, rest = name.rpartition(":")
        if module:
            try:
                import_module(module)
            except Exception as error:  # a file of the user's own may do anything
                reason = " ".join(f"{type(error).__name__}: {error}".split())
                raise PruningError(f"{where} '{name}': cannot import {module} ({reason})") from error
        require_known(where, rest, self)
        return self[rest]

    def _in_file(self, file: Path, name: str, where: str) -> E:
        """Return what a file, or one beside it that it imports, registers under a name."""
        try:
            module = load_file(file).__name__
        except TaskError as error:
            raise PruningError(f"{where} '{name}': {error}") from error
        package = module.partition(".")[0]
        found = {key: each for (home, key), each in self._own.items() if home.partition(".")[0] == package}
        found |= {key: each for (home, key), each in self._own.items() if home == module}
        rest = name.rpartition(":")[2]
        require_known(f"{file}: {self.kind}", rest, found)
        return found[rest]


def decorator(table: Table[Any], make: Callable[..., Any] = Entry) -> Callable[..., Any]:
    """Return the decorator of a table: `@it(name, line, **keys)`, the keys those of `make`, its entries."""

    def named(name: str, line: str, **keys: Any) -> Callable[[Any], Any]:
        def register(function: Any) -> Any:
            table.add(make(name, line, function, **keys), function.__module__)
            return function

        return register

    return named


def own_name(name: str) -> str:
    """Return what an entry is called, without its module or file."""
    return name.rpartition(":")[2]


def require_known(where: str, name: str, known: Iterable[str]) -> None:
    """Raise UnknownMethod, with the nearest known name, unless `name` is one of them."""
    known = tuple(known)
    if name not in known:
        raise UnknownMethod(
            f"{where}: unknown '{name}'; known are {', '.join(known)}{did_you_mean(name, known)}"
        )
