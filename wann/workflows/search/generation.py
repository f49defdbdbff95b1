"""One generation: ask, evaluate, tell, crown."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from wann.config import Config
from wann.errors import EvaluationError
from wann.evaluation.lanes import Lanes
from wann.evaluation.pools.pools import ChunkedPool
from wann.network.network import Networks
from wann.network.plan import compile_genome, compile_population
from wann.search.search import Results, ask, contender, crown, tell
from wann.search.state import GenerationInfo, SearchState
from wann.seeding import Purpose, episode_seeds
from wann.tasks.classification import ClassificationTask
from wann.tasks.task import AnyTask

SELECT_EPISODES = 32


def select_episodes(task: AnyTask) -> int:
    """Episodes that choose the champion; for classification a single one: all validation images."""
    return 1 if isinstance(task, ClassificationTask) else SELECT_EPISODES


class AllFailed(EvaluationError):
    """Every episode of a generation failed; `first` is the first one's traceback."""

    def __init__(self, message: str, first: str | None) -> None:
        super().__init__(message)
        self.first = first


def prepare(pool: ChunkedPool, config: Config) -> None:
    """Compile what generations will need, so that their time does not include it."""
    weights = len(config.evaluation.shared_weights)
    pool.prepare(config.search.population, weights * config.evaluation.episodes)
    pool.prepare(1, weights * select_episodes(pool.task))


def next_generation(
    state: SearchState, pool: ChunkedPool, config: Config
) -> tuple[SearchState, GenerationInfo]:
    """Carry a search on by one generation; the same state gives the same result.

    Raises:
        AllFailed: every episode failed.
    """
    started = time.perf_counter()
    seed, weights = config.run.seed, np.array(config.evaluation.shared_weights).reshape(-1, 1)
    episodes = config.evaluation.episodes
    networks = compile_population(ask(state))
    seeds = episode_seeds(seed, Purpose.SEARCH, episodes, state.generation + 1)
    played = pool.play(networks, weights, Lanes.product(len(weights), seeds))
    shape = (len(networks), len(weights), episodes)
    accuracy = None if played.accuracy is None else played.accuracy.reshape(shape)
    results = Results(networks, played.returns.reshape(shape), played.steps.reshape(shape), accuracy)
    try:
        state, info = tell(state, results, config.search, seed, config.task.failure_return)
    except EvaluationError as error:
        raise AllFailed(str(error), played.error) from error

    if genome := contender(state):
        chosen = episode_seeds(seed, Purpose.SELECT, select_episodes(pool.task))
        played = pool.play(Networks.of(compile_genome(genome)), weights, Lanes.product(len(weights), chosen))
        shape = (len(weights), len(chosen))
        state = crown(
            state,
            genome,
            played.returns.reshape(shape),
            played.steps.reshape(shape),
            weights[:, 0],
            config.task.failure_return,
        )
    state = replace(state, seconds=state.seconds + time.perf_counter() - started)
    return state, replace(
        info,
        champion=state.champion.score if state.champion else float("nan"),
        evaluations=state.evaluations,
        env_steps=state.env_steps,
        failed=state.failed,
        seconds=round(state.seconds, 3),
    )
