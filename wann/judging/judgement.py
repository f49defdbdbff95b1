"""What comes out when a network is judged: its figures under each regime of `wann.judging.regimes`."""

from __future__ import annotations

from dataclasses import dataclass

from wann.judging.spread import Spread, Sweep

# What a network is judged by, named as by `wann test --regimes` and `wann compare --figure`; `trained` and
# those with signs need trained weights.
REGIMES = (
    *("search", "random", "random-shared", "tuned-shared"),
    *("trained", "signed-shared", "tuned-signed-shared"),
)


@dataclass(frozen=True)
class WithoutZero:
    """Regime 2 over the grid's other weights: at a weight of 0 no input reaches an output.

    Attributes:
        shared, std_over_weights: as regime 2.
        n_weights: how many were played; fewer than 80 where there are few episodes of a slow task.
    """

    shared: Spread
    std_over_weights: float
    n_weights: int


@dataclass(frozen=True)
class SignedShared:
    """One shared size for all connections, each with the sign of its trained weight: one bit a connection.

    Attributes:
        shared, std_over_weights, std_over_episodes, without_zero: as regime 2; a negative size turns every
            sign.
        tuned_weight, tuned: as regime 3.
    """

    shared: Spread
    std_over_weights: float
    std_over_episodes: float
    without_zero: WithoutZero
    tuned_weight: float
    tuned: Spread


@dataclass(frozen=True)
class Judgement:
    """The regimes of one network. The figures of those that were left out are NaN, or None where they may be.

    Attributes:
        search: the search's weights.
        own: weights that were asked for beside them, if any.
        random_weights: regime 1.
        shared: regime 2, over episodes: of each episode's mean over the grid; for slow tasks, of single
            episodes with a weight each.
        shared_std_over_weights: standard deviation over the grid of each weight's mean; for slow tasks, over
            those single episodes.
        shared_std_over_episodes: that of `shared`; NaN for classification, and for slow tasks, where
            no episode meets two weights.
        without_zero: both, without the grid's weight of 0.
        tuned_weight, tuned: regime 3.
        tuned_weights: regime 4, None where no trained weights are known.
        signed: the trained weights' signs with a shared size, None likewise.
        ensemble: accuracy of the vote of the search's weights; None for control.
        n_images: test images, for classification: all figures are then accuracies over them; else 0.
        failed: episodes that failed; figures over them are NaN.
        error: the first failure's traceback.
        regimes: those that were gone through, of `REGIMES`.
        n_grid: weights of the grid, 81 but in a quick judgement.
    """

    episodes: int
    search: Sweep
    own: Sweep | None
    random_weights: Spread
    shared: Spread
    shared_std_over_weights: float
    shared_std_over_episodes: float
    without_zero: WithoutZero
    tuned_weight: float
    tuned: Spread
    tuned_weights: Spread | None
    signed: SignedShared | None
    ensemble: float | None
    n_images: int
    failed: int
    env_steps: int
    error: str | None
    regimes: tuple[str, ...] = REGIMES
    n_grid: int = 81

    @property
    def per_weight(self) -> tuple[tuple[float, float], ...]:
        """(shared weight, mean) for each of the search's weights."""
        return self.search.per_weight

    @property
    def search_mean(self) -> float:
        """Mean over the search's weights."""
        return self.search.mean

    @property
    def shared_mean(self) -> float:
        """Mean over weights of [-2, 2], 0 among them: regime 2, as the paper has it."""
        return self.shared.mean

    @property
    def shared_mean_without_zero(self) -> float:
        """The same without the weight of 0."""
        return self.without_zero.shared.mean
