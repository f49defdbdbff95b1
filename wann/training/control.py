"""Tuning by returns: an optimiser's candidates play fresh episodes, the same ones for all of an iteration."""

from __future__ import annotations

import math
import time
from dataclasses import replace

import numpy as np

from wann.errors import EvaluationError
from wann.evaluation.lanes import Lanes
from wann.evaluation.pools.pools import ChunkedPool
from wann.judging.regimes import TUNE_EPISODES
from wann.network.network import Network, Networks
from wann.search.objectives import replace_failures, sum_in_order
from wann.seeding import Purpose, episode_seeds
from wann.training.state import TuneInfo, TuneState
from wann.training.trainer import Optimiser

# After so many iterations, the mean and the best candidate are tried on the common episodes.
JUDGE_EVERY = 10


class ControlTrainer:
    """A `Trainer` for tasks with episodes.

    Iteration g plays the `tune` episodes of generation g. The result is what earns most on the common `tune`
    episodes, those of generation 0: the start, a mean, or an iteration's best candidate. An episode that
    failed counts as in the search (`replace_failures`); weights with which all fail are never the result.

    Args:
        pool: who plays, and the task.
        network: the topology.
        optimiser: asks for `(P, C)` candidates.
        start: `(C,)` weights to begin with.
        episodes: a candidate's, in an iteration.
        seed: of all `tune` episodes.
    """

    def __init__(
        self,
        pool: ChunkedPool,
        network: Network,
        optimiser: Optimiser,
        start: np.ndarray,
        episodes: int,
        seed: int,
    ) -> None:
        self._pool, self._networks = pool, Networks.of(network)
        self._optimiser, self._start = optimiser, start
        self._episodes, self._seed = episodes, seed

    def init(self) -> TuneState:
        """Return the state before the first iteration, in which the start has its score."""
        nothing = TuneState(0, self._start, self._optimiser.init(), self._start, -math.inf, "start")
        return self._judge(nothing, {"start": self._start})

    def step(self, state: TuneState) -> tuple[TuneState, TuneInfo]:
        """Ask, play, tell; now and then, try the mean and the best candidate on the common episodes.

        Raises:
            EvaluationError: every episode of the iteration failed.
        """
        started, iteration = time.perf_counter(), state.iteration + 1
        candidates = self._optimiser.ask(state.method)
        state, returns = self._play(state, candidates, self._episodes, iteration)
        if np.isnan(returns).all():
            raise EvaluationError(f"all {returns.size} episodes of iteration {iteration} failed")
        fitness = self._mean_returns(returns)
        method = self._optimiser.tell(state.method, fitness)
        state = replace(state, iteration=iteration, method=method)
        if iteration % JUDGE_EVERY == 0:
            best = candidates[int(np.argmax(fitness))]
            state = self._judge(state, {"mean": self._optimiser.mean(method), "candidate": best})
        state = replace(state, seconds=state.seconds + time.perf_counter() - started)
        info = TuneInfo(
            iteration=iteration,
            best=float(fitness.max()),
            mean=float(fitness.mean()),
            spread=self._optimiser.spread(method),
            select=state.score,
            evaluations=state.evaluations,
            env_steps=state.env_steps,
            failed=state.failed,
            seconds=round(state.seconds, 3),
        )
        return replace(state, rows=(*state.rows, info)), info

    def finish(self, state: TuneState) -> TuneState:
        """Try the last mean on the common episodes."""
        return self._judge(state, {"mean": self._optimiser.mean(state.method)})

    def _judge(self, state: TuneState, tried: dict[str, np.ndarray]) -> TuneState:
        """Try weights on the common episodes; what beats the best so far takes its place."""
        state, returns = self._play(state, np.array(list(tried.values())), TUNE_EPISODES, 0)
        failed = np.isnan(returns).all(axis=1)
        scores = np.where(failed, -math.inf, self._mean_returns(returns))
        for (source, weights), score in zip(tried.items(), scores.tolist(), strict=True):
            if score > state.score:
                state = replace(state, weights=weights, score=score, source=source)
        return state

    def _play(
        self, state: TuneState, weights: np.ndarray, episodes: int, generation: int
    ) -> tuple[TuneState, np.ndarray]:
        """Play `(P, C)` weights on the episodes of a generation; return `(P, episodes)` returns."""
        seeds = episode_seeds(self._seed, Purpose.TUNE, episodes, generation)
        played = self._pool.play(self._networks, weights, Lanes.product(len(weights), seeds))
        state = replace(
            state,
            evaluations=state.evaluations + played.returns.size,
            env_steps=state.env_steps + int(played.steps.sum()),
            failed=state.failed + int(np.isnan(played.returns).sum()),
        )
        return state, played.returns.reshape(len(weights), episodes)

    def _mean_returns(self, returns: np.ndarray) -> np.ndarray:
        """`(P, E)` returns -> `(P,)` means, term by term."""
        failure_return = self._pool.task.failure_return
        return sum_in_order(replace_failures(returns, failure_return)) / returns.shape[1]
