"""The search as pure steps: init, ask, tell, crown, and describe at the end.

state = init(search, run_seed, n_inputs, n_outputs, output_activation)
population = ask(state, search)                     # evaluate it with draw_weights(...), on episodes(...)
state, scores = tell(state, results, search, ...)   # what the method of search makes of it
state = crown(state, genome, ...)                   # where contender(state) is new to the select episodes
info = describe(state, population, results, scores)

What differs between searches is chosen by a config: see `members.py`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from wann.activations import code_of
from wann.config import SearchConfig
from wann.errors import EvaluationError, GenomeError, SearchError
from wann.genome.genome import Genome
from wann.genome.population import Population
from wann.search.members import METHODS, SEAMS, STARTS, WEIGHTS, Member, find_function
from wann.search.methods import Method
from wann.search.objectives import replace_failures, sum_in_order
from wann.search.own_operators import operators_of
from wann.search.scores import Scores, scores_of
from wann.search.start import Sizes
from wann.search.state import Champion, Results, SearchState
from wann.seeding import Purpose, generator

_MOST_WEIGHTS, _LARGEST_WEIGHT = 10_000, 1e6


def check_search(search: SearchConfig) -> None:
    """See that all is there that a config chooses, before anything is made.

    Raises:
        SearchError: something is not.
    """
    for seam in SEAMS:
        seam.chosen(search)
    for name in operators_of(search):
        find_function(f"search.mutation.{name}", name)
    try:
        for name in search.activations:
            code_of(name)
    except GenomeError as error:
        raise SearchError(f"search.activations: {error}") from error


def init(
    search: SearchConfig, seed: int, n_inputs: int, n_outputs: int, output_activation: str
) -> SearchState:
    """Return the state before the first generation.

    Raises:
        SearchError: a part of the search cannot be found, or does not do what it should.
    """
    start = STARTS.chosen(search)
    sizes = Sizes(n_inputs, n_outputs, output_activation)
    population = start(sizes, search, generator(seed, Purpose.INITIAL))
    _check_population(population, n_inputs, n_outputs, start)
    if len(population) != search.population:
        raise start.wrong("population", f"{search.population} genomes", str(len(population)))
    member, method = _method(search)
    state = member.guarded(method.init, population, search)
    if not isinstance(state, SearchState):
        raise member.wrong("init", "a SearchState", f"a {type(state).__name__}")
    _check_memory(state, member)
    return state


def ask(state: SearchState, search: SearchConfig) -> Population:
    """Return the genomes to evaluate."""
    member, method = _method(search)
    population = member.guarded(method.ask, state)
    _check_population(population, state.population.n_inputs, state.population.n_outputs, member)
    return population


def draw_weights(search: SearchConfig, shared: np.ndarray, seed: int, generation: int) -> np.ndarray:
    """Return the `(W,)` shared weights that a generation is tried with.

    Args:
        search: names the scheme.
        shared: `evaluation.shared_weights`.
        seed: the run's.
        generation: from 1.

    Raises:
        SearchError: the scheme fails, or what it returns are no weights.
    """
    scheme = WEIGHTS.chosen(search)
    drawn = scheme(shared, generation, generator(seed, Purpose.SHARED_WEIGHTS, generation))
    weights = np.asarray(drawn)
    fine = weights.ndim == 1 and weights.dtype.kind in "iuf" and 1 <= weights.size <= _MOST_WEIGHTS
    if not fine:
        expected = f"(W,) numbers, 1 to {_MOST_WEIGHTS}"
        raise scheme.wrong("weights", expected, f"{weights.shape} of {weights.dtype}")
    if not (np.abs(weights) <= _LARGEST_WEIGHT).all():
        raise scheme.wrong("weights", f"numbers within +-{_LARGEST_WEIGHT:g}", str(weights[:6].tolist()))
    return weights.astype(np.float64)


def tell(
    state: SearchState, results: Results, search: SearchConfig, seed: int, failure_return: float | None
) -> tuple[SearchState, Scores]:
    """Take a generation's results; return the state after it, and what it was judged by.

    Raises:
        EvaluationError: every episode failed.
        SearchError: a part of the search does not do what it should.
    """
    generation = state.generation + 1
    failed = int(np.isnan(results.returns).sum())
    if failed == results.returns.size:
        raise EvaluationError(f"all {failed} episodes of generation {generation} failed")
    returns = replace_failures(results.returns, failure_return)
    scores = scores_of(returns, results.networks.n_connections)
    member, method = _method(search)
    rng = generator(seed, Purpose.REPRODUCTION, generation)
    told = member.guarded(method.tell, state, scores, search, rng)
    if not isinstance(told, SearchState):
        raise member.wrong("tell", "a SearchState", f"a {type(told).__name__}")
    _check_memory(told, member)
    return replace(
        told,
        generation=generation,
        evaluations=state.evaluations + returns.size,
        env_steps=state.env_steps + int(results.steps.sum()),
        failed=state.failed + failed,
    ), scores


def contender(state: SearchState, search: SearchConfig) -> Genome | None:
    """The genome to try on the `select` episodes, or None if it has met them before."""
    member, method = _method(search)
    genome = member.guarded(method.contender, state)
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


def _method(search: SearchConfig) -> tuple[Member, Method]:
    member = METHODS.chosen(search)
    method = member()
    missing = [step for step in ("init", "ask", "tell", "contender") if not hasattr(method, step)]
    if missing:
        raise member.wrong("method", "init, ask, tell and contender", f"no {missing[0]}")
    return member, method


def _check_memory(state: SearchState, member: Member) -> None:
    """See that a checkpoint can hold what a method remembers."""
    for name, value in state.memory.items():
        if np.asarray(value).dtype.kind not in "biuf":
            raise member.wrong(f"memory.{name}", "an array of numbers, or a number", type(value).__name__)


def _check_population(population: Population, n_inputs: int, n_outputs: int, member: Member) -> None:
    if not isinstance(population, Population):
        raise member.wrong("population", "a Population", f"a {type(population).__name__}")
    if (population.n_inputs, population.n_outputs) != (n_inputs, n_outputs):
        got = f"{population.n_inputs} and {population.n_outputs}"
        raise member.wrong("population", f"genomes of {n_inputs} inputs and {n_outputs} outputs", got)
    if not len(population):
        raise member.wrong("population", "at least one genome", "none")
    if ":" in member.name:  # one of the user's own: that every genome is a valid one
        member.guarded(list, population)
