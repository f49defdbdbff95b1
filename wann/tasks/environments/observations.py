"""How an observation becomes a network's inputs: flat numbers, in the order of `gymnasium.spaces.flatten`.

One rule a kind of space, each with

- `n_inputs`, the inputs that a network needs;
- `read`, which makes one observation `(n_inputs,)` float64, or raises a ValueError where it is not what the
  space promises, as a network would make something of it all the same;
- `names`, one for each input; `path` leads to the part that they are of, and is empty for the whole.

Axes of length 1 may be missing or added: many environments return `(n, 1)` or a plain number for `(1,)`.
"""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from wann.tasks.part_names import cells, plain_cells

# Below this size, Python checks numbers faster than NumPy does.
_SMALL = 128


@dataclass(frozen=True, eq=False)
class Numbers:
    """Numbers as they are: a Box or a MultiBinary."""

    shape: tuple[int, ...]

    @cached_property
    def n_inputs(self) -> int:
        """One input per number."""
        return math.prod(self.shape)

    def read(self, observation: Any) -> np.ndarray:
        """One observation -> `(n_inputs,)` float64, in C order; never the environment's own array."""
        try:
            values = np.array(observation, np.float64)
        except (TypeError, ValueError) as error:
            raise ValueError(f"expected numbers of shape {self.shape}, got {observation!r:.100}") from error
        _check_shape(values, self.shape)
        values = values.ravel()
        if not _all_finite(values):
            raise ValueError(f"the observation is not finite: {values}")
        return values

    def names(self, path: str = "") -> list[str]:
        """`observation 3`, or `position[1]`."""
        return cells(path, self.shape) if path else plain_cells("observation", self.shape)


@dataclass(frozen=True, eq=False)
class OneHot:
    """One input per value of each whole number, 1 where it has that value: a Discrete or a MultiDiscrete.

    `counts` are the numbers of values, `starts` the lowest of them, both flat with P entries.
    """

    counts: tuple[int, ...]
    starts: tuple[int, ...]
    shape: tuple[int, ...]

    @cached_property
    def n_inputs(self) -> int:
        """One input per value."""
        return sum(self.counts)

    def read(self, observation: Any) -> np.ndarray:
        """One observation -> `(n_inputs,)` float64, zeros but for P ones."""
        values = np.asarray(observation)
        if values.dtype.kind not in "biuf":
            raise ValueError(f"expected whole numbers of shape {self.shape}, got {observation!r:.100}")
        _check_shape(values, self.shape)
        inputs, first = np.zeros(self.n_inputs), 0
        for value, count, start in zip(values.ravel().tolist(), self.counts, self.starts, strict=True):
            if not start <= value < start + count or value != int(value):
                raise ValueError(f"expected one of {start} to {start + count - 1}, got {value}")
            inputs[first + int(value) - start] = 1.0
            first += count
        return inputs

    def names(self, path: str = "") -> list[str]:
        """`is 3`, `cell is 3`, or `dice[0] is 3`."""
        parts = cells(path, self.shape) if path or not self.shape else plain_cells("observation", self.shape)
        values = zip(parts, self.counts, self.starts, strict=True)
        return [f"{part} is {start + k}".strip() for part, count, start in values for k in range(count)]


@dataclass(frozen=True, eq=False)
class Parts:
    """Several observations, end to end: a Dict (by key) or a Tuple (by position)."""

    parts: tuple[tuple[Hashable, ObservationRule], ...]

    @cached_property
    def n_inputs(self) -> int:
        """All parts together."""
        return sum(rule.n_inputs for _, rule in self.parts)

    def read(self, observation: Any) -> np.ndarray:
        """One observation -> `(n_inputs,)` float64."""
        return np.concatenate([_read_part(observation, key, rule) for key, rule in self.parts])

    def names(self, path: str = "") -> list[str]:
        """`position[0]`, `hand.angle`, or `observation[1] is 3`."""
        return [name for key, rule in self.parts for name in rule.names(_path(path, key))]


ObservationRule = Numbers | OneHot | Parts


def _read_part(observation: Any, key: Hashable, rule: ObservationRule) -> np.ndarray:
    try:
        part = observation[key]
    except Exception as error:
        raise ValueError(f"the observation has no part {key!r}: {observation!r:.100}") from error
    try:
        return rule.read(part)
    except ValueError as error:
        raise ValueError(f"part {key!r}: {error}") from error


def _path(path: str, key: Hashable) -> str:
    if isinstance(key, int):
        return f"{path or 'observation'}[{key}]"
    return f"{path}.{key}" if path else str(key)


def _all_finite(values: np.ndarray) -> bool:
    # a sum is not finite where one of its terms is not; where it overflows, each is looked at
    if values.size < _SMALL and math.isfinite(sum(values.tolist())):
        return True
    return bool(np.isfinite(values).all())


def _check_shape(values: np.ndarray, shape: tuple[int, ...]) -> None:
    if values.shape != shape and _long_axes(values.shape) != _long_axes(shape):
        raise ValueError(f"expected an observation of shape {shape}, got {values.shape}")


def _long_axes(shape: tuple[int, ...]) -> list[int]:
    return [length for length in shape if length != 1]
