"""Episodes in real environments: each its own, and a failure costs one episode."""

from __future__ import annotations

import gymnasium
import numpy as np
import pytest

from wann.evaluation.lanes import Candidate, Lanes
from wann.evaluation.play import evaluate
from wann.genome.genome import Genome
from wann.network.plan import compile_genome
from wann.network.reference import forward
from wann.tasks.environments.environment import make_task

# Seeds of both kinds: odd ones fail.
LANES = Lanes.product(2, np.array([2, 4, 7, 6, 3, 8]))
GOOD = (LANES.episode_seed % 2 == 0).tolist()


def straight(n_inputs: int = 1) -> Genome:
    """Input 1 -> output."""
    return Genome(n_inputs, 1, [0], [1], [n_inputs + 1], [True], [0])


@pytest.fixture
def echo(toys):
    return make_task(f"{toys}:toys/Echo-v0", kwargs={"length": 3})


def test_returns_are_the_sums_of_rewards(echo):
    candidate = Candidate.shared("straight", compile_genome(straight()), [-2.0, -0.5, 0.0, 0.25, 1.0, 7.0])
    result = evaluate(echo, candidate, Lanes.product(6, np.array([0])))
    assert result.returns.tolist() == [-3.0, -1.5, 0.0, 0.75, 3.0, 3.0]
    assert result.metrics["steps"].tolist() == [3.0] * 6
    assert result.error is None


@pytest.mark.parametrize("count", [1, 63, 64, 65, 150])
def test_any_number_of_lanes_is_played(echo, count):
    weights = np.linspace(-1, 1, count).reshape(-1, 1)
    result = evaluate(
        echo, Candidate("straight", compile_genome(straight()), weights), Lanes.pairing(np.arange(count))
    )
    np.testing.assert_allclose(result.returns, 3 * weights[:, 0], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("env", ["Pendulum-v1", "MountainCarContinuous-v0", "Acrobot-v1", "CartPole-v1"])
def test_an_episode_is_that_of_a_bare_loop(grow, env):
    task = make_task(env, compiled=False, max_episode_steps=40)
    network = compile_genome(grow(task.n_inputs, task.n_outputs, 12, seed=1)[0])
    lanes = Lanes.product(2, np.array([11, 12]))
    result = evaluate(task, Candidate.shared("any", network, [-1.0, 2.0]), lanes)
    for lane, (row, seed) in enumerate(zip(lanes.weight_row, lanes.episode_seed, strict=True)):
        environment = gymnasium.make(env, max_episode_steps=40)
        observation, _ = environment.reset(seed=int(seed))
        total, steps, over = 0.0, 0, False
        while not over:
            outputs = forward(network, np.array([[[-1.0, 2.0][row]]]), np.asarray(observation, float)[None])
            space = environment.action_space
            if isinstance(space, gymnasium.spaces.Discrete):
                action = int(np.argmax(outputs[0]))
            else:
                unit = (np.clip(outputs[0], -1, 1) + 1) / 2
                action = (space.low + unit * (space.high - space.low)).astype(np.float32)
            observation, reward, terminated, truncated, _ = environment.step(action)
            total, steps, over = total + float(reward), steps + 1, terminated or truncated
        environment.close()
        assert result.metrics["steps"][lane] == steps
        assert result.returns[lane] == pytest.approx(total, rel=1e-6)


HOW = [
    "raise in reset",
    "raise in step",
    "nan reward",
    "no reward",
    "infinite reward",
    "nan observation",
    "long observation",
    "text observation",
    "no observation",
    "old step",
    "exit",
    "raise in close",
]


@pytest.mark.parametrize("how", HOW)
def test_a_failure_costs_its_own_episode_alone(toys, how):
    task = make_task(f"{toys}:toys/Failing-v0", kwargs={"how": how})
    result = evaluate(task, Candidate.shared("straight", compile_genome(straight()), [-1.0, 1.0]), LANES)
    if how == "raise in close":  # the episode was over, what it earned counts
        assert result.returns.tolist() == [6.0] * len(LANES)
        return
    assert np.isnan(result.returns).tolist() == [not good for good in GOOD]
    assert set(result.returns[GOOD]) == {6.0}
    assert result.error is not None
    assert "Traceback" in result.error


@pytest.mark.parametrize(
    ("how", "words", "step"),
    [("raise in reset", "reset of seed 7", 0), ("raise in step", "step of seed 7", 2)],
)
def test_the_first_traceback_is_kept(toys, how, words, step):
    task = make_task(f"{toys}:toys/Failing-v0", kwargs={"how": how})
    result = evaluate(task, Candidate.shared("straight", compile_genome(straight()), [-1.0, 1.0]), LANES)
    assert result.error is not None
    assert result.error.startswith(f"The episode with seed 7 failed at step {step}:\nTraceback")
    assert result.error.rstrip().endswith(words)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("long observation", "ValueError: expected an observation of shape (1,), got (2,)"),
        ("text observation", "ValueError: expected numbers of shape (1,), got 'here'"),
        ("no observation", "ValueError: the observation is not finite: [nan]"),
        ("nan reward", "ValueError: the reward is nan"),
        ("no reward", "TypeError: float() argument must be"),
        ("old step", "ValueError: not enough values to unpack (expected 5, got 4)"),
    ],
)
def test_what_an_environment_does_wrong_is_told(toys, how, words):
    task = make_task(f"{toys}:toys/Failing-v0", kwargs={"how": how})
    error = evaluate(
        task, Candidate.shared("straight", compile_genome(straight()), [1.0]), LANES.part(slice(0, 6))
    ).error
    assert error is not None
    assert words in error


@pytest.mark.parametrize("how", ["array reward", "boolean reward"])
def test_a_reward_may_be_any_kind_of_number(toys, how):
    task = make_task(f"{toys}:toys/Failing-v0", kwargs={"how": how})
    result = evaluate(task, Candidate.shared("straight", compile_genome(straight()), [1.0, 2.0]), LANES)
    assert result.returns.tolist() == [6.0] * len(LANES)


def test_an_environment_may_change_what_it_was_given(toys):
    given = {"notes": []}
    task = make_task(f"{toys}:toys/Notes-v0", kwargs=given)
    result = evaluate(
        task, Candidate.shared("straight", compile_genome(straight()), [1.0]), Lanes.product(1, np.arange(9))
    )
    assert result.returns.tolist() == [1.0] * 9
    assert given == {"notes": []}


def test_an_environment_that_cannot_start_is_closed(toys, monkeypatch):
    task = make_task(f"{toys}:toys/Failing-v0", kwargs={"how": "raise in reset"})
    closed = []
    monkeypatch.setattr(gymnasium.Wrapper, "close", lambda self: closed.append(self))
    evaluate(
        task,
        Candidate.shared("straight", compile_genome(straight()), [1.0]),
        Lanes.product(1, np.array([1, 3])),
    )
    assert len(closed) == 2


def test_steps_of_failed_episodes_are_counted(toys):
    task = make_task(f"{toys}:toys/Failing-v0", kwargs={"how": "nan observation"})
    result = evaluate(
        task, Candidate.shared("straight", compile_genome(straight()), [1.0]), Lanes.product(1, np.arange(4))
    )
    assert result.metrics["steps"][[0, 2]].tolist() == [6.0, 6.0]
    assert (result.metrics["steps"][[1, 3]] >= 2).all()


def test_views_of_an_evaluation_with_failures_are_not_numbers(toys):
    task = make_task(f"{toys}:toys/Failing-v0", kwargs={"how": "nan reward"})
    result = evaluate(
        task, Candidate.shared("straight", compile_genome(straight()), [1.0]), Lanes.product(1, np.arange(4))
    )
    assert np.isnan(result.mean)
