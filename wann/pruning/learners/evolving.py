"""PolicyTraining: how the weights of a policy are learnt, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, replace

from wann.errors import PruningError


@dataclass(frozen=True)
class PolicyTraining:
    """CMA-ES: in each iteration `population` candidates play `episodes` fresh episodes.

    Attributes:
        iterations: of the dense training, and of every training before which a mask was found.
        retrain_iterations: after the last round, None = `iterations`.
        round_iterations: after every other round, None = `retrain_iterations`.
        population, episodes: see above.
        sigma: the first standard deviation of every weight, whatever it starts from.
    """

    iterations: int = 200
    retrain_iterations: int | None = None
    round_iterations: int | None = None
    population: int = 64
    episodes: int = 16
    sigma: float = 0.1

    def __post_init__(self) -> None:
        for key, least in (("iterations", 1), ("population", 4), ("episodes", 1)):
            if getattr(self, key) < least:
                raise PruningError(f"policy.{key}: expected at least {least}, got {getattr(self, key)}")
        if not self.sigma > 0:
            raise PruningError(f"policy.sigma: expected a positive number, got {self.sigma}")

    def iterations_of_round(self, last: bool) -> int:
        """Return the iterations that follow a round of pruning."""
        final = self.iterations if self.retrain_iterations is None else self.retrain_iterations
        return final if last or self.round_iterations is None else self.round_iterations

    def quick(self) -> PolicyTraining:
        """Return the shortest training that leads to much the same masks."""
        return replace(self, iterations=1, retrain_iterations=None, round_iterations=None)
