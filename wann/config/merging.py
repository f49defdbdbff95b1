"""Merge keys and notes of a YAML mapping: what is written once and used in several sections.

`<<: *name` takes over the keys of an anchored mapping, as in YAML 1.1; keys that begin with `x-` belong to
nobody and hold what is to be taken over, as in Compose files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import yaml

from wann.config.faults import Path

Pair = tuple[yaml.Node, yaml.Node]
_MERGE = "<<"
_NOTE = "x-"
_SECTION = 1  # how deep notes are looked for: below, keys belong to environments and criteria


def is_note(key: str, path: Path) -> bool:
    """Whether a key of the mapping at `path` is there for people and anchors alone."""
    return key.startswith(_NOTE) and len(path) <= _SECTION


def pairs_of(node: yaml.MappingNode, count: Callable[[yaml.Node], None]) -> tuple[list[Pair], list[Pair]]:
    """Return a mapping's own pairs, and those that it takes over, each key once, the first that has it.

    Args:
        node: the mapping.
        count: called for each value that is taken over, so that few lines cannot describe endless ones.

    Raises:
        MarkedYAMLError: what is taken over is no mapping.
    """
    own = [pair for pair in node.value if not _is_merge(pair[0])]
    merged: dict[str, Pair] = {}
    for key, value in node.value:
        if _is_merge(key):
            for pair in _taken_over(value, count):
                merged.setdefault(pair[0].value, pair)
    return own, list(merged.values())


def _is_merge(key: yaml.Node) -> bool:
    return isinstance(key, yaml.ScalarNode) and key.value == _MERGE and key.style is None


def _taken_over(node: yaml.Node, count: Callable[[yaml.Node], None]) -> Iterator[Pair]:
    """Yield the pairs of one anchored mapping, or of several in turn."""
    for source in node.value if isinstance(node, yaml.SequenceNode) else [node]:
        if not isinstance(source, yaml.MappingNode):
            what = (
                "'<<' takes over mappings; expected an alias of one, such as <<: *common, or a list of them"
            )
            raise yaml.MarkedYAMLError(problem=what, problem_mark=source.start_mark)
        own, merged = pairs_of(source, count)
        for pair in [*own, *merged]:
            count(pair[0])
            if isinstance(pair[0], yaml.ScalarNode):
                yield pair
