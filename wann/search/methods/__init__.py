"""Methods of search: from a generation's scores to the next generation; a method a file.

@METHODS.member("mine", "what it does")
class Mine(Method):
    def tell(self, state, scores, search, rng):
        return replace(state, population=..., contender=..., running_mean=...)
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from wann.config import SearchConfig
from wann.genome.genome import Genome
from wann.genome.innovation import InnovationLog
from wann.genome.population import Population
from wann.search.scores import Scores
from wann.search.state import SearchState


class Method(Protocol):
    """Pure steps on a `SearchState`, the same for equal arguments.

    What a method has to remember beyond the state's fields goes into `state.memory`: arrays and numbers by
    name, which a checkpoint holds. Counting generations, episodes and steps, the champion and the history are
    not a method's business.
    """

    def init(self, population: Population, search: SearchConfig) -> SearchState:
        """Return the state before the first generation; `population` is what `search.start` made."""
        nothing = np.zeros(len(population))
        next_id = int(population.innovation.max(initial=-1)) + 1
        return SearchState(0, population, InnovationLog(next_id), earned=nothing, episodes=nothing)

    def ask(self, state: SearchState) -> Population:
        """Return the genomes to evaluate, in any number."""
        return state.population

    def tell(
        self, state: SearchState, scores: Scores, search: SearchConfig, rng: np.random.Generator
    ) -> SearchState:
        """Take the scores of what was asked; return the state with the next population and a contender."""
        ...

    def contender(self, state: SearchState) -> Genome | None:
        """Return the genome that should meet the `select` episodes, if there is one."""
        return state.contender
