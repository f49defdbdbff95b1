"""What is seen to what is done: by the rules of the spaces, whatever they are."""

from __future__ import annotations

import numpy as np
import pytest

from wann.evaluation.players.stepped.policy import Policy
from wann.network.plan import compile_genome
from wann.network.reference import forward
from wann.tasks.environments.environment import environment_of, make_task

ACTIONS = ["unit", "scalar", "grid", "bytes", "whole", "free", "halves", "discrete", "multi", "shifted"]


@pytest.mark.parametrize("actions", [*ACTIONS, "table", "lamps", "board"])
@pytest.mark.parametrize("observations", ["unit", "scalar", "grid", "bytes", "discrete", "nested"])
def test_an_action_has_the_bits_of_the_rules(toys, grow, actions, observations):
    task = make_task(f"{toys}:toys/Mirror-v0", kwargs={"actions": actions, "observations": observations})
    network = compile_genome(grow(task.n_inputs, task.n_outputs, 6, seed=1)[0])
    policy, environment = Policy(task, network), environment_of(task)
    policy.weigh(np.array([0.8]))
    seen, _ = environment.reset(seed=5)
    for _ in range(5):
        outputs = forward(network, np.array([[0.8]]), task.observations.read(seen)[None])
        expected, action = task.actions.act(task.actions.decode(outputs)[0]), policy(seen)
        assert type(action) is type(expected)
        assert np.asarray(action).dtype == np.asarray(expected).dtype
        assert np.asarray(action).shape == np.asarray(expected).shape
        assert np.asarray(action).tobytes() == np.asarray(expected).tobytes()
        seen = environment.step(action)[0]


def test_an_action_is_the_environment_s_to_keep(toys, grow):
    task = make_task(f"{toys}:toys/Echo-v0")
    policy = Policy(task, compile_genome(grow(1, 1, 3, seed=2)[0]))
    policy.weigh(np.array([1.0]))
    first = policy(np.array([0.1]))
    kept = first.copy()
    policy(np.array([-0.9]))
    assert first.tobytes() == kept.tobytes()
