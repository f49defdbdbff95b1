"""Population REINFORCE: a gradient of the expected fitness over Gaussian perturbations of all weights.

Williams 1992, Simple statistical gradient-following algorithms; antithetic pairs and fitness shaping by
ranks as in Salimans et al. 2017, Evolution strategies as a scalable alternative to reinforcement learning.
"""

from __future__ import annotations

import numpy as np

from wann.seeding import Purpose, generator
from wann.training.settings import ReinforceSettings
from wann.training.state import Arrays

# Adam (Kingma & Ba 2015), with its usual constants.
_FIRST, _SECOND, _TINY = 0.9, 0.999, 1e-8


class Reinforce:
    """An `Optimiser`. Its state: `mean`, Adam's `first` and `second` moment, all `(C,)`, and `step`, `(1,)`.

    Every perturbation is played with its opposite, so the population is even.
    """

    def __init__(self, start: np.ndarray, settings: ReinforceSettings, seed: int) -> None:
        self._start, self._population, self._sigma = start, settings.population, settings.sigma
        self._learning_rate, self._adam = settings.learning_rate, settings.optimiser == "adam"
        self._seed = seed

    def init(self) -> Arrays:
        """Return the state before the first iteration."""
        nothing = np.zeros(len(self._start))
        return {"mean": self._start, "first": nothing, "second": nothing, "step": np.zeros(1, np.int64)}

    def ask(self, state: Arrays) -> np.ndarray:
        """Return `(P, C)` candidates: the second half mirrors the first."""
        return state["mean"] + self._sigma * self._noise(state)

    def tell(self, state: Arrays, fitness: np.ndarray) -> Arrays:
        """Return the state after a step up the estimated gradient."""
        # grad E[F] = E[F noise] / sigma
        gradient = centred_ranks(fitness) @ self._noise(state) / (self._population * self._sigma)
        step = state["step"] + 1
        first = _FIRST * state["first"] + (1 - _FIRST) * gradient
        second = _SECOND * state["second"] + (1 - _SECOND) * gradient**2
        if self._adam:
            unbiased = first / (1 - _FIRST**step), second / (1 - _SECOND**step)
            gradient = unbiased[0] / (np.sqrt(unbiased[1]) + _TINY)
        mean = state["mean"] + self._learning_rate * gradient
        return {"mean": mean, "first": first, "second": second, "step": step}

    def mean(self, state: Arrays) -> np.ndarray:
        """The unperturbed weights."""
        return state["mean"]

    def spread(self, state: Arrays) -> float:
        """The standard deviation of a perturbation, which stays."""
        return self._sigma

    def _noise(self, state: Arrays) -> np.ndarray:
        draws = generator(self._seed, Purpose.TUNE, int(state["step"][0]) + 1, index=1)
        half = draws.standard_normal((self._population // 2, len(self._start)))
        return np.concatenate([half, -half])


def centred_ranks(fitness: np.ndarray) -> np.ndarray:
    """Return `(P,)` ranks scaled to [-1/2, 1/2]; equal fitness shares the mean of its ranks."""
    _, group, count = np.unique(fitness, return_inverse=True, return_counts=True)
    last = np.cumsum(count) - 1
    mean_rank = last - (count - 1) / 2
    return mean_rank[group] / max(1, len(fitness) - 1) - 0.5
