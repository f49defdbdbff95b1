"""How a figure spreads over episodes, and how far its mean can be trusted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

# Of an interval: the chance, over draws of the episodes, that it holds the true mean.
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Spread:
    """A figure over episodes; all NaN where one of them failed.

    Attributes:
        mean, median, std: over the episodes; `std` is the root of the mean squared distance from the mean.
        low, high: the 95 % confidence interval of the mean by Student's t; NaN for a single episode.
    """

    mean: float
    median: float
    std: float
    low: float
    high: float

    @classmethod
    def of(cls, values: np.ndarray) -> Spread:
        """The spread of one value per episode."""
        n, mean, std = len(values), float(np.mean(values)), float(np.std(values))
        median = float(np.median(values)) if not math.isnan(mean) else math.nan
        # std^2 n / (n - 1) is the unbiased variance, and that of the mean is its n-th part
        margin = student_t(n - 1) * std / math.sqrt(n - 1) if n > 1 else math.nan
        return cls(mean, median, std, mean - margin, mean + margin)

    @classmethod
    def of_share(cls, share: float, count: int) -> Spread:
        """A share of so many images, such as an accuracy, with its interval over draws of them (Wilson 1927).

        It is one figure: its median is itself, and its standard deviation is not defined (NaN).
        """
        z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
        middle = (share + z * z / (2 * count)) / (1 + z * z / count)
        variance = share * (1 - share) / count + z * z / (4 * count * count)
        margin = z / (1 + z * z / count) * math.sqrt(variance)
        return cls(share, share, math.nan, middle - margin, middle + margin)


UNKNOWN = Spread(*[math.nan] * 5)


@dataclass(frozen=True)
class Sweep:
    """Shared weights one by one, all on the same episodes.

    Attributes:
        weights: W of them.
        each: a spread over episodes for each weight.
        together: the spread over episodes of each episode's mean over the weights.
    """

    weights: tuple[float, ...]
    each: tuple[Spread, ...]
    together: Spread

    @classmethod
    def unknown(cls, weights: Sequence[float]) -> Sweep:
        """One that was not played."""
        return cls(tuple(map(float, weights)), (UNKNOWN,) * len(weights), UNKNOWN)

    @property
    def per_weight(self) -> tuple[tuple[float, float], ...]:
        """(shared weight, mean) for each weight."""
        return tuple((weight, spread.mean) for weight, spread in zip(self.weights, self.each, strict=True))

    @property
    def mean(self) -> float:
        """Mean over the weights and their episodes."""
        return float(np.mean([spread.mean for spread in self.each]))

    @property
    def mean_without_zero(self) -> float:
        """The same over the weights that are not 0; NaN where there are none."""
        others = [mean for weight, mean in self.per_weight if weight != 0]
        return float(np.mean(others)) if others else math.nan


def student_t(freedom: int, confidence: float = CONFIDENCE) -> float:
    """The t that a Student's t variable of `freedom` degrees lies within with this probability, +- t.

    Exact for one and two degrees; otherwise an expansion around the normal distribution, right to 0.2 % at
    three degrees and far better beyond (Abramowitz & Stegun 26.7.5).
    """
    p = (1 + confidence) / 2
    if freedom == 1:
        return math.tan(math.pi * (p - 0.5))
    if freedom == 2:
        return (2 * p - 1) / math.sqrt(2 * p * (1 - p))
    z = NormalDist().inv_cdf(p)
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return sum(term / freedom**k for k, term in enumerate(terms))
