"""SearchState: everything a checkpoint holds. GenerationInfo: one row of the history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from wann.genome.genome import Genome
from wann.genome.innovation import InnovationLog
from wann.genome.population import Population
from wann.network.network import Networks

Memory = Mapping[str, np.ndarray | float | int]


@dataclass(frozen=True)
class Champion:
    """The best genome on the `select` episodes, the generation that brought it, and its mean return there."""

    genome: Genome
    generation: int
    score: float
    best_weight: float


@dataclass(frozen=True, eq=False)
class SearchState:
    """A search between two generations; nothing else is carried on.

    Attributes:
        generation: generations that have been told; `population` is the next one's.
        population: the genomes to evaluate next.
        log: innovation ids.
        earned, episodes: of evolution, `(P,)` each genome's sum of returns and number of episodes so far
            (its running average is their ratio); 0 for new genomes.
        contender: the told generation's genome with the best running average, and that average.
        champion: the best contender so far on the `select` episodes.
        tested: digests of all contenders that have met the `select` episodes, in that order.
        evaluations, env_steps, failed, seconds: totals of the search; select episodes are counted too.
        memory: what else a method of search remembers, arrays and numbers by name.
    """

    generation: int
    population: Population
    log: InnovationLog
    earned: np.ndarray
    episodes: np.ndarray
    contender: Genome | None = None
    running_mean: float = float("nan")
    champion: Champion | None = None
    tested: tuple[str, ...] = field(default=())
    evaluations: int = 0
    env_steps: int = 0
    failed: int = 0
    seconds: float = 0.0
    memory: Memory = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Results:
    """What a generation's evaluation gives: the plans, and `(P, W, E)` arrays of what they earned.

    Attributes:
        returns: NaN = failed.
        steps: of the environment, or images.
        accuracy: of classification, else None.
    """

    networks: Networks
    returns: np.ndarray
    steps: np.ndarray
    accuracy: np.ndarray | None = None


@dataclass(frozen=True)
class GenerationInfo:
    """One generation, as the history shows it; see runs/README.md for each column.

    `accuracy` is there for classification alone.
    """

    generation: int
    best: float
    median: float
    peak: float
    running: float
    champion: float
    connections: int
    nodes: int
    evaluations: int
    env_steps: int
    failed: int
    seconds: float
    digest: str
    accuracy: float | None = None
