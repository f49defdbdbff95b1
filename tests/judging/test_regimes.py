"""The regimes, on a task whose every figure is known, and against evaluations made by hand."""

from __future__ import annotations

import gymnasium
import numpy as np
import pytest

from wann.evaluation.lanes import Candidate, Lanes
from wann.evaluation.play import evaluate, play
from wann.evaluation.pools.pools import ChunkedPool, ThreadPool
from wann.genome.genome import Genome
from wann.judging.regimes import FINE_GRID, GRID, QUICK, TUNE_EPISODES, judge
from wann.network.plan import compile_genome
from wann.seeding import Purpose, episode_seeds
from wann.tasks.environments.environment import make_task

SEARCH_WEIGHTS = (-2.0, -1.0, -0.5, 0.5, 1.0, 2.0)


class Serial(ChunkedPool):
    """A pool that evaluates here."""

    def _run(self, jobs):
        return (play(self.task, *job) for job in jobs)


def test_the_grids_are_even_and_hold_the_round_values():
    assert (len(GRID), GRID[0], GRID[-1], GRID[40]) == (81, -2.0, 2.0, 0.0)
    np.testing.assert_allclose(np.diff(GRID), 0.05, rtol=1e-12)
    assert FINE_GRID.tolist() == [k / 100 for k in range(-200, 201)]


# A task whose every figure is known: the return is 2 clip(w, -1, 1) for any episode


@pytest.fixture(scope="module")
def echoed(toys):
    task = make_task(f"{toys}:toys/Echo-v0")
    network = compile_genome(Genome(1, 1, [0], [1], [2], [True], [0]))
    return judge(Serial(task, 1), network, SEARCH_WEIGHTS, 162, seed=4)


def test_each_weight_of_the_search_is_reported(echoed):
    assert echoed.per_weight == tuple(zip(SEARCH_WEIGHTS, (-2.0, -2.0, -1.0, 1.0, 2.0, 2.0), strict=True))
    assert echoed.search_mean == 0.0


def test_intervals_of_a_return_that_never_changes_are_the_return(echoed):
    assert [spread.low for spread in echoed.search.each] == [-2.0, -2.0, -1.0, 1.0, 2.0, 2.0]
    assert [spread.high for spread in echoed.search.each] == [-2.0, -2.0, -1.0, 1.0, 2.0, 2.0]
    assert (echoed.search.together.low, echoed.search.together.high) == (0.0, 0.0)


def test_what_is_not_asked_for_is_not_played(echoed):
    assert (echoed.own, echoed.tuned_weights, echoed.signed) == (None, None, None)


def test_random_weights_are_uniform_over_their_range(echoed):
    # 2 clip(w, -1, 1) for w uniform on [-2, 2]: mean 0, variance 4 (1/2 + 1/2 * 1/3)
    std = np.sqrt(4 * (1 / 2 + 1 / 6))
    assert abs(echoed.random_weights.mean) < 4 * std / np.sqrt(162)
    assert echoed.random_weights.std == pytest.approx(std, rel=0.1)


def test_a_random_shared_weight_is_spread_over_the_grid(echoed):
    # 162 episodes meet each of the 81 weights twice
    expected = 2 * np.clip(GRID, -1, 1)
    assert echoed.shared_mean == pytest.approx(0.0, abs=1e-12)
    assert echoed.shared_std_over_weights == pytest.approx(expected.std(), rel=1e-12)
    assert np.isnan(echoed.shared_std_over_episodes)


def test_without_the_weight_of_0_the_rest_of_the_grid_is_left(toys):
    task = make_task(f"{toys}:toys/Echo-v0")
    network = compile_genome(Genome(1, 1, [0], [1], [2], [True], [0]))
    judgement = judge(Serial(task, 1), network, [1.0], 81)
    earned = 2 * np.clip(GRID, -1, 1)
    assert judgement.without_zero.n_weights == 80
    assert judgement.shared_mean_without_zero == pytest.approx(np.delete(earned, 40).mean(), abs=1e-12)
    assert judgement.without_zero.std_over_weights == pytest.approx(np.delete(earned, 40).std())
    # fewer episodes than weights: only those that met another weight count
    few = judge(Serial(task, 1), network, [1.0], 3).without_zero
    assert few.n_weights == 3


def test_a_quick_one_meets_each_of_its_nine_weights(toys):
    task = make_task(f"{toys}:toys/Echo-v0")
    network = compile_genome(Genome(1, 1, [0], [1], [2], [True], [0]))
    judgement = judge(Serial(task, 1), network, [1.0], 18, effort=QUICK)
    earned = 2 * np.clip([-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2], -1, 1)
    assert (judgement.n_grid, judgement.without_zero.n_weights) == (9, 8)
    assert judgement.shared_mean == pytest.approx(earned.mean(), abs=1e-12)
    assert judgement.shared_std_over_weights == pytest.approx(earned.std())
    assert (judgement.tuned_weight, judgement.tuned.mean) == (1.0, 2.0)
    # search, random and grid: an episode each; 9 weights on 8 episodes to choose one, which is then played
    assert judgement.env_steps == 2 * (18 + 18 + 18 + 9 * 8 + 18)


def test_regimes_that_nobody_asks_for_are_not_played(toys):
    task = make_task(f"{toys}:toys/Echo-v0")
    network = compile_genome(Genome(1, 1, [0], [1], [2], [True], [0]))
    for regime, lanes in (("search", 2 * 5), ("random", 5), ("random-shared", 5), ("trained", 0)):
        assert judge(Serial(task, 1), network, [1.0, 2.0], 5, regimes=[regime]).env_steps == 2 * lanes


def test_a_sweep_that_holds_0_has_its_mean_without_it(toys):
    task = make_task(f"{toys}:toys/Echo-v0")
    network = compile_genome(Genome(1, 1, [0], [1], [2], [True], [0]))
    judgement = judge(Serial(task, 1), network, [0.0, 0.5, 1.0], 3, own_weights=[0.0])
    assert (judgement.search.mean, judgement.search.mean_without_zero) == (1.0, 1.5)
    assert judgement.own is not None
    assert np.isnan(judgement.own.mean_without_zero)


def test_the_tuned_weight_is_the_first_of_the_best(echoed):
    assert echoed.tuned_weight == 1.0
    assert (echoed.tuned.mean, echoed.tuned.std) == (2.0, 0.0)


def test_every_step_is_counted(echoed):
    lanes = 6 * 162 + 162 + 162 + 81 * TUNE_EPISODES + 162
    assert echoed.env_steps == 2 * lanes
    assert (echoed.failed, echoed.error, echoed.episodes) == (0, None, 162)


def test_weights_of_ones_own_are_swept_over_beside_the_searchs(toys):
    task = make_task(f"{toys}:toys/Echo-v0")
    network = compile_genome(Genome(1, 1, [0], [1], [2], [True], [0]))
    judgement = judge(Serial(task, 1), network, [0.5], 3, own_weights=[0.25, -7.0])
    assert judgement.per_weight == ((0.5, 1.0),)
    assert judgement.own is not None
    assert judgement.own.per_weight == ((0.25, 0.5), (-7.0, -2.0))
    assert judgement.own.mean == -0.75


def test_trained_weights_are_played_connection_by_connection(toys):
    task = make_task(f"{toys}:toys/Echo-v0")
    # the input is 1 and the bias 1: 0.75 + (-0.5) = 0.25 a step, of two steps
    network = compile_genome(Genome(1, 1, [0], [1, 0], [2, 2], [True, True], [0, 1]))
    weights = np.array([[-0.5, 0.75]])
    judgement = judge(Serial(task, 1), network, [0.5], 5, connection_weights=weights)
    assert judgement.tuned_weights is not None
    assert (judgement.tuned_weights.mean, judgement.tuned_weights.median) == (0.5, 0.5)
    assert judgement.tuned_weights.std == 0.0


@pytest.mark.parametrize(("env", "n_inputs"), [("toys/Echo-v0", 1), ("MountainCarContinuous-v0", 2)])
def test_a_network_without_connections_has_no_weights_to_train(toys, env, n_inputs):
    task = make_task(f"{toys}:{env}" if env.startswith("toys") else env)
    network = compile_genome(Genome(n_inputs, 1, [0], [], [], [], []))
    judgement = judge(Serial(task, 1), network, [1.0], 3, connection_weights=np.zeros((1, 0)))
    assert judgement.tuned_weights == judgement.search.each[0]


def test_failures_are_counted_and_means_over_them_are_not_numbers(toys):
    task = make_task(f"{toys}:toys/Failing-v0", kwargs={"how": "raise in step"})
    network = compile_genome(Genome(1, 1, [0], [1], [2], [True], [0]))
    judgement = judge(Serial(task, 1), network, [1.0], 8, seed=0)
    odd = (episode_seeds(0, Purpose.TEST, 8) % 2).sum()
    tuning = (episode_seeds(0, Purpose.TUNE, TUNE_EPISODES) % 2).sum()
    assert 0 < odd < 8
    assert judgement.failed == 4 * odd + 81 * tuning
    assert np.isnan([judgement.tuned.mean, judgement.shared_mean, judgement.search_mean]).all()
    assert judgement.error is not None
    assert "step of seed" in judgement.error


# CartPole: known for a network that always pushes left, and by direct evaluation for others


def test_a_network_without_connections_always_pushes_left():
    network = compile_genome(Genome(4, 2, [0, 0], [], [], [], []))
    with ThreadPool(make_task("CartPole-v1"), 2) as pool:
        judgement = judge(pool, network, SEARCH_WEIGHTS, 12, seed=1)
    earned = []
    for seed in episode_seeds(1, Purpose.TEST, 12):
        environment = gymnasium.make("CartPole-v1")
        environment.reset(seed=int(seed))
        steps = 1
        while not environment.step(0)[2]:
            steps += 1
        earned.append(steps)
        environment.close()
    mean, std = np.mean(earned), np.std(earned)
    assert [m for _, m in judgement.per_weight] == pytest.approx([mean] * 6)
    assert (judgement.random_weights.mean, judgement.random_weights.std) == pytest.approx((mean, std))
    assert judgement.shared_mean == pytest.approx(mean)
    assert judgement.shared_std_over_weights == pytest.approx(0.0, abs=1e-12)
    assert judgement.shared_std_over_episodes == pytest.approx(std)
    assert judgement.tuned_weight == -2.0
    assert (judgement.tuned.mean, judgement.tuned.std) == pytest.approx((mean, std))


def test_figures_are_those_of_direct_evaluations(grow):
    task = make_task("CartPole-v1", max_episode_steps=100)
    network = compile_genome(grow(4, 2, 10, seed=5)[0])
    trained = np.random.default_rng(6).normal(0.0, 1.0, (1, network.n_connections))
    with ThreadPool(task, 2) as pool:
        judgement = judge(pool, network, SEARCH_WEIGHTS, 10, 3, [0.3, -1.7], trained)
    test = episode_seeds(3, Purpose.TEST, 10)

    def returns(weights, seeds):
        candidate = Candidate.shared("direct", network, weights)
        return evaluate(task, candidate, Lanes.product(len(weights), seeds)).returns.reshape(len(weights), -1)

    search = returns(SEARCH_WEIGHTS, test).mean(axis=1)
    assert [m for _, m in judgement.per_weight] == pytest.approx(search.tolist())
    grid = returns(GRID, test)
    assert judgement.shared_mean == pytest.approx(grid.mean())
    assert judgement.shared_std_over_weights == pytest.approx(grid.mean(axis=1).std())
    assert judgement.shared_std_over_episodes == pytest.approx(grid.mean(axis=0).std())
    others = grid[GRID != 0]
    assert len(others) == 80
    assert judgement.shared_mean_without_zero == pytest.approx(others.mean())
    assert judgement.without_zero.std_over_weights == pytest.approx(others.mean(axis=1).std())
    assert judgement.without_zero.shared.std == pytest.approx(others.mean(axis=0).std())
    tuning = returns(FINE_GRID, episode_seeds(3, Purpose.TUNE, TUNE_EPISODES)).mean(axis=1)
    assert judgement.tuned_weight == FINE_GRID[np.flatnonzero(tuning == tuning.max())[0]]
    tuned = returns([judgement.tuned_weight], test)
    assert (judgement.tuned.mean, judgement.tuned.std) == pytest.approx((tuned.mean(), tuned.std()))
    assert grid.std() > 0
    assert judgement.own is not None
    own = returns([0.3, -1.7], test)
    assert [m for _, m in judgement.own.per_weight] == pytest.approx(own.mean(axis=1).tolist())
    assert [spread.std for spread in judgement.own.each] == pytest.approx(own.std(axis=1).tolist())
    assert judgement.own.together.std == pytest.approx(own.mean(axis=0).std())
    candidate = Candidate("direct", network, trained)
    direct = evaluate(task, candidate, Lanes(np.zeros(10, int), test)).returns
    assert judgement.tuned_weights is not None
    assert (judgement.tuned_weights.mean, judgement.tuned_weights.std) == pytest.approx(
        (direct.mean(), direct.std())
    )
    assert judgement.tuned_weights.median == np.median(direct)
    assert judgement.signed is not None

    def signed(sizes, seeds):
        candidate = Candidate("direct", network, np.outer(sizes, np.sign(trained[0])))
        return evaluate(task, candidate, Lanes.product(len(sizes), seeds)).returns.reshape(len(sizes), -1)

    grid = signed(GRID, test)
    assert judgement.signed.shared.mean == pytest.approx(grid.mean())
    assert judgement.signed.std_over_weights == pytest.approx(grid.mean(axis=1).std())
    assert judgement.signed.std_over_episodes == pytest.approx(grid.mean(axis=0).std())
    assert judgement.signed.without_zero.shared.mean == pytest.approx(grid[GRID != 0].mean())
    assert judgement.signed.without_zero.n_weights == 80
    tuning = signed(FINE_GRID, episode_seeds(3, Purpose.TUNE, TUNE_EPISODES)).mean(axis=1)
    assert judgement.signed.tuned_weight == FINE_GRID[np.flatnonzero(tuning == tuning.max())[0]]
    tuned = signed([judgement.signed.tuned_weight], test)
    assert (judgement.signed.tuned.mean, judgement.signed.tuned.std) == pytest.approx(
        (tuned.mean(), tuned.std())
    )


def test_signs_that_are_all_the_same_change_nothing(grow):
    task = make_task("CartPole-v1", max_episode_steps=50)
    network = compile_genome(grow(4, 2, 10, seed=5)[0])
    trained = np.full((1, network.n_connections), 0.3)
    with ThreadPool(task, 1) as pool:
        judgement = judge(pool, network, SEARCH_WEIGHTS, 5, connection_weights=trained)
    assert judgement.signed is not None
    assert judgement.signed.shared == judgement.shared
    assert judgement.signed.tuned_weight == judgement.tuned_weight
    assert judgement.signed.tuned == judgement.tuned


def test_a_judgement_depends_on_its_seed_alone(grow):
    network = compile_genome(grow(4, 2, 10, seed=5)[0])
    task = make_task("CartPole-v1", max_episode_steps=50)
    with ThreadPool(task, 3) as pool:
        once, again, other = (judge(pool, network, [1.0], 10, seed=seed) for seed in (3, 3, 4))
    assert once == again
    assert once == judge(Serial(task, 1), network, [1.0], 10, seed=3)
    assert once != other
