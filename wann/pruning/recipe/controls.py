"""Controls: what of a method matters, its weights, its layers' densities, or neither (Frankle 2021).

    @control("reversed", "each layer's mask, back to front", acts_on="mask")
    def reversed_(marks):
        return [kept[::-1] for kept in marks.kept]

A control acts on the `scores` of every round (a list of arrays in, one out), on the last `mask` (`Marks` in,
arrays like `kept` out), or on the `start` of the last training (a `Turn` in, a `Start` out).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wann.pruning.recipe.retraining import reinit as drawn_anew
from wann.pruning.table import Entry, Table, decorator, require_known

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Control(Entry):
    """A control; `acts_on` is `scores`, `mask` or `start`."""

    acts_on: str = "mask"

    def __post_init__(self) -> None:
        require_known(f"{self.name}: acts_on", self.acts_on, ("scores", "mask", "start"))


@dataclass(frozen=True, eq=False)
class Marks:
    """What is kept after the last round, of weights or of neurons.

    Attributes:
        kept: bool arrays of every layer.
        available: bool arrays of the same shapes: the places that there were to choose from.
        draws: the only source of randomness.
        fitting: of neurons, scores to those with the highest that fit, whatever their layer; None of weights.
    """

    kept: Sequence[np.ndarray]
    available: Sequence[np.ndarray]
    draws: torch.Generator
    fitting: Callable[[list[np.ndarray]], list[np.ndarray]] | None = None


CONTROLS: Table[Control] = Table("control")
control = decorator(CONTROLS, Control)


def acting(name: str | None, on: str) -> Control | None:
    """Return a control where it acts on this, else None."""
    found = None if name is None else CONTROLS.find(name)
    return found if found is not None and found.acts_on == on else None


@control("shuffle-layerwise", "the mask is shuffled inside each layer")
def shuffle_layerwise(marks: Marks) -> list[np.ndarray]:
    """As many at random places of the same layer."""
    return shuffled(marks.kept, marks.available, False, marks.draws)


@control("shuffle-global", "the mask is shuffled over all layers")
def shuffle_global(marks: Marks) -> list[np.ndarray]:
    """As many at random places of any layer; of neurons, as many as fit."""
    if marks.fitting is not None:
        import torch

        return marks.fitting([torch.rand(len(kept), generator=marks.draws).numpy() for kept in marks.kept])
    return shuffled(marks.kept, marks.available, True, marks.draws)


control("reinit", "fresh random weights, trained from scratch", acts_on="start")(drawn_anew)


@control("invert", "what would be kept longest is removed first", acts_on="scores")
def invert(scores: list[np.ndarray]) -> list[np.ndarray]:
    """The other way round."""
    return [-score for score in scores]


def shuffled(
    kept: Sequence[np.ndarray],
    available: Sequence[np.ndarray],
    across_layers: bool,
    generator: torch.Generator,
) -> list[np.ndarray]:
    """Return masks with as many ones at random places, of the same layer or of any; see `Marks`."""
    flat = [mask.ravel() for mask in kept]
    places = [mask.ravel() for mask in available]
    if across_layers:
        mixed = _shuffle(np.concatenate(flat), np.concatenate(places), generator)
        flat = np.split(mixed, np.cumsum([mask.size for mask in kept])[:-1])
    else:
        flat = [_shuffle(*pair, generator) for pair in zip(flat, places, strict=True)]
    return [part.reshape(mask.shape) for part, mask in zip(flat, kept, strict=True)]


def _shuffle(mask: np.ndarray, available: np.ndarray, generator: torch.Generator) -> np.ndarray:
    import torch

    there = np.flatnonzero(available)
    mixed = np.zeros_like(mask)
    mixed[there] = mask[there[torch.randperm(len(there), generator=generator).numpy()]]
    return mixed
