"""The search as pure steps."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wann.config import SearchConfig
from wann.errors import EvaluationError
from wann.genome.population import ARRAYS
from wann.network.plan import compile_population
from wann.search.describe import describe
from wann.search.search import ask, contender, crown, init, tell
from wann.search.state import Champion, Results

SEARCH = SearchConfig(population=20)
WEIGHTS = np.array([-1.0, 0.5, 2.0])
NAN = float("nan")


def results_of(state, returns) -> Results:
    networks = compile_population(ask(state, SEARCH))
    return Results(networks, returns, np.full(returns.shape, 10.0))


def told(state, seed=0, scale=1.0, search=SEARCH, failure_return=None, returns=None):
    """The state after a generation of random returns."""
    if returns is None:
        returns = (
            np.random.default_rng([seed, state.generation]).normal(size=(search.population, 3, 2)) * scale
        )
    results = results_of(state, returns)
    after, scores = tell(state, results, search, seed, failure_return)
    return after, describe(after, ask(state, search), results, scores)


def begin(search=SEARCH, seed=0):
    return init(search, seed, 4, 2, "linear")


def content(state):
    """Everything in a state, as plain values."""
    found = {f.name: getattr(state, f.name) for f in fields(state)}
    found["population"] = [getattr(state.population, name).tolist() for name in ARRAYS]
    found["earned"], found["episodes"] = state.earned.tolist(), state.episodes.tolist()
    return found


def test_the_first_state():
    state = begin()
    assert (state.generation, len(ask(state, SEARCH))) == (0, 20)
    assert state.earned.tolist() == state.episodes.tolist() == [0.0] * 20
    assert contender(state, SEARCH) is None
    assert ask(begin(seed=1), SEARCH).digest() != ask(state, SEARCH).digest() == ask(begin(), SEARCH).digest()


@given(st.integers(0, 1000))
def test_telling_changes_nothing_that_it_is_given(seed):
    state, _ = told(begin(seed=seed), seed)
    before = content(state)
    returns = np.random.default_rng(seed).normal(size=(20, 3, 2))
    kept = returns.copy()
    told(state, seed, returns=returns)
    assert content(state) == before
    assert (returns == kept).all()


@given(st.integers(0, 1000))
def test_telling_is_deterministic(seed):
    once, again = begin(seed=seed), begin(seed=seed)
    for _ in range(3):
        (once, info), (again, other) = told(once, seed), told(again, seed)
        assert content(once) == content(again)
        assert info.digest == other.digest


def test_the_stream_of_a_generation_does_not_depend_on_how_it_was_reached():
    state, _ = told(begin())
    moved = replace(state, evaluations=999, tested=("a", "b"))
    assert told(state)[0].population.digest() == told(moved)[0].population.digest()


def test_totals_are_counted():
    state, info = told(told(begin())[0])
    assert (state.generation, state.evaluations, state.env_steps) == (2, 240, 2400)
    assert (info.generation, info.evaluations, info.env_steps, info.failed) == (2, 240, 2400, 0)


def test_a_row_describes_the_generation():
    state = begin()
    returns = np.random.default_rng(5).normal(size=(20, 3, 2))
    _, info = told(state, returns=returns)
    means = returns.mean(axis=(1, 2))
    networks = compile_population(ask(state, SEARCH))
    top = int(means.argmax())
    assert info.best == pytest.approx(means.max())
    assert info.median == pytest.approx(np.median(means))
    assert info.peak == pytest.approx(returns.mean(axis=2).max())
    assert (info.connections, info.nodes) == (networks[top].n_connections, networks[top].n_nodes)


def test_the_digest_tells_population_and_returns():
    state = begin()
    returns = np.random.default_rng(5).normal(size=(20, 3, 2))
    digest = told(state, returns=returns)[1].digest
    nudged = returns.copy()
    nudged[7, 2, 1] = np.nextafter(nudged[7, 2, 1], 9)
    other = replace(state, population=ask(begin(seed=1), SEARCH))
    assert digest == told(state, returns=returns.copy())[1].digest
    assert digest != told(state, returns=nudged)[1].digest
    assert digest != told(other, returns=returns)[1].digest


# Reproduction


def test_the_number_of_genomes_stays():
    state = begin()
    for _ in range(5):
        state, _ = told(state)
        assert len(ask(state, SEARCH)) == 20


def test_the_best_by_both_objectives_is_an_elite():
    search = SEARCH.model_copy(update={"complexity_probability": 0.0})
    for seed in range(20):
        returns = np.random.default_rng(seed).normal(size=(20, 3, 2))
        returns[seed] += 100.0
        state = begin(search, seed)
        after, _ = told(state, seed, search=search, returns=returns)
        assert ask(after, SEARCH)[0] == ask(state, SEARCH)[seed]


def test_of_equal_genomes_the_smaller_comes_first_where_complexity_counts():
    search = SEARCH.model_copy(update={"complexity_probability": 1.0})
    for seed in range(20):
        state = begin(search, seed)
        connections = compile_population(ask(state, SEARCH)).n_connections
        after, _ = told(state, seed, search=search, returns=np.ones((20, 3, 2)))
        assert ask(after, SEARCH)[0] == ask(state, SEARCH)[int(np.argmin(np.maximum(connections, 1)))]


def test_the_second_objective_is_drawn_by_its_probability():
    search = SEARCH.model_copy(update={"complexity_probability": 0.3, "elite_ratio": 0.125})
    state = begin(search)
    first = ask(state, SEARCH)
    assert len(set(first)) == 20
    connections = compile_population(first).n_connections
    sparse, *_, dense = np.argsort(connections, kind="stable")
    # all earn the same on average: by connections the sparsest is first, by the best weight the densest is
    returns = np.zeros((20, 3, 2))
    returns[dense, :, 0] = [6.0, -3.0, -3.0]
    kept = []
    for generation in range(600):
        after, _ = told(replace(state, generation=generation), search=search, returns=returns)
        kept.append(ask(after, SEARCH)[0])
    assert set(kept) == {first[int(sparse)], first[int(dense)]}
    by_best = sum(genome == first[int(dense)] for genome in kept)
    assert abs(by_best - 0.7 * 600) < 5 * np.sqrt(600 * 0.21)


# Running averages


def test_elites_carry_their_averages_and_children_begin_anew():
    state = begin()
    sums: dict[str, list[float]] = {}
    for generation in range(6):
        returns = np.random.default_rng(generation).normal(size=(20, 3, 2))
        population = ask(state, SEARCH)
        fresh = [not state.episodes[k] for k in range(20)]
        if generation:
            assert 0 < sum(not f for f in fresh) == 3  # floor(0.2 * 16)
        for k, genome in enumerate(population):
            history = [] if fresh[k] else sums[genome.digest]
            assert state.earned[k] == pytest.approx(sum(history))
            assert state.episodes[k] == len(history)
            sums[genome.digest] = [*history, *returns[k].ravel()]
        state, info = told(state, returns=returns)
        means = [np.mean(sums[genome.digest]) for genome in population]
        assert state.running_mean == info.running == pytest.approx(max(means))
        assert state.contender == population[int(np.argmax(means))]


# Failures


def test_failures_are_counted_and_ranked_below_the_worst():
    search = SEARCH.model_copy(update={"cull_ratio": 0.05, "complexity_probability": 0.0})
    state = begin(search)
    returns = np.random.default_rng(0).normal(size=(20, 3, 2))
    returns[4] = NAN
    after, info = told(state, search=search, returns=returns)
    assert (info.failed, after.failed) == (6, 6)
    assert np.isfinite([info.best, info.median, info.peak, info.running]).all()
    worst, best = np.nanmin(returns), np.nanmax(returns)
    plain = np.where(np.isnan(returns), worst - (best - worst), returns)
    same, _ = told(state, search=search, returns=plain)
    assert ask(same, SEARCH).digest() == ask(after, SEARCH).digest()
    assert same.earned.tolist() == after.earned.tolist()


def test_failures_are_ranked_by_the_return_that_the_task_names():
    state = begin()
    returns = np.random.default_rng(0).normal(size=(20, 3, 2))
    returns[4, 1] = NAN
    after, _ = told(state, failure_return=1000.0, returns=returns)
    assert after.contender == ask(state, SEARCH)[4]


def test_a_generation_in_which_all_fails_is_an_error():
    with pytest.raises(EvaluationError, match="all 120 episodes of generation 1 failed"):
        told(begin(), returns=np.full((20, 3, 2), NAN))


# The champion


def crowned(state, returns):
    genome = contender(state, SEARCH)
    assert genome is not None
    returns = np.asarray(returns, float)
    return crown(state, genome, returns, np.full(returns.shape, 2.0), WEIGHTS)


def test_the_first_contender_is_the_first_champion():
    state, _ = told(begin())
    after = crowned(state, [[1, 2], [5, 6], [0, 0]])
    champion = after.champion
    assert champion == Champion(state.contender, 1, pytest.approx(14 / 6), 0.5)
    assert (after.evaluations, after.env_steps) == (state.evaluations + 6, state.env_steps + 12)


def test_a_genome_meets_the_select_episodes_once():
    state, _ = told(begin())
    after = crowned(state, np.ones((3, 2)))
    assert contender(after, SEARCH) is None
    assert state.contender.digest in after.tested
    assert contender(state, SEARCH) is not None


@pytest.mark.parametrize(
    ("score", "wins"), [(1.0, False), (np.nextafter(1.0, 2), True), (0.5, False), (-3.0, False)]
)
def test_a_champion_is_replaced_only_where_it_is_beaten(score, wins):
    state = crowned(told(begin())[0], np.ones((3, 2)))
    old = state.champion
    state, _ = told(state, scale=100.0)
    assert contender(state, SEARCH) not in (None, old.genome)
    after = crowned(state, np.full((3, 2), score))
    assert (after.champion is not old) == wins
    assert after.champion.genome == (state.contender if wins else old.genome)
    assert after.champion.generation == (2 if wins else 1)


def test_a_contender_that_fails_everywhere_beats_no_champion():
    state = crowned(told(begin())[0], np.full((3, 2), -200.0))
    old = state.champion
    state, _ = told(state, scale=100.0)
    assert crowned(state, np.full((3, 2), NAN)).champion is old


def test_a_contender_that_fails_everywhere_is_no_champion():
    state, _ = told(begin())
    after = crowned(state, np.full((3, 2), NAN))
    assert after.champion is None
    assert contender(after, SEARCH) is None


def test_a_failed_select_episode_counts_below_the_worst():
    state, _ = told(begin())
    after = crowned(state, [[4.0, NAN], [1.0, 1.0], [2.0, 2.0]])
    assert after.champion.score == pytest.approx((4 - 2 + 2 + 4) / 6)  # 1 - (4 - 1) = -2
    assert after.failed == 1


def test_a_failed_select_episode_counts_what_the_task_says():
    state, _ = told(begin())
    returns = np.array([[4.0, NAN], [1.0, 1.0], [2.0, 2.0]])
    after = crown(state, contender(state, SEARCH), returns, np.ones((3, 2)), WEIGHTS, -50.0)
    assert after.champion.score == pytest.approx((4 - 50 + 2 + 4) / 6)


def test_crowning_changes_nothing_that_it_is_given():
    state, _ = told(begin())
    before = content(state)
    crowned(state, np.ones((3, 2)))
    assert content(state) == before
