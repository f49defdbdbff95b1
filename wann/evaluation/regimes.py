"""How a network is judged: the regimes of Gaier & Ha 2019, on episodes that the search never saw.

1. random weights: each connection its own, uniform on [-2, 2], a fresh draw per episode;
2. random shared weight: an even grid of 81 weights over [-2, 2];
3. tuned shared weight: the best of 401 weights on the `tune` episodes, reported on the `test` ones.

Tasks without compiled dynamics are slow: there regime 2 plays one weight per episode, and regime 3 chooses
among the 81 weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wann.evaluation.lanes import Candidate, Evaluation, Lanes
from wann.evaluation.pools import ChunkedPool, evaluate_in
from wann.network.network import Network
from wann.seeding import Purpose, episode_seeds, generator

LIMIT = 2.0
GRID = np.linspace(-LIMIT, LIMIT, 81)
FINE_GRID = np.round(np.linspace(-LIMIT, LIMIT, 401), 2)
TUNE_EPISODES = 32


@dataclass(frozen=True)
class Spread:
    """A mean return and its standard deviation over episodes."""

    mean: float
    std: float


@dataclass(frozen=True)
class Judgement:
    """The regimes of one network.

    Attributes:
        per_weight: (shared weight, mean return) for each of the search's weights.
        random_weights: regime 1.
        shared_mean: regime 2.
        shared_std_over_weights: standard deviation over the grid of each weight's mean return; for slow
            tasks, over single episodes with a weight each.
        shared_std_over_episodes: standard deviation over episodes of each episode's mean over the grid;
            NaN for slow tasks, where no episode meets two weights.
        tuned_weight, tuned: regime 3.
        failed: episodes that failed; means over them are NaN.
        error: the first failure's traceback.
    """

    episodes: int
    per_weight: tuple[tuple[float, float], ...]
    random_weights: Spread
    shared_mean: float
    shared_std_over_weights: float
    shared_std_over_episodes: float
    tuned_weight: float
    tuned: Spread
    failed: int
    env_steps: int
    error: str | None

    @property
    def search_mean(self) -> float:
        """Mean over the search's weights."""
        return float(np.mean([mean for _, mean in self.per_weight]))


def judge(
    pool: ChunkedPool, network: Network, shared_weights: Sequence[float], episodes: int, seed: int = 0
) -> Judgement:
    """Put a network through regimes 1 to 3 on `episodes` test episodes of `seed`."""
    test = episode_seeds(seed, Purpose.TEST, episodes)
    seen: list[Evaluation] = []

    def play(weights: np.ndarray, lanes: Lanes) -> Evaluation:
        seen.append(evaluate_in(pool, Candidate("judged", network, weights), lanes))
        return seen[-1]

    def play_shared(weights: Sequence[float] | np.ndarray, seeds: np.ndarray) -> np.ndarray:
        column = np.asarray(weights, np.float64).reshape(-1, 1)
        returns = play(column, Lanes.product(len(column), seeds)).returns
        return returns.reshape(len(column), len(seeds))

    search = play_shared(shared_weights, test).mean(axis=1)
    draws = generator(seed, Purpose.RANDOM_WEIGHTS).uniform(-LIMIT, LIMIT, (episodes, network.n_connections))
    random = play(draws if network.n_connections else np.zeros((episodes, 1)), Lanes.pairing(test)).returns

    if not pool.task.compiled:
        rows = np.arange(episodes) % len(GRID)
        shared = play(GRID.reshape(-1, 1), Lanes(_spread_out(rows), test)).returns
        over_weights, over_episodes = float(shared.std()), float("nan")
    else:
        shared = play_shared(GRID, test)
        over_weights = float(shared.mean(axis=1).std())
        over_episodes = float(shared.mean(axis=0).std())

    tuned_weight, tuning = tune_shared_weight(pool, network, seed)
    seen.append(tuning)
    tuned = play_shared([tuned_weight], test)[0]
    return Judgement(
        episodes=episodes,
        per_weight=tuple((float(w), float(m)) for w, m in zip(shared_weights, search, strict=True)),
        random_weights=Spread(float(random.mean()), float(random.std())),
        shared_mean=float(shared.mean()),
        shared_std_over_weights=over_weights,
        shared_std_over_episodes=over_episodes,
        tuned_weight=tuned_weight,
        tuned=Spread(float(tuned.mean()), float(tuned.std())),
        failed=sum(int(np.isnan(evaluation.returns).sum()) for evaluation in seen),
        env_steps=sum(int(evaluation.metrics["steps"].sum()) for evaluation in seen),
        error=next((evaluation.error for evaluation in seen if evaluation.error), None),
    )


def tune_shared_weight(pool: ChunkedPool, network: Network, seed: int = 0) -> tuple[float, Evaluation]:
    """Choose the weight of regime 3 on the `tune` episodes; return it and what was played for it.

    A weight with a failed episode is not chosen, unless all have one: then it is the lowest.
    """
    candidates = FINE_GRID if pool.task.compiled else GRID
    lanes = Lanes.product(len(candidates), episode_seeds(seed, Purpose.TUNE, TUNE_EPISODES))
    played = evaluate_in(pool, Candidate.shared("tuned", network, candidates), lanes)
    means = played.returns.reshape(len(candidates), TUNE_EPISODES).mean(axis=1)
    return float(candidates[int(np.argmax(np.where(np.isnan(means), -np.inf, means)))]), played


def held_out(
    pool: ChunkedPool, network: Network, shared_weights: Sequence[float], episodes: int, seed: int = 0
) -> tuple[tuple[float, float], ...]:
    """Return (shared weight, mean return) over the test episodes: the first figure of `judge` alone."""
    candidate = Candidate.shared("judged", network, shared_weights)
    test = episode_seeds(seed, Purpose.TEST, episodes)
    means = evaluate_in(pool, candidate, Lanes.product(len(shared_weights), test)).per_weight
    return tuple((float(w), float(m)) for w, m in zip(shared_weights, means, strict=True))


def _spread_out(rows: np.ndarray) -> np.ndarray:
    """Visit the grid in an order that covers it evenly even where there are fewer episodes than weights."""
    return (rows * 37) % len(GRID)
