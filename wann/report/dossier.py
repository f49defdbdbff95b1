"""All that a report tells of one run or network: plain data, gathered by `wann.workflows.dossiers`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from wann.export.drawing.network import Portrait
from wann.judging.judgement import Judgement
from wann.judging.spread import Sweep
from wann.search.state import GenerationInfo
from wann.tasks.task import AnyTask


@dataclass(frozen=True, eq=False)
class LastPopulation:
    """The genomes that the newest checkpoint holds.

    Attributes:
        connections: `(P,)` live ones.
        means: `(P,)` mean over the search's weights and `episodes` episodes.
        activations: how often each occurs among their hidden nodes, by name.
    """

    generation: int
    episodes: int
    connections: np.ndarray
    means: np.ndarray
    activations: Mapping[str, int]


@dataclass(frozen=True, eq=False)
class Dossier:
    """One run or network file.

    Attributes:
        name: for people.
        task, portrait: what the network is for, and the network.
        shared_weights: of the search.
        judgement: the regimes, on held-out episodes or test images.
        sweep: the shared weights of [-2, 2], one by one, on the same.
        trained: `(C,)` trained weights in the network's connection order, or None.
        history: the rows of the search so far; none for a file.
        population: the search's last one, where it is known and quick to play.
        provenance: where it comes from.
        state: `finished`, `running` after so many generations, ...; for people.
    """

    name: str
    task: AnyTask
    portrait: Portrait
    shared_weights: tuple[float, ...]
    judgement: Judgement
    sweep: Sweep
    trained: np.ndarray | None = None
    history: tuple[GenerationInfo, ...] = ()
    population: LastPopulation | None = None
    provenance: Mapping[str, Any] = field(default_factory=dict)
    state: str = ""

    @property
    def figure(self) -> str:
        """What is measured."""
        return "accuracy" if self.judgement.n_images else "return"
