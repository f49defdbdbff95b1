"""How a network's outputs become an action: one rule a kind of action space.

`decode` works on many lanes at once, `act` makes of one lane's row what `env.step` takes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from wann.tasks.part_names import plain_cells


@dataclass(frozen=True, eq=False)
class Discrete:
    """The index of the largest output; the lowest index wins a tie."""

    n: int
    start: int = 0

    @property
    def n_outputs(self) -> int:
        """One output per choice."""
        return self.n

    @property
    def names(self) -> list[str]:
        """A name for each output, by the action that it stands for."""
        return [f"action {self.start + k}" for k in range(self.n)]

    def decode(self, outputs: np.ndarray) -> np.ndarray:
        """`(L, n)` outputs -> `(L, 1)` float indices, counted from 0."""
        return np.argmax(outputs, axis=1)[:, None].astype(np.float64)

    def act(self, decoded: np.ndarray) -> object:
        """One lane's decoded row -> what `env.step` takes."""
        return int(decoded[0]) + self.start


@dataclass(frozen=True, eq=False)
class MultiDiscrete:
    """One choice per part: the index of the part's largest output; the lowest index wins a tie.

    `counts` are the numbers of choices, `starts` the lowest ones, both flat with P entries; `shape` and
    `dtype` are those of the action.
    """

    counts: tuple[int, ...]
    starts: tuple[int, ...]
    shape: tuple[int, ...]
    dtype: str

    @property
    def n_outputs(self) -> int:
        """One output per choice of each part."""
        return sum(self.counts)

    @property
    def names(self) -> list[str]:
        """A name for each output: `action 0 is 2`."""
        parts = zip(plain_cells("action", self.shape), self.counts, self.starts, strict=True)
        return [f"{part} is {start + k}" for part, count, start in parts for k in range(count)]

    def decode(self, outputs: np.ndarray) -> np.ndarray:
        """`(L, n_outputs)` outputs -> `(L, P)` float indices, counted from 0."""
        parts = np.split(outputs, np.cumsum(self.counts)[:-1], axis=1)
        return np.array([np.argmax(part, axis=1) for part in parts]).T.astype(np.float64)

    def act(self, decoded: np.ndarray) -> object:
        """One lane's decoded row -> what `env.step` takes."""
        return (decoded.astype(np.int64) + self.starts).astype(self.dtype).reshape(self.shape)


@dataclass(frozen=True, eq=False)
class MultiBinary:
    """A switch per output: on where the output is above 0."""

    shape: tuple[int, ...]

    @property
    def n_outputs(self) -> int:
        """One output per switch."""
        return math.prod(self.shape)

    @property
    def names(self) -> list[str]:
        """A name for each output."""
        return plain_cells("action", self.shape)

    def decode(self, outputs: np.ndarray) -> np.ndarray:
        """`(L, n)` outputs -> `(L, n)` float64 zeros and ones."""
        return (outputs > 0.0).astype(np.float64)

    def act(self, decoded: np.ndarray) -> object:
        """One lane's decoded row -> what `env.step` takes."""
        return decoded.astype(np.int8).reshape(self.shape)


@dataclass(frozen=True, eq=False)
class Box:
    """low + (clip(o, -1, 1) + 1)/2 (high - low) per number; whole numbers are rounded, halves to even.

    `low` and `high` are flat `(n,)` finite float64; `wann.tasks.environments.spaces` says what they are where
    the space has no bound.
    """

    low: np.ndarray
    high: np.ndarray
    shape: tuple[int, ...]
    dtype: str

    @property
    def n_outputs(self) -> int:
        """One output per number."""
        return len(self.low)

    @property
    def names(self) -> list[str]:
        """A name for each output."""
        return plain_cells("action", self.shape)

    @property
    def single(self) -> bool:
        """Whether actions are rounded to float32, as the space stores them."""
        return self.dtype == "float32"

    @property
    def whole(self) -> bool:
        """Whether actions are whole numbers."""
        return np.dtype(self.dtype).kind in "biu"

    def decode(self, outputs: np.ndarray) -> np.ndarray:
        """`(L, n)` outputs -> `(L, n)` float64 actions, rounded to the space's precision."""
        unit = np.minimum(np.maximum(outputs, -1.0), 1.0)
        # low + (high - low) can round to just above high
        actions = np.minimum(self.low + (unit + 1.0) * 0.5 * (self.high - self.low), self.high)
        if self.whole:
            return np.rint(actions)
        return actions.astype(np.float32).astype(np.float64) if self.single else actions

    def act(self, decoded: np.ndarray) -> object:
        """One lane's decoded row -> what `env.step` takes."""
        return decoded.astype(self.dtype).reshape(self.shape)


ActionRule = Discrete | MultiDiscrete | MultiBinary | Box
