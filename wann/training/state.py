"""TuneState: everything a tuning's checkpoint holds. TuneInfo: one row of its history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

# What a method carries from one iteration to the next, by name.
Arrays = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class TuneInfo:
    """One iteration, as the history shows it; docs/tune.md explains each column.

    Attributes:
        iteration: counts from 1.
        best, mean: of the candidates' mean returns in this iteration; of a gradient method: accuracy on the
            validation images, and minus the mean loss on the training images.
        spread: the optimiser's mean standard deviation of a weight; of a gradient method: its learning rate.
        select: the score of the best weights so far, on the common episodes or the validation images.
        evaluations: episodes played so far, or batches of images seen.
        env_steps: environment steps taken so far, or images seen.
        failed, seconds: totals likewise.
    """

    iteration: int
    best: float
    mean: float
    spread: float
    select: float
    evaluations: int
    env_steps: int
    failed: int
    seconds: float


@dataclass(frozen=True, eq=False)
class TuneState:
    """A tuning between two iterations; nothing else is carried on.

    Attributes:
        iteration: iterations that are done.
        start: `(C,)` the weights it began with.
        method: what the method carries on.
        weights: `(C,)` the best weights so far, in the network's connection order.
        score: what they earn on the common episodes, or their accuracy on the validation images.
        source: what they were: `start`, `mean`, `candidate`, or `epoch` where a gradient method made them.
        evaluations, env_steps, failed, seconds: totals, choosing the start included.
        rows: the history.
        over: whether further iterations would bring nothing.
    """

    iteration: int
    start: np.ndarray
    method: Arrays
    weights: np.ndarray
    score: float
    source: str
    evaluations: int = 0
    env_steps: int = 0
    failed: int = 0
    seconds: float = 0.0
    rows: tuple[TuneInfo, ...] = field(default=())
    over: bool = False

    def parts(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Return it as arrays and plain JSON values, without the history."""
        arrays = {_METHOD + name: array for name, array in self.method.items()}
        arrays |= {"start": self.start, "weights": self.weights}
        return arrays, {name: getattr(self, name) for name in _NUMBERS}

    @classmethod
    def of_parts(
        cls, arrays: Arrays, numbers: Mapping[str, Any], rows: tuple[TuneInfo, ...] = ()
    ) -> TuneState:
        """Return the state that `parts` has returned, with this history; other entries are left alone."""
        method = {n.removeprefix(_METHOD): array for n, array in arrays.items() if n.startswith(_METHOD)}
        known = {name: numbers[name] for name in _NUMBERS}
        return cls(start=arrays["start"], weights=arrays["weights"], method=method, rows=rows, **known)


_METHOD = "method."
_NUMBERS = ("iteration", "score", "source", "evaluations", "env_steps", "failed", "seconds", "over")
