"""What Gymnasium puts around an environment is passed by only where that changes nothing."""

from __future__ import annotations

import gymnasium
import numpy as np
import pytest
from gymnasium.wrappers import OrderEnforcing, TimeLimit, TransformReward

from wann.evaluation.players.stepped.episode import Episode
from wann.tasks.environments.bare import bare_step
from wann.tasks.environments.environment import environment_of, make_task


@pytest.mark.parametrize("env", ["CartPole-v1", "Pendulum-v1", "FrozenLake-v1"])
def test_an_episode_is_as_long_and_earns_as_much_as_a_loop_of_gymnasium_s(env):
    task = make_task(env, max_episode_steps=30, compiled=False)
    plain, actions = gymnasium.make(env, max_episode_steps=30), np.random.default_rng(4)
    for seed in range(5):
        ours = Episode(task, environment_of(task), seed)
        seen, _ = plain.reset(seed=seed)
        earned, over = 0.0, False
        while not over:
            assert np.array_equal(ours.seen, seen)
            action = task.actions.act(task.actions.decode(actions.uniform(-1, 1, (1, task.n_outputs)))[0])
            seen, reward, terminated, truncated, _ = plain.step(action)
            earned, over = earned + float(reward), terminated or truncated
            assert ours.step(action) == over
        assert ours.earned == earned


class Mine(TimeLimit):
    """A wrapper of one's own that is a time limit too."""


def test_whatever_is_not_gymnasium_s_own_takes_part():
    bare = gymnasium.make("CartPole-v1").unwrapped
    inner = OrderEnforcing(bare)
    assert bare_step(TimeLimit(inner, 9), 9) == bare.step
    for outer in (TimeLimit(inner, 8), Mine(inner, 9), TransformReward(TimeLimit(inner, 9), abs), inner):
        assert bare_step(outer, 9) == outer.step
    shaped = TransformReward(bare, abs)
    assert bare_step(TimeLimit(shaped, 9), 9) == shaped.step
