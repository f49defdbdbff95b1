"""The first generation: a way a file, `(sizes, search, rng) -> Population`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """What a task asks of a genome."""

    n_inputs: int
    n_outputs: int
    output_activation: str
