"""How a network is judged: the regimes of Gaier & Ha 2019, on episodes that the search never saw.

1. random weights: each connection its own, uniform on [-2, 2], a fresh draw per episode;
2. random shared weight: an even grid of 81 weights over [-2, 2], as in the paper; and, as no network can do
   anything with the weight of 0 that it holds, once more without that one;
3. tuned shared weight: the best of 401 weights on the `tune` episodes, reported on the `test` ones;
4. tuned weights: each connection its own trained one, where there are any.

Tasks without compiled dynamics are slow: there regime 2 plays one weight per episode, and regime 3 chooses
among the 81 weights. All regimes play the same test episodes.

For classification the figure is the accuracy on all test images, which are one episode, and regime 3 chooses
on the validation images. Regime 1 draws as many sets of weights as there would be episodes. There is one more
figure: the shared weights' vote.

Where there are trained weights, regimes 2 and 3 are gone through once more with their signs: a shared size,
and one bit for each connection.

A judgement may be of some of these alone, and it may be a quick one, over fewer shared weights and episodes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wann.evaluation.lanes import Candidate, Lanes
from wann.evaluation.players.classify import classify_split
from wann.evaluation.pools.pools import ChunkedPool, evaluate_in
from wann.judging.judgement import REGIMES, Judgement, SignedShared, WithoutZero
from wann.judging.spread import UNKNOWN, Spread, Sweep
from wann.network.network import Network, Networks
from wann.seeding import Purpose, episode_seeds, generator
from wann.tasks.classification import ClassificationTask

LIMIT = 2.0
GRID = np.linspace(-LIMIT, LIMIT, 81)
FINE_GRID = np.round(np.linspace(-LIMIT, LIMIT, 401), 2)
TUNE_EPISODES = 32
_ONE = np.ones(1)


@dataclass(frozen=True, eq=False)
class Effort:
    """How much a judgement takes.

    Attributes:
        grid: the shared weights of regime 2, and of regime 3 where a task is slow.
        fine_grid: those of regime 3 otherwise.
        tune_episodes: on which regime 3 chooses.
    """

    grid: np.ndarray
    fine_grid: np.ndarray
    tune_episodes: int


WHOLE = Effort(GRID, FINE_GRID, TUNE_EPISODES)
QUICK = Effort(GRID[::10], GRID[::10], 8)


def judge(
    pool: ChunkedPool,
    network: Network,
    shared_weights: Sequence[float],
    episodes: int,
    seed: int = 0,
    own_weights: Sequence[float] = (),
    connection_weights: np.ndarray | None = None,
    regimes: Sequence[str] = REGIMES,
    effort: Effort = WHOLE,
) -> Judgement:
    """Put a network through the regimes on `episodes` test episodes of `seed`.

    Args:
        pool: has the task.
        network: the plan.
        shared_weights: the search's.
        episodes: test episodes.
        seed: of the test episodes.
        own_weights: more shared weights to sweep over.
        connection_weights: `(1, C)` trained weights in the network's connection order, for regime 4.
        regimes: which to go through, of `REGIMES`; of those that need trained weights, only where there are.
        effort: how many weights and episodes they take.
    """
    court = _Court(pool, network, effort)
    test = episode_seeds(seed, Purpose.TEST, 1 if court.n_images else episodes)
    with_search = "search" in regimes
    search = court.sweep(shared_weights, test) if with_search else Sweep.unknown(shared_weights)
    own = court.sweep(own_weights, test) if len(own_weights) else None
    random = UNKNOWN
    if "random" in regimes:
        random = Spread.of(court.play(_draws(network, episodes, seed), _pairing(test, episodes)))

    shared = _shared(court, np.ones(1), test, seed, "random-shared" in regimes, "tuned-shared" in regimes)
    trained = signed = None
    if connection_weights is not None:
        if "trained" in regimes:
            trained = court.spread(court.play(connection_weights, Lanes.product(1, test)))
        asked = "signed-shared" in regimes, "tuned-signed-shared" in regimes
        if any(asked):
            signed = _shared(court, np.sign(connection_weights[0]), test, seed, *asked)
    return Judgement(
        episodes=episodes,
        search=search,
        own=own,
        random_weights=random,
        shared=shared.shared,
        shared_std_over_weights=shared.std_over_weights,
        shared_std_over_episodes=shared.std_over_episodes,
        without_zero=shared.without_zero,
        tuned_weight=shared.tuned_weight,
        tuned=shared.tuned,
        tuned_weights=trained,
        signed=signed,
        ensemble=court.vote(shared_weights) if with_search else None,
        n_images=court.n_images,
        failed=court.failed,
        env_steps=court.env_steps,
        error=court.error,
        regimes=tuple(name for name in REGIMES if name in regimes),
        n_grid=len(effort.grid),
    )


def _draws(network: Network, episodes: int, seed: int) -> np.ndarray:
    """`(episodes, C)` weights of regime 1."""
    shape = episodes, network.n_connections
    draws = generator(seed, Purpose.RANDOM_WEIGHTS).uniform(-LIMIT, LIMIT, shape)
    return draws if network.n_connections else np.zeros((episodes, 1))


def _pairing(test: np.ndarray, episodes: int) -> Lanes:
    return Lanes.pairing(np.resize(test, episodes))


def _shared(
    court: _Court, signs: np.ndarray, test: np.ndarray, seed: int, over_grid: bool, tuned: bool
) -> SignedShared:
    """Regimes 2 and 3, if asked: one size for all connections, with these `(C,)` or `(1,)` signs."""
    grid: tuple[Spread, float, float, WithoutZero]
    grid = UNKNOWN, math.nan, math.nan, WithoutZero(UNKNOWN, math.nan, 0)
    best, weight = UNKNOWN, math.nan
    if over_grid:
        grid = _over_grid(court, signs, test)
    if tuned:
        weight = court.tune(seed, signs)
        best = court.spread(court.play_shared([weight], test, signs)[0])
    return SignedShared(*grid, weight, best)


def _over_grid(
    court: _Court, signs: np.ndarray, test: np.ndarray
) -> tuple[Spread, float, float, WithoutZero]:
    """Regime 2: the figure, its spreads over weights and episodes, and what it is without the weight 0."""
    grid = court.effort.grid
    if court.slow:
        rows = _spread_out(np.arange(len(test)) % len(grid), len(grid))
        each_episode = court.play(np.outer(grid, signs), Lanes(rows, test))
        over_weights = float(each_episode.std())
        others = each_episode[grid[rows] != 0]
        rest = WithoutZero(court.spread(others), float(others.std()), len(np.unique(rows[grid[rows] != 0])))
    else:
        returns = court.play_shared(grid, test, signs)
        each_episode, over_weights = returns.mean(axis=0), float(returns.mean(axis=1).std())
        others = returns[grid != 0]
        rest = WithoutZero(
            court.spread(others.mean(axis=0)), float(others.mean(axis=1).std()), int((grid != 0).sum())
        )
    shared = court.spread(each_episode)
    over_episodes = math.nan if court.slow or court.n_images else shared.std
    return shared, over_weights, over_episodes, rest


@dataclass(frozen=True)
class TunedWeight:
    """The shared weight of regime 3, and what choosing it took."""

    weight: float
    evaluations: int
    env_steps: int
    failed: int


def tune_shared_weight(pool: ChunkedPool, network: Network, seed: int = 0) -> TunedWeight:
    """Choose the shared weight of regime 3 alone."""
    court = _Court(pool, network)
    weight = court.tune(seed)
    return TunedWeight(weight, court.evaluations, court.env_steps, court.failed)


class _Court:
    """One network in one pool, and the count of what it cost; `n_images` of the test set, 0 for control."""

    def __init__(self, pool: ChunkedPool, network: Network, effort: Effort = WHOLE) -> None:
        self._pool, self._network, self.effort = pool, network, effort
        self.evaluations, self.failed, self.env_steps = 0, 0, 0
        self.error: str | None = None
        self.slow = not pool.task.compiled
        self.n_images = len(pool.task.data.test) if isinstance(pool.task, ClassificationTask) else 0

    def spread(self, values: np.ndarray) -> Spread:
        """The spread over test episodes, or of an accuracy over the test images."""
        return Spread.of_share(float(values[0]), self.n_images) if self.n_images else Spread.of(values)

    def play(self, weights: np.ndarray, lanes: Lanes) -> np.ndarray:
        """`(L,)` what each lane earns."""
        evaluation = evaluate_in(self._pool, Candidate("judged", self._network, weights), lanes)
        self.evaluations += len(lanes)
        self.failed += int(np.isnan(evaluation.returns).sum())
        self.env_steps += int(evaluation.metrics["steps"].sum())
        self.error = self.error or evaluation.error
        return evaluation.metrics["accuracy"] if self.n_images else evaluation.returns

    def play_shared(
        self, weights: Sequence[float] | np.ndarray, seeds: np.ndarray, signs: np.ndarray = _ONE
    ) -> np.ndarray:
        """`(W, episodes)` what each shared weight earns in each episode, with `(C,)` or `(1,)` signs."""
        rows = np.outer(np.asarray(weights, np.float64), signs)
        return self.play(rows, Lanes.product(len(rows), seeds)).reshape(len(rows), len(seeds))

    def sweep(self, weights: Sequence[float], seeds: np.ndarray) -> Sweep:
        """Each shared weight's spread over the episodes."""
        rows = self.play_shared(weights, seeds)
        spreads = tuple(self.spread(row) for row in rows)
        return Sweep(tuple(map(float, weights)), spreads, self.spread(rows.mean(axis=0)))

    def tune(self, seed: int, signs: np.ndarray = _ONE) -> float:
        """The first of the shared weights that do best; one with a failed episode is the last resort."""
        weights = self.effort.grid if self.slow else self.effort.fine_grid
        seeds = episode_seeds(seed, Purpose.TUNE, 1 if self.n_images else self.effort.tune_episodes)
        means = self.play_shared(weights, seeds, signs).mean(axis=1)
        return float(weights[int(np.argmax(np.where(np.isnan(means), -np.inf, means)))])

    def vote(self, weights: Sequence[float]) -> float | None:
        """Accuracy of the class that most shared weights give, the first of equals; None for control."""
        task = self._pool.task
        if not isinstance(task, ClassificationTask):
            return None
        test, column = task.data.test, np.asarray(weights, np.float64).reshape(-1, 1)
        rows = np.arange(len(column))
        answers = classify_split(Networks.of(self._network), column, rows, test, keep=True)[2][0]
        votes = np.array([(answers == label).sum(axis=0) for label in range(task.n_outputs)])
        return float(np.mean(votes.argmax(axis=0) == test.labels))


def held_out(
    pool: ChunkedPool, network: Network, shared_weights: Sequence[float], episodes: int, seed: int = 0
) -> tuple[tuple[float, float], ...]:
    """Return (shared weight, mean return) over the test episodes: the first figure of `judge` alone.

    For control only: classification is quick enough for all figures.
    """
    candidate = Candidate.shared("judged", network, shared_weights)
    test = episode_seeds(seed, Purpose.TEST, episodes)
    means = evaluate_in(pool, candidate, Lanes.product(len(shared_weights), test)).per_weight
    return tuple((float(w), float(m)) for w, m in zip(shared_weights, means, strict=True))


def _spread_out(rows: np.ndarray, size: int) -> np.ndarray:
    """Visit a grid in an order that covers it evenly even where there are fewer episodes than weights.

    `size` is that of the grid, which must not be a multiple of 37.
    """
    return (rows * 37) % size
