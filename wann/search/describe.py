"""A generation's row of the history: the last step, once all that happened in it is known."""

from __future__ import annotations

import hashlib

import numpy as np

from wann.genome.population import Population
from wann.search.scores import Scores
from wann.search.state import GenerationInfo, Results, SearchState


def describe(state: SearchState, population: Population, results: Results, scores: Scores) -> GenerationInfo:
    """Describe a generation.

    Args:
        state: after it.
        population: what was evaluated.
        results: what came of it.
        scores: the same, as it was ranked.
    """
    top = int(np.argmax(scores.mean))
    digest = hashlib.sha256(population.digest() + results.returns.tobytes()).hexdigest()[:16]
    return GenerationInfo(
        generation=state.generation,
        best=float(scores.mean[top]),
        median=float(np.median(scores.mean)),
        peak=float(scores.best.max()),
        running=state.running_mean,
        champion=state.champion.score if state.champion else float("nan"),
        connections=int(results.networks.n_connections[top]),
        nodes=int(results.networks.n_nodes[top]),
        evaluations=state.evaluations,
        env_steps=state.env_steps,
        failed=state.failed,
        seconds=round(state.seconds, 3),
        digest=digest,
        accuracy=None if results.accuracy is None else float(results.accuracy[top].mean()),
    )
