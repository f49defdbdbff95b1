"""CMA-ES, by the package `cma` (Hansen 2016, The CMA Evolution Strategy: A Tutorial).

Its state is the fitness that it was told: the rest follows from that, so no inner part of the package is
stored, and a state that comes from a file is replayed, a millisecond or so an iteration.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import cma
import numpy as np
from threadpoolctl import ThreadpoolController

from wann.errors import RunDamaged
from wann.seeding import Purpose, generator
from wann.training.settings import CmaSettings
from wann.training.state import Arrays

# Above so many weights only their variances are adapted: time and memory grow linearly then.
_MOST_FULL = 500


class _Draws:
    """Stands in for `numpy.random.randn`: each iteration draws from a stream of its own.

    Left to itself, the package seeds NumPy's global generator, and takes the seed 0 for the clock.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.begin(1)

    def begin(self, iteration: int) -> None:
        self._stream = generator(self._seed, Purpose.TUNE, iteration, index=1)

    def __call__(self, *shape: int) -> np.ndarray:
        return self._stream.standard_normal(shape)


class CmaEs:
    """An `Optimiser`. Its state: `told`, `(iterations, P)` fitness, and `mean`, `(C,)`, what that led to."""

    def __init__(self, start: np.ndarray, settings: CmaSettings, seed: int) -> None:
        self._start, self._population, self._sigma = start, settings.population, settings.sigma
        self._seed = seed
        self._begin()

    def _begin(self) -> None:
        """Make a new strategy, which is that of `self._state`."""
        self._draws = _Draws(self._seed)
        options = {
            "popsize": self._population,
            "randn": self._draws,
            "seed": math.nan,  # none: the global generator stays as it is
            "CMA_diagonal": len(self._start) > _MOST_FULL,
            "signals_filename": None,  # else it takes options from a file in the working directory
            "verbose": -9,
            "verb_log": 0,
        }
        # the package does not search in one dimension, so that a single weight gets an idle companion
        padded = self._start if len(self._start) > 1 else np.append(self._start, 0.0)
        with _alone():
            self._strategy: Any = cma.CMAEvolutionStrategy(padded, self._sigma, options)
        self._state: Arrays = {"told": np.zeros((0, self._population)), "mean": self._start}
        self._asked: list[np.ndarray] | None = None

    def init(self) -> Arrays:
        """Return the state before the first iteration."""
        return {"told": np.zeros((0, self._population)), "mean": self._start}

    def ask(self, state: Arrays) -> np.ndarray:
        """Return `(P, C)` candidates."""
        return np.array(self._candidates(state))[:, : len(self._start)]

    def tell(self, state: Arrays, fitness: np.ndarray) -> Arrays:
        """Return the state after the candidates have earned `(P,)` fitness."""
        asked = self._candidates(state)
        with _alone():
            self._strategy.tell(asked, (-fitness).tolist())  # it minimises
        mean = np.array(self._strategy.mean[: len(self._start)])
        self._state, self._asked = {"told": np.vstack([state["told"], fitness]), "mean": mean}, None
        return self._state

    def mean(self, state: Arrays) -> np.ndarray:
        """The mean of the distribution."""
        return state["mean"]

    def spread(self, state: Arrays) -> float:
        """The mean standard deviation of a weight."""
        self._reach(state)
        return float(np.mean(self._strategy.stds[: len(self._start)]))

    def _candidates(self, state: Arrays) -> list[np.ndarray]:
        self._reach(state)
        asked = self._asked
        if asked is None:
            self._draws.begin(len(state["told"]) + 1)
            with _alone():
                asked = self._asked = self._strategy.ask()
        return asked

    def _reach(self, state: Arrays) -> None:
        """Bring the strategy to a state: it is the one that was told last, or it is replayed.

        Raises:
            RunDamaged: the replay leads elsewhere.
        """
        if state is self._state:
            return
        self._begin()
        for fitness in state["told"]:
            self.tell(self._state, fitness)
        if self._state["mean"].tobytes() != state["mean"].tobytes():
            raise RunDamaged(
                "a replay of CMA-ES does not lead to the recorded mean: it was made on another machine or "
                "with other versions"
            )
        self._state = state


@contextmanager
def _alone() -> Iterator[None]:
    """Keep what the package does to itself.

    It warns about fitness functions, which are not its own; it draws from NumPy's global generator for checks
    that change nothing; and its small matrix products are 40 times slower where several threads share them on
    a busy machine, and could then give other bits.
    """
    before = np.random.get_state()  # noqa: NPY002 - it is the old generator that is kept as it was
    try:
        with warnings.catch_warnings(), _libraries().limit(limits=1, user_api="blas"):
            warnings.simplefilter("ignore")
            yield
    finally:
        np.random.set_state(before)  # noqa: NPY002


@cache
def _libraries() -> ThreadpoolController:
    return ThreadpoolController()
