"""The search as pure steps: init, ask, tell, and crown.

state = init(search, run_seed, n_inputs, n_outputs, output_activation)
population = ask(state)                       # evaluate it on episodes(...)
state, info = tell(state, results, ...)       # rank, reproduce
state = crown(state, genome, ...)             # where contender(state) is new to the select episodes
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import numpy as np

from wann.config import SearchConfig
from wann.errors import EvaluationError
from wann.genome.genome import Genome
from wann.genome.initial import initial_population
from wann.genome.mutation import mutate
from wann.genome.population import Population
from wann.network.network import Networks
from wann.search.objectives import Objectives, objectives, replace_failures, sum_in_order
from wann.search.ranking import rank
from wann.search.reproduction import plan_reproduction
from wann.search.state import Champion, GenerationInfo, SearchState
from wann.seeding import Purpose, generator


@dataclass(frozen=True, eq=False)
class Results:
    """What a generation's evaluation gives: the plans, and `(P, W, E)` arrays of what they earned.

    Attributes:
        returns: NaN = failed.
        steps: of the environment, or images.
        accuracy: of classification, else None.
    """

    networks: Networks
    returns: np.ndarray
    steps: np.ndarray
    accuracy: np.ndarray | None = None


def init(
    search: SearchConfig, seed: int, n_inputs: int, n_outputs: int, output_activation: str
) -> SearchState:
    """Return the state before the first generation."""
    population, log = initial_population(
        search.population,
        n_inputs,
        n_outputs,
        search.initial_connection_probability,
        output_activation,
        generator(seed, Purpose.INITIAL),
    )
    nothing = np.zeros(search.population)
    return SearchState(0, population, log, earned=nothing, episodes=nothing)


def ask(state: SearchState) -> Population:
    """Return the genomes to evaluate."""
    return state.population


def tell(
    state: SearchState, results: Results, search: SearchConfig, seed: int, failure_return: float | None
) -> tuple[SearchState, GenerationInfo]:
    """Take a generation's results: rank it, breed the next one, describe it.

    Raises:
        EvaluationError: every episode failed.
    """
    generation = state.generation + 1
    failed = int(np.isnan(results.returns).sum())
    if failed == results.returns.size:
        raise EvaluationError(f"all {failed} episodes of generation {generation} failed")
    returns = replace_failures(results.returns, failure_return)
    scores = objectives(returns, results.networks.n_connections)
    earned, episodes = state.earned + scores.earned, state.episodes + returns[0].size

    rng = generator(seed, Purpose.REPRODUCTION, generation)
    ranking = _ranking(scores, search, rng)
    plan = plan_reproduction(
        ranking,
        search.elite_ratio,
        search.cull_ratio,
        search.tournament_size,
        rng,
        search.crossover_probability,
    )
    children, log = mutate(
        state.population,
        plan.parents,
        plan.elites,
        rng,
        search.mutation.model_dump(),
        search.activations,
        state.log,
        plan.mates,
    )
    carried = np.zeros((2, len(children)))
    carried[:, : plan.elites] = np.array([earned, episodes])[:, plan.parents[: plan.elites]]

    running = earned / episodes
    leader = int(np.argmax(running))
    told = replace(
        state,
        generation=generation,
        population=children,
        log=log,
        earned=carried[0],
        episodes=carried[1],
        contender=state.population[leader],
        running_mean=float(running[leader]),
        evaluations=state.evaluations + returns.size,
        env_steps=state.env_steps + int(results.steps.sum()),
        failed=state.failed + failed,
    )
    return told, _describe(told, state.population, results, scores)


def contender(state: SearchState) -> Genome | None:
    """The genome to try on the `select` episodes, or None if it has met them before."""
    genome = state.contender
    return None if genome is None or genome.digest in state.tested else genome


def crown(
    state: SearchState,
    genome: Genome,
    returns: np.ndarray,
    steps: np.ndarray,
    weights: np.ndarray,
    failure_return: float | None = None,
) -> SearchState:
    """Take a contender's `(W, E)` returns on the `select` episodes: it replaces a champion that it beats.

    One that fails in every episode has no score and is no champion.
    """
    failed = int(np.isnan(returns).sum())
    per_weight = sum_in_order(replace_failures(returns, failure_return)) / returns.shape[1]
    score = float(sum_in_order(per_weight)) / len(per_weight)
    champion = state.champion
    if failed < returns.size and (champion is None or score > champion.score):
        best_weight = float(weights[int(np.argmax(per_weight))])
        champion = Champion(genome, state.generation, score, best_weight)
    return replace(
        state,
        champion=champion,
        tested=(*state.tested, genome.digest),
        evaluations=state.evaluations + returns.size,
        env_steps=state.env_steps + int(steps.sum()),
        failed=state.failed + failed,
    )


def _ranking(scores: Objectives, search: SearchConfig, rng: np.random.Generator) -> np.ndarray:
    if rng.random() < search.complexity_probability:
        second = 1.0 / np.maximum(scores.connections, 1)
    else:
        second = scores.best
    return rank(scores.mean, second, search.crowding)


def _describe(
    state: SearchState, population: Population, results: Results, scores: Objectives
) -> GenerationInfo:
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
        seconds=state.seconds,
        digest=digest,
        accuracy=None if results.accuracy is None else float(results.accuracy[top].mean()),
    )
