"""Controls: what of a method matters, its weights, its layers' densities, or neither (Frankle 2021)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch


def shuffled(
    kept: Sequence[np.ndarray],
    available: Sequence[np.ndarray],
    across_layers: bool,
    generator: torch.Generator,
) -> list[np.ndarray]:
    """Return masks with as many ones at random places, of the same layer or of any.

    Args:
        kept: bool arrays of every layer, weights or neurons.
        available: bool arrays of the same shapes: the places that there were to choose from.
        across_layers: whether ones may go to other layers.
        generator: where the places come from.
    """
    flat = [mask.ravel() for mask in kept]
    places = [mask.ravel() for mask in available]
    if across_layers:
        mixed = _shuffle(np.concatenate(flat), np.concatenate(places), generator)
        flat = np.split(mixed, np.cumsum([mask.size for mask in kept])[:-1])
    else:
        flat = [_shuffle(*pair, generator) for pair in zip(flat, places, strict=True)]
    return [part.reshape(mask.shape) for part, mask in zip(flat, kept, strict=True)]


def _shuffle(mask: np.ndarray, available: np.ndarray, generator: torch.Generator) -> np.ndarray:
    there = np.flatnonzero(available)
    mixed = np.zeros_like(mask)
    mixed[there] = mask[there[torch.randperm(len(there), generator=generator).numpy()]]
    return mixed
