"""What all methods share: an optimiser is asked and told, a trainer goes from state to state.

    state = trainer.init()
    while state.iteration < iterations and not state.over:
        state, info = trainer.step(state)
    state = trainer.finish(state)

Equal states give equal steps, in whatever process, so a tuning that is resumed from its state equals one
that never stopped.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from wann.training.state import Arrays, TuneInfo, TuneState


class Optimiser(Protocol):
    """Searches weights by fitness alone: pure steps, `init`, `ask`, `tell`; higher fitness is better."""

    def init(self) -> Arrays:
        """Return the state before the first iteration."""
        ...

    def ask(self, state: Arrays) -> np.ndarray:
        """Return `(P, C)` candidates; the same for the same state."""
        ...

    def tell(self, state: Arrays, fitness: np.ndarray) -> Arrays:
        """Return the state after the candidates of `ask(state)` have earned `(P,)` finite fitness."""
        ...

    def mean(self, state: Arrays) -> np.ndarray:
        """`(C,)` the middle of the candidates to come: the optimiser's own best guess."""
        ...

    def spread(self, state: Arrays) -> float:
        """Mean standard deviation of a weight in the candidates to come."""
        ...


class Trainer(Protocol):
    """Carries a tuning on, an iteration at a time."""

    def init(self) -> TuneState:
        """Return the state before the first iteration."""
        ...

    def step(self, state: TuneState) -> tuple[TuneState, TuneInfo]:
        """Carry on by one iteration.

        Raises:
            EvaluationError: every episode failed.
        """
        ...

    def finish(self, state: TuneState) -> TuneState:
        """Return the state whose `weights` are the result; it is not carried on from."""
        ...
