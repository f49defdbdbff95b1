"""Schedules: the densities on the way to the one that is asked for.

    @schedule("halves", "half of the rest at a time")
    def halves(recipe, density, start, last_layer):
        return [Round(start / 2), Round(density)]

The last round ends at the density exactly. One `while_training` gets `(steps, density, start)` instead, and
returns step -> density: it prunes in the course of the only training.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wann.pruning.table import Entry, Table, decorator

if TYPE_CHECKING:
    from wann.pruning.recipe.recipe import Recipe

# Of a gradual pruning: where in the training it starts and ends, and how often it prunes.
GRADUAL_START, GRADUAL_END, GRADUAL_TIMES = 0.1, 0.7, 100


@dataclass(frozen=True)
class Round:
    """One round: the density after it, and the last layer's where that is set apart."""

    density: float
    last_layer: float | None = None


@dataclass(frozen=True)
class Schedule(Entry):
    """A schedule; `phrase` is how a preset's line says it, `{rounds}` and the like filled in."""

    phrase: str = ""
    while_training: bool = False


SCHEDULES: Table[Schedule] = Table("schedule")
schedule = decorator(SCHEDULES, Schedule)


def rounds(recipe: Recipe, density: float, start: float = 1.0, last_layer: float = 1.0) -> list[Round]:
    """Return the rounds of a recipe; the last one ends at the density exactly.

    Args:
        recipe: its schedule.
        density: at the end.
        start, last_layer: of the network and of its last layer, before the first round.
    """
    return SCHEDULES.find(recipe.schedule).function(recipe, density, start, last_layer)


@schedule("oneshot", "at once")
def oneshot(recipe: Recipe, density: float, start: float, last_layer: float) -> list[Round]:
    """One round."""
    return [Round(density)]


@schedule(
    "iterative",
    "in rounds, with retraining after each",
    keys=("rounds", "spacing"),
    phrase=" in {rounds} rounds",
)
def iterative(recipe: Recipe, density: float, start: float, last_layer: float) -> list[Round]:
    """So many rounds of equal factors (Tanaka 2020, algorithm 1), or of equal steps."""
    steps = [(k + 1) / recipe.rounds for k in range(recipe.rounds)]
    if recipe.spacing == "linear":
        found = [start - (start - density) * step for step in steps]
    else:
        found = [start * (density / start) ** step for step in steps]
    return [Round(value) for value in [*found[:-1], density]]


@schedule(
    "levels",
    "a share of the rest at a time, with retraining after each",
    keys=("level", "last_layer"),
    phrase=", levels",
)
def levels(recipe: Recipe, density: float, start: float, last_layer: float) -> list[Round]:
    """Each level keeps 1 - level of the rest (Frankle & Carbin 2019); the last one what is missing."""
    exact = max(0.0, math.log(density / start) / math.log(1.0 - recipe.level))
    count = max(1, math.ceil(exact - 1e-9))
    found = [start * (1.0 - recipe.level) ** (k + 1) for k in range(count - 1)]
    last = recipe.last_layer
    # The last round covers a part of a level, of the last layer as of the others.
    powers = [*range(1, count), exact]
    aparts = [None if last is None else last_layer * (1.0 - last) ** power for power in powers]
    return [Round(*pair) for pair in zip([*found, density], aparts, strict=True)]


def gradual_sparsity(step: float, start: float, end: float, final: float, initial: float = 0.0) -> float:
    """Return s_f + (s_i - s_f) (1 - (t - t0) / (n dt))^3, exactly s_i before and s_f after.

    Source: Zhu & Gupta 2017, eq. 1.
    """
    if step <= start:
        return initial
    if step >= end:
        return final
    return final + (initial - final) * (1.0 - (step - start) / (end - start)) ** 3


@schedule(
    "gradual", "while one training runs", phrase=", gradual", learners=("gradient",), while_training=True
)
def gradual_densities(steps: int, density: float, initial: float = 1.0) -> dict[int, float]:
    """Return step -> density for a training of so many steps; the last one is the density exactly."""
    start, end = int(GRADUAL_START * steps), max(1, int(GRADUAL_END * steps))
    every = max(1, (end - start) // GRADUAL_TIMES)
    times = range(start + every, end, every)
    found = {t: 1.0 - gradual_sparsity(t, start, end, 1.0 - density, 1.0 - initial) for t in times}
    return {**found, end: density}
