"""Controls: what of a method matters, its weights, its layers' densities, or neither (Frankle 2021)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch


def shuffled(kept: Sequence[np.ndarray], across_layers: bool, generator: torch.Generator) -> list[np.ndarray]:
    """Return masks with as many ones at random places, of the same layer or of any.

    Args:
        kept: bool arrays of every layer, weights or neurons.
        across_layers: whether ones may go to other layers.
        generator: where the places come from.
    """
    groups = [np.concatenate([mask.ravel() for mask in kept])] if across_layers else kept
    mixed = [_shuffle(mask.ravel(), generator) for mask in groups]
    flat = np.split(mixed[0], np.cumsum([mask.size for mask in kept])[:-1]) if across_layers else mixed
    return [part.reshape(mask.shape) for part, mask in zip(flat, kept, strict=True)]


def _shuffle(mask: np.ndarray, generator: torch.Generator) -> np.ndarray:
    return mask[torch.randperm(mask.size, generator=generator).numpy()]
