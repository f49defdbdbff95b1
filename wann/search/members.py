"""The parts of a search that can be chosen: a table for each, a decorator, and others by `module:name`.

    @WEIGHTS.member("uniform", "new weights each generation")
    def draw(shared, generation, rng, *, low=-2.0, high=2.0):
        ...

What follows the `*` are a member's options, in a config `uniform: {low: -1}`. One of your own needs no
decorator: it is named with its file, `mine.py:draw`, or its module, `mine:draw`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, TypeVar

from wann.config import SearchConfig
from wann.errors import SearchError, TaskError, WannError, did_you_mean, one_line
from wann.tasks.own import file_of, find_object

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class Member:
    """One entry of a table, with the options that a config gives it.

    Attributes:
        seam: the key of a config that names it.
        name: by which it does.
        made: the function or class.
        line, source: for people.
        options: what a config gives.
    """

    seam: str
    name: str
    made: Callable[..., Any]
    line: str = ""
    source: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, *arguments: Any) -> Any:
        """Call it with its options.

        Raises:
            SearchError: it raised something.
        """
        return self.guarded(self.made, *arguments, **self.options)

    def guarded(self, function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        """Call a function of its, so that what it raises becomes one line that names the member.

        Raises:
            SearchError: that line.
        """
        try:
            return function(*arguments, **options)
        except WannError:
            raise
        except Exception as error:  # one of the user's own may do anything
            raise SearchError(f"{self}: {one_line(error, file_of(self.name))}") from error

    def wrong(self, what: str, expected: str, got: str) -> SearchError:
        """Return the error that says what is wrong with what it returned."""
        return SearchError(f"{self}: {what}: expected {expected}, got {got}")

    def __str__(self) -> str:
        return f"search.{self.seam}: {self.name}"


class Seam:
    """A table of members.

    Args:
        key: of the section `search`, which names one.
        package: whose modules hold the members that come with wann, one a file.
    """

    def __init__(self, key: str, package: str) -> None:
        self.key, self._package = key, package
        self._members: dict[str, Member] = {}

    def member(self, name: str, line: str, source: str = "") -> Callable[[Function], Function]:
        """Register what stands below under a name."""

        def register(made: Function) -> Function:
            self._members.setdefault(name, Member(self.key, name, made, line, source))
            return made

        return register

    def members(self) -> dict[str, Member]:
        """Return the members that come with wann, the default first."""
        for module in iter_modules(import_module(self._package).__path__):
            import_module(f"{self._package}.{module.name}")
        default = SearchConfig.model_fields[self.key].default
        return {name: self._members[name] for name in sorted(self._members, key=lambda name: name != default)}

    def chosen(self, search: SearchConfig) -> Member:
        """Return the member that a config names, with its options.

        Raises:
            SearchError: there is none of that name, it cannot be imported, or it does not take an option.
        """
        named = getattr(search, self.key)
        name, options = next(iter(named.items())) if isinstance(named, dict) else (named, {})
        found = self._outside(name) if ":" in name else self.members().get(name)
        if found is None:
            known = ", ".join(self.members())
            near = did_you_mean(name, self.members()) or f"; expected one of {known}, or module:name"
            raise SearchError(f"search.{self.key}: there is no '{name}'{near}")
        _check_options(found, options)
        return Member(self.key, name, found.made, found.line, found.source, options)

    def _outside(self, name: str) -> Member:
        return Member(self.key, name, find_function(f"search.{self.key}", name))


def find_function(key: str, name: str) -> Callable[..., Any]:
    """Return what `file.py:name` or `module:name` names, for a key of a config.

    Raises:
        SearchError: it is not there, cannot be imported, or cannot be called.
    """
    try:
        made = find_object(name)
    except TaskError as error:
        raise SearchError(f"{key}: {error}") from error
    except Exception as error:  # importing a module of the user's own may do anything
        raise SearchError(f"{key}: '{name}' cannot be imported ({one_line(error)})") from error
    if not callable(made):
        raise SearchError(f"{key}: '{name}': expected a function or a class, got a {type(made).__name__}")
    return made


def _check_options(member: Member, options: Mapping[str, Any]) -> None:
    parameters = inspect.signature(member.made).parameters.values()
    known = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY]
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        return
    for name in options:
        if name not in known:
            near = did_you_mean(name, known) or f"; it takes {', '.join(known) or 'none'}"
            raise SearchError(f"{member}: there is no option '{name}'{near}")


def outside_names(search: SearchConfig) -> list[str]:
    """Return all that a search takes from outside the package, as `module:name` or `file.py:name`."""
    named = [getattr(search, seam.key) for seam in SEAMS]
    chosen = [next(iter(each)) if isinstance(each, dict) else each for each in named]
    operators = list(search.mutation.model_extra or {})
    return [name for name in (*chosen, *operators, *search.activations) if ":" in name]


METHODS = Seam("method", "wann.search.methods")
SELECTION = Seam("selection", "wann.search.selection")
WEIGHTS = Seam("weights", "wann.search.weights")
STARTS = Seam("start", "wann.search.start")
SEAMS = (METHODS, SELECTION, WEIGHTS, STARTS)
