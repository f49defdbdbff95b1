"""Tuning by returns: who plays what, which failures cost what, and what is chosen in the end."""

from __future__ import annotations

import math

import numpy as np
import pytest

from wann.errors import EvaluationError
from wann.evaluation.lanes import Candidate, Lanes
from wann.evaluation.play import evaluate, play
from wann.evaluation.pools.pools import ChunkedPool, ThreadPool
from wann.genome.genome import Genome
from wann.judging.regimes import TUNE_EPISODES
from wann.network.plan import compile_genome
from wann.seeding import Purpose, episode_seeds
from wann.tasks.environments.environment import make_task
from wann.training.cma import CmaEs
from wann.training.control import JUDGE_EVERY, ControlTrainer
from wann.training.settings import CmaSettings


class Serial(ChunkedPool):
    """A pool that evaluates here, and remembers what."""

    def __init__(self, task) -> None:
        super().__init__(task, 1)
        self.seen: list[tuple[np.ndarray, np.ndarray]] = []

    def _run(self, jobs):
        for networks, weights, lanes, _ in jobs:
            self.seen.append((weights, lanes.episode_seed))
            yield play(self.task, networks, weights, lanes)


class Scripted:
    """An optimiser whose candidates are known beforehand, two an iteration; it keeps what it was told."""

    def __init__(self, candidates: list[list[float]], means: list[float]) -> None:
        self.candidates, self.means = candidates, means
        self.told: list[np.ndarray] = []

    def init(self):
        return {"step": np.zeros(1, int)}

    def ask(self, state):
        return np.array(self.candidates[int(state["step"][0]) % len(self.candidates)]).reshape(-1, 1)

    def tell(self, state, fitness):
        self.told.append(fitness)
        return {"step": state["step"] + 1}

    def mean(self, state):
        return np.array([self.means[(int(state["step"][0]) - 1) % len(self.means)]])

    def spread(self, state):
        return 0.25


WIRE = Genome(1, 1, [0], [1], [2], [True], [0])


@pytest.fixture
def echo(toys):
    """A task whose return is 2 clip(w, -1, 1), whatever the episode."""
    return Serial(make_task(f"{toys}:toys/Echo-v0"))


def trainer_on(pool, optimiser, start: float = 0.0, episodes: int = 2) -> ControlTrainer:
    return ControlTrainer(pool, compile_genome(WIRE), optimiser, np.array([start]), episodes, seed=9)


def test_the_start_is_judged_on_the_common_episodes(echo):
    state = trainer_on(echo, Scripted([[0.1, 0.2]], [0.1]), 0.3).init()
    assert (state.iteration, state.score, state.source) == (0, pytest.approx(0.6), "start")
    assert state.weights.tolist() == state.start.tolist() == [0.3]
    assert (state.evaluations, state.env_steps, state.failed) == (TUNE_EPISODES, 2 * TUNE_EPISODES, 0)
    seeds = np.concatenate([seeds for _, seeds in echo.seen])
    assert np.array_equal(seeds, episode_seeds(9, Purpose.TUNE, TUNE_EPISODES))


def test_all_candidates_of_an_iteration_meet_its_own_episodes(echo):
    trainer = trainer_on(echo, Scripted([[0.1, 0.2], [0.3, 0.4]], [0.1]), episodes=3)
    state = trainer.init()
    for iteration in (1, 2):
        echo.seen.clear()
        state, _ = trainer.step(state)
        played = np.concatenate([seeds for _, seeds in echo.seen])
        expected = episode_seeds(9, Purpose.TUNE, 3, generation=iteration)
        assert played.tolist() == np.tile(expected, 2).tolist()
    assert state.evaluations == TUNE_EPISODES + 2 * 2 * 3
    common = set(episode_seeds(9, Purpose.TUNE, TUNE_EPISODES).tolist())
    assert not common & set(played.tolist())


def test_an_iteration_is_told_and_described(echo):
    optimiser = Scripted([[0.1, 0.5]], [0.1])
    trainer = trainer_on(echo, optimiser)
    state, info = trainer.step(trainer.init())
    assert optimiser.told[0] == pytest.approx([0.2, 1.0])
    assert (info.iteration, info.spread, info.failed) == (1, 0.25, 0)
    assert (info.best, info.mean, info.select) == (pytest.approx(1.0), pytest.approx(0.6), 0.0)
    assert state.rows == (info,)
    assert info.env_steps == state.env_steps == 2 * state.evaluations


def steps(trainer, count: int):
    state = trainer.init()
    for _ in range(count):
        state, _ = trainer.step(state)
    return state


def test_the_result_is_the_best_of_start_means_and_candidates(echo):
    def chosen(start, candidates, means, iterations):
        trainer = trainer_on(echo, Scripted(candidates, means), start)
        final = trainer.finish(steps(trainer, iterations))
        return float(final.weights[0]), final.source, final.score

    every = JUDGE_EVERY
    quiet = [[0.1, 0.2]] * (every - 1)
    assert chosen(0.9, [*quiet, [0.3, 0.4]], [0.5], every) == (0.9, "start", pytest.approx(1.8))
    assert chosen(0.0, [*quiet, [0.7, 0.4]], [0.5], every) == (0.7, "candidate", pytest.approx(1.4))
    assert chosen(0.0, [*quiet, [0.3, 0.4]], [0.5], every) == (0.5, "mean", pytest.approx(1.0))
    # between two looks nothing is chosen; the last mean is tried in the end
    assert chosen(0.0, [[0.9, 0.4]], [0.3], every - 1) == (0.3, "mean", pytest.approx(0.6))


def test_an_episode_that_failed_counts_as_in_the_search(toys):
    # half of the seeds are odd, and fail
    task = make_task(f"{toys}:toys/Failing-v0", kwargs={"how": "raise in step"})
    optimiser = Scripted([[0.1, 0.2]], [0.1])
    trainer = ControlTrainer(Serial(task), compile_genome(WIRE), optimiser, np.zeros(1), 8, seed=0)
    state, info = trainer.step(trainer.init())
    odd = int((episode_seeds(0, Purpose.TUNE, 8, 1) % 2).sum())
    common = int((episode_seeds(0, Purpose.TUNE, TUNE_EPISODES) % 2).sum())
    assert 0 < odd < 8
    assert info.failed == common + 2 * odd
    # all that works earns 6, so the range is 0 and failures count 6 as well
    assert optimiser.told[0].tolist() == [6.0, 6.0]
    assert state.score == 6.0

    priced = make_task(f"{toys}:toys/Failing-v0", kwargs={"how": "raise in step"}, failure_return=-10.0)
    optimiser = Scripted([[0.1, 0.2]], [0.1])
    trainer = ControlTrainer(Serial(priced), compile_genome(WIRE), optimiser, np.zeros(1), 8, seed=0)
    trainer.step(trainer.init())
    assert optimiser.told[0] == pytest.approx([(6.0 * (8 - odd) - 10.0 * odd) / 8] * 2)


def test_an_iteration_in_which_all_fail_is_an_error_and_such_weights_are_never_chosen(toys):
    task = make_task(f"{toys}:toys/Failing-v0", kwargs={"how": "raise in step", "always": True})
    trainer = trainer_on(Serial(task), Scripted([[0.1, 0.2]], [0.1]))
    state = trainer.init()
    assert state.score == -math.inf
    with pytest.raises(EvaluationError, match="all 4 episodes of iteration 1 failed"):
        trainer.step(state)


@pytest.fixture(scope="module")
def cartpole(request):
    """CartPole with a small network, tuned by CMA-ES."""
    grow = request.getfixturevalue("grow")
    network = compile_genome(grow(4, 2, 8, seed=3)[1])
    task = make_task("CartPole-v1", max_episode_steps=60)

    def tuned(workers: int, iterations: int):
        start = np.full(network.n_connections, 0.3)
        optimiser = CmaEs(start, CmaSettings(population=8), 1)
        with ThreadPool(task, workers) as pool:
            return steps(ControlTrainer(pool, network, optimiser, start, 4, 1), iterations)

    return task, network, tuned


def test_workers_change_nothing(cartpole):
    _, _, tuned = cartpole
    one, three = tuned(1, 12), tuned(3, 12)
    assert one.method["mean"].tobytes() == three.method["mean"].tobytes()
    assert one.weights.tobytes() == three.weights.tobytes()
    assert one.score == three.score


def test_the_score_is_what_the_weights_earn(cartpole):
    task, network, tuned = cartpole
    state = tuned(2, 20)
    seeds = episode_seeds(1, Purpose.TUNE, TUNE_EPISODES)
    candidate = Candidate("tuned", network, state.weights[None])
    assert evaluate(task, candidate, Lanes.product(1, seeds)).mean == pytest.approx(state.score, rel=1e-12)
    assert (
        state.score
        > evaluate(task, Candidate("start", network, state.start[None]), Lanes.product(1, seeds)).mean
    )
