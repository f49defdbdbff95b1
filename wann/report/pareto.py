"""Score against size: what is set side by side, and which of it nothing else beats."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, stdev

SEARCHED, PRUNED = "searched", "pruned"


@dataclass(frozen=True)
class Entry:
    """One method at one size: a network for each seed.

    Attributes:
        method: what it is called, such as a recipe or a search's config.
        family: `searched` or `pruned`.
        scores: accuracy as a fraction, or return, a number for each seed.
        connections: effective ones, in the same order.
        seeds: which; None where a network file does not say.
        weights: what its weights are: `shared`, `trained` or, where seeds differ, `mixed`.
        label: the size that was asked for, for people; empty for a search.
        env_steps: environment steps that choosing and training took, in the same order; empty for a data set,
            or where a run does not say.
        scores_without_zero: of a figure that is a mean over a grid of weights which holds 0: the same without
            it, in the same order; else empty.
    """

    method: str
    family: str
    scores: tuple[float, ...]
    connections: tuple[int, ...]
    seeds: tuple[int | None, ...]
    weights: str
    label: str = ""
    env_steps: tuple[int, ...] = ()
    scores_without_zero: tuple[float, ...] = ()

    @property
    def score(self) -> float:
        """Mean over seeds."""
        return mean(self.scores)

    @property
    def std(self) -> float:
        """Standard deviation over seeds, as of a sample; NaN for one."""
        return stdev(self.scores) if len(self.scores) > 1 else math.nan

    @property
    def size(self) -> float:
        """Mean number of effective connections."""
        return mean(self.connections)


@dataclass(frozen=True)
class Comparison:
    """All that is set side by side.

    Attributes:
        task: its name.
        accuracy: whether scores are accuracies, else returns.
        entries: the methods, dense networks not among them.
        dense: the dense networks that were pruned, None where there are none.
        notes: what a reader must know, in a line each.
        figure, told: by which figure networks count, in a word and in a line.
    """

    task: str
    accuracy: bool
    entries: tuple[Entry, ...]
    dense: Entry | None = None
    notes: tuple[str, ...] = ()
    figure: str = "best"
    told: str = ""


def front(entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries that none beats in score with as few connections, from small to large.

    Of equals in both, the first stays.
    """
    kept: list[Entry] = []
    for entry in sorted(entries, key=lambda entry: (entry.size, -entry.score)):
        if not kept or entry.score > kept[-1].score:
            kept.append(entry)
    return kept
