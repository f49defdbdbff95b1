"""The states that a network visits, whatever happens to an episode."""

from __future__ import annotations

import gymnasium
import numpy as np
import pytest

from wann.errors import EvaluationError
from wann.evaluation.visited import visited_states
from wann.genome.genome import Genome
from wann.network.batch import WIDTH
from wann.network.plan import compile_genome
from wann.tasks.environments.environment import make_task

WIRE = compile_genome(Genome(1, 1, [0], [1], [2], [True], [0]))
ONE = np.ones((1, 1))


@pytest.mark.parametrize("episodes", [1, 3, WIDTH + 2])
def test_episodes_come_one_after_the_other(toys, episodes):
    seeds = np.arange(10, 10 + episodes)
    task = make_task(f"{toys}:toys/Mirror-v0")
    states, steps = visited_states(task, WIRE, ONE, seeds)
    expected = []
    for seed in seeds.tolist():
        environment = gymnasium.make("toys/Mirror-v0")
        expected.append(environment.reset(seed=seed)[0])
        expected += [
            environment.step(np.zeros(1, np.float32))[0] for _ in range(4)
        ]  # the fifth is not acted on
    assert states.dtype == np.float64
    assert np.array_equal(states, np.array(expected))
    assert steps == 5 * episodes


@pytest.mark.parametrize(("how", "seen"), [("raise in step", 3), ("nan reward", 3), ("raise in reset", 0)])
def test_an_episode_that_fails_counts_up_to_there(toys, how, seen):
    task = make_task(f"{toys}:toys/Failing-v0", kwargs={"how": how})
    states, steps = visited_states(task, WIRE, ONE, np.array([2, 3, 4]))
    assert len(states) == steps == 6 + seen + 6


def test_no_state_at_all_is_said(toys):
    task = make_task(f"{toys}:toys/Failing-v0", kwargs={"how": "raise in reset"})
    with pytest.raises(EvaluationError, match="all 2 episodes failed before their first step"):
        visited_states(task, WIRE, ONE, np.array([1, 3]))
