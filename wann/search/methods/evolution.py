"""The paper's search: a NEAT-like evolution of topologies, generation by generation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from wann.config import SearchConfig
from wann.search.breeding import breed, selected
from wann.search.members import METHODS
from wann.search.methods import Method
from wann.search.scores import Scores
from wann.search.state import SearchState


@METHODS.member("evolution", "select parents, copy the best, mutate the others", source="Gaier & Ha 2019")
class Evolution(Method):
    """Selection by `search.selection`, then elites and mutated children.

    A genome's running average is over all episodes that it met as an elite; the one with the best contends.
    """

    def tell(
        self, state: SearchState, scores: Scores, search: SearchConfig, rng: np.random.Generator
    ) -> SearchState:
        """Take a generation's scores and breed the next one."""
        earned, episodes = state.earned + scores.earned, state.episodes + scores.returns[0].size
        plan = selected(scores, search, rng)
        children, log = breed(state.population, plan, search, rng, state.log)
        carried = np.zeros((2, len(children)))
        carried[:, : plan.elites] = np.array([earned, episodes])[:, plan.parents[: plan.elites]]
        running = earned / episodes
        leader = int(np.argmax(running))
        return replace(
            state,
            population=children,
            log=log,
            earned=carried[0],
            episodes=carried[1],
            contender=state.population[leader],
            running_mean=float(running[leader]),
        )
