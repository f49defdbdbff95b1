"""YAML text to plain values, each with the place where it was written, and back."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.reader import ReaderError

from wann.config.faults import Fault, Path, Place, shortened
from wann.config.merging import Pair, is_note, pairs_of

MAX_BYTES = 1_000_000
_MAX_VALUES = 200_000  # aliases can make a small file describe a huge one

_TAG = "tag:yaml.org,2002:"
_BOOLEANS = {word: word in ("true", "yes", "on") for word in ("true", "yes", "on", "false", "no", "off")}
_FLOAT = r"[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?"

# Plain words and numbers as PyYAML reads them (YAML 1.1), except that 1e-3 is a float and that 010, 1:30
# and 2020-01-01 are no octal, sexagesimal or date. First letters, then the whole word; the first match wins.
_RESOLVERS = (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", "|".join(f"{w}|{w.title()}|{w.upper()}" for w in _BOOLEANS), list("tTyYoOfFnN")),
    ("int", r"[-+]?[0-9][0-9_]*", list("-+0123456789")),
    ("float", rf"{_FLOAT}|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)", list("-+.0123456789")),
)

_SCALARS: dict[str, Callable[[str], Any]] = {
    _TAG + "str": str,
    _TAG + "null": lambda text: None,
    _TAG + "bool": lambda text: _BOOLEANS[text.lower()],
    _TAG + "int": lambda text: int(text.replace("_", "")),
    _TAG + "float": lambda text: float(text.replace("_", "").replace(".inf", "inf").replace(".nan", "nan")),
}


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers = {}  # noqa: RUF012 - PyYAML's own way


class _Dumper(yaml.SafeDumper):
    """Writes sections as blocks and lists in one line."""


for _name, _words, _letters in _RESOLVERS:
    _Loader.add_implicit_resolver(_TAG + _name, re.compile(rf"(?:{_words})\Z"), _letters)
    # On top of PyYAML's own, so that other YAML readers, too, find text quoted where it looks like a number.
    _Dumper.add_implicit_resolver(_TAG + _name, re.compile(rf"(?:{_words})\Z"), _letters)
for _type in (list, tuple):
    _Dumper.add_representer(
        _type, lambda dumper, items: dumper.represent_sequence(_TAG + "seq", items, flow_style=True)
    )


@dataclass
class Document:
    """What a YAML text says.

    Attributes:
        value: plain values; None if the text cannot be read at all.
        places: path of a key or list item -> where it stands; `()` is the text's beginning.
        faults: what is wrong with it as YAML.
    """

    value: Any = None
    places: dict[Path, Place] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def read_yaml(text: str, place: Callable[[int, int], Place], path: Path = ()) -> Document:
    """Read one YAML document.

    Args:
        text: the document.
        place: gives the place of a line and column, both counted from 1.
        path: where the document's values belong in a config.
    """
    builder = _Builder(place)
    try:
        node = yaml.compose(text, _Loader)
        if node is not None:
            builder.document.value = builder.build(node, path)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        # The last two: escapes in double quotes that name no character.
        where, what = _syntax_fault(error, text)
        builder.document.faults.append(Fault(place(*where), (), f"not valid YAML: {what}"))
    except RecursionError:
        builder.document.faults.append(Fault(place(1, 1), (), "too many levels inside each other"))
    builder.document.places[path] = place(1, 1)
    return builder.document


class _Builder:
    """Turns PyYAML's nodes into values and notes their places."""

    def __init__(self, place: Callable[[int, int], Place]) -> None:
        self.place = place
        self.document = Document()
        self.room = _MAX_VALUES

    def build(self, node: yaml.Node, path: Path) -> Any:
        """Return the value of a node; `path` is its own."""
        self.document.places.setdefault(path, self.spot(node))
        self.count(node)
        if isinstance(node, yaml.MappingNode) and node.tag == _TAG + "map":
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode) and node.tag == _TAG + "seq":
            return [self.build(item, (*path, index)) for index, item in enumerate(node.value)]
        try:
            return _SCALARS[node.tag](node.value)
        except (LookupError, ValueError):
            # An explicit tag, or a whole number of thousands of digits.
            text = f"cannot be read as {node.tag.removeprefix(_TAG)}; expected a plain value"
            self.document.faults.append(Fault(self.document.places[path], path, text))
            return None

    def mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        """Return a mapping by the keys' own letters: `on` and `1` are names here."""
        values: dict[str, Any] = {}
        own, merged = pairs_of(node, self.count)
        for key, value in own:
            if not isinstance(key, yaml.ScalarNode):
                self.fault(key, path, "a key that is a list or mapping: expected a name")
            elif key.value in values:
                line = self.document.places[(*path, key.value)].line
                where = f": first in line {line}" if line else ""
                self.fault(key, (*path, key.value), f"given twice{where}")
            elif not is_note(key.value, path):
                self.put(values, path, (key, value))
        for key, value in merged:
            if key.value not in values and not is_note(key.value, path):
                self.put(values, path, (key, value))
        return values

    def put(self, values: dict[str, Any], path: Path, pair: Pair) -> None:
        """Take a key and its value into the mapping at `path`."""
        below = (*path, pair[0].value)
        self.document.places[below] = self.spot(pair[0])
        values[pair[0].value] = self.build(pair[1], below)

    def count(self, node: yaml.Node) -> None:
        """Note one value more.

        Raises:
            MarkedYAMLError: that is one too many.
        """
        self.room -= 1
        if self.room <= 0:
            raise yaml.MarkedYAMLError(problem="too many values", problem_mark=node.start_mark)

    def spot(self, node: yaml.Node) -> Place:
        """Return where a node begins."""
        return self.place(node.start_mark.line + 1, node.start_mark.column + 1)

    def fault(self, node: yaml.Node, path: Path, text: str) -> None:
        """Note a fault at a node."""
        self.document.faults.append(Fault(self.spot(node), path, text))


def _syntax_fault(error: Exception, text: str) -> tuple[tuple[int, int], str]:
    """Return (line, column) from 1, and the words, of what PyYAML says."""
    if isinstance(error, yaml.MarkedYAMLError) and (mark := error.problem_mark or error.context_mark):
        context = error.context or ""
        if context and error.context_mark:
            context += f" begun in line {error.context_mark.line + 1}"
        what = ": ".join(filter(None, (context, error.problem)))
        cure = "; indent with spaces" if "\\t" in what else ""
        return (mark.line + 1, mark.column + 1), what + cure
    if isinstance(error, ReaderError):
        return position(text, error.position), "a character that YAML does not allow"
    return (1, 1), f"something in it cannot be read ({shortened(str(error))})"


def position(text: str, index: int) -> tuple[int, int]:
    """Return (line, column) from 1 of a character."""
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)


def write_yaml(value: dict[str, Any]) -> str:
    """Return a mapping of plain values as YAML, in ASCII, its keys in their order."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, default_flow_style=False, width=100)
