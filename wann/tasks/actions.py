"""How a network's outputs become an action: one rule a kind of action space."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Discrete:
    """The index of the largest output; the lowest index wins a tie."""

    n: int
    start: int = 0

    @property
    def n_outputs(self) -> int:
        """One output per choice."""
        return self.n

    def decode(self, outputs: np.ndarray) -> np.ndarray:
        """`(L, n)` outputs -> `(L, 1)` float indices, counted from 0."""
        return np.argmax(outputs, axis=1)[:, None].astype(np.float64)

    def act(self, decoded: np.ndarray) -> object:
        """One lane's decoded row -> what `env.step` takes."""
        return int(decoded[0]) + self.start


@dataclass(frozen=True, eq=False)
class Box:
    """low + (clip(o, -1, 1) + 1)/2 (high - low) per number; where a side is unbounded, clip to +-1.

    `low` and `high` are flat `(n,)` float64, already +-1 where the space is unbounded.
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
    def single(self) -> bool:
        """Whether actions are rounded to float32, as the space stores them."""
        return self.dtype == "float32"

    def decode(self, outputs: np.ndarray) -> np.ndarray:
        """`(L, n)` outputs -> `(L, n)` float64 actions, rounded to the space's precision."""
        unit = np.minimum(np.maximum(outputs, -1.0), 1.0)
        # low + (high - low) can round to just above high
        actions = np.minimum(self.low + (unit + 1.0) * 0.5 * (self.high - self.low), self.high)
        return actions.astype(np.float32).astype(np.float64) if self.single else actions

    def act(self, decoded: np.ndarray) -> object:
        """One lane's decoded row -> what `env.step` takes."""
        return decoded.astype(self.dtype).reshape(self.shape)


ActionRule = Discrete | Box
