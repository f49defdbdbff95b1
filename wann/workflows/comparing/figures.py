"""The figure by which networks are compared: which there are, and what of a judgement it is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from wann.judging.judgement import Judgement


class Figure(StrEnum):
    """What `wann compare --figure` knows; all but `best` are named as in the JSON of `wann test`."""

    BEST = "best"
    SEARCH = "search"
    RANDOM = "random"
    RANDOM_SHARED = "random-shared"
    TUNED_SHARED = "tuned-shared"
    SIGNED_SHARED = "signed-shared"
    TUNED_SIGNED_SHARED = "tuned-signed-shared"
    TRAINED = "trained"

    @property
    def has_zero(self) -> bool:
        """Whether it is a mean over a grid that holds the weight 0, so that there is another without it."""
        return self in (Figure.RANDOM_SHARED, Figure.SIGNED_SHARED)

    @property
    def told(self) -> str:
        """What it is, in a line."""
        return _TOLD[self]


_TOLD = {
    Figure.BEST: "the better of tuned-shared and trained; a pruned network with its trained weights",
    Figure.SEARCH: "the mean over the search's shared weights",
    Figure.RANDOM: "random weights, one per connection",
    Figure.RANDOM_SHARED: "mean over 81 shared weights of [-2, 2], with 0 and without it",
    Figure.TUNED_SHARED: "the best shared weight of 401 (81 where a task is slow)",
    Figure.SIGNED_SHARED: "trained signs, mean over 81 sizes of [-2, 2], with 0 and without it",
    Figure.TUNED_SIGNED_SHARED: "trained signs and the best size of 401 (81 where a task is slow)",
    Figure.TRAINED: "trained weights",
}


@dataclass(frozen=True)
class Score:
    """A figure of a network.

    Attributes:
        mean: it.
        weights: what it is of, in a word.
        without_zero: the same without the weight 0, where the figure is a mean over a grid that holds it.
    """

    mean: float
    weights: str
    without_zero: float | None = None


def score_of(judgement: Judgement, figure: Figure) -> Score | None:
    """Return a figure of a network, None where it has no trained weights and the figure needs them."""
    j, signed, trained = judgement, judgement.signed, judgement.tuned_weights
    match figure:
        case Figure.SEARCH:
            return Score(j.search_mean, "shared")
        case Figure.RANDOM:
            return Score(j.random_weights.mean, "random")
        case Figure.RANDOM_SHARED:
            return Score(j.shared_mean, "shared", j.shared_mean_without_zero)
        case Figure.TUNED_SHARED:
            return Score(j.tuned.mean, "shared")
        case Figure.SIGNED_SHARED:
            return signed and Score(signed.shared.mean, "signed", signed.without_zero.shared.mean)
        case Figure.TUNED_SIGNED_SHARED:
            return signed and Score(signed.tuned.mean, "signed")
        case Figure.TRAINED:
            return trained and Score(trained.mean, "trained")
    if trained is not None and not trained.mean < j.tuned.mean and not math.isnan(trained.mean):
        return Score(trained.mean, "trained")
    return Score(j.tuned.mean, "shared")
