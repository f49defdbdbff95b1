"""Every compiled environment is held to the real one: by the step, in open loop and in closed loop."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from gymnasium import spaces

from wann.evaluation.lanes import Candidate, Lanes
from wann.evaluation.play import evaluate
from wann.network.plan import compile_genome
from wann.seeding import Purpose, episode_seeds
from wann.tasks.compiled import COMPILED
from wann.tasks.environments.environment import make_environment, make_task

# Environments that share their formulas with their kernels; the others use the C library's sine.
EXACT = {"wann_envs:wann/CartPoleSwingUp-v0"}
# Never terminated.
ENDLESS = {"Pendulum-v1"}
# The torque's cost is a float32, and powf squares it: 1 in 1400 is rounded the wrong way, by up to 2.4e-10.
REWARD_TOLERANCE = {"Pendulum-v1": 5e-10}
# Some hundred steps make 1e-9 of 1e-15, so that an action may come out differently near the end.
CHAOTIC = {"Acrobot-v1"}
# Returns that 20 random networks may earn: on the mountain, -200 unless the goal is reached.
LEAST_RETURNS = {"MountainCar-v0": 2}
WIDTH = 32

pytestmark = pytest.mark.parametrize("env", COMPILED)


@dataclass
class Step:
    """One step of a real environment: state, action as numbers, next state, what it sees there."""

    before: np.ndarray
    action: np.ndarray
    after: np.ndarray
    observation: np.ndarray
    reward: float
    terminated: bool


def play_real(env: str, seed: int, limit: int) -> list[Step]:
    """One episode under a random linear policy with some noise; such policies go everywhere."""
    dynamics, rng = make_task(env).dynamics, np.random.default_rng(seed)
    environment = make_environment(env, {}, limit)
    space = environment.action_space
    space.seed(seed)
    observation, _ = environment.reset(seed=seed)
    # a number is weighed by its range where it has one: a car's velocity is a hundredth of its position
    reach = np.maximum(np.abs(environment.observation_space.low), np.abs(environment.observation_space.high))
    reach = np.where(reach < 1e6, reach, 1.0)
    gains = rng.normal(size=(8, len(observation))) * rng.choice([0.1, 1.0, 10.0]) / reach
    start = observation
    steps, over = [], False
    while not over:
        if rng.random() < 0.1:
            action = space.sample()
        elif isinstance(space, spaces.Discrete):
            action = int(space.start + np.argmax(gains[: space.n] @ (observation - start)))
        else:
            size = int(np.prod(space.shape))
            action = np.clip(gains[:size] @ (observation - start), space.low.ravel(), space.high.ravel())
            action = action.astype(space.dtype).reshape(space.shape)
        number = action - space.start if isinstance(space, spaces.Discrete) else action
        before = dynamics.state_of(environment.unwrapped).copy()
        observation, reward, terminated, truncated, _ = environment.step(action)
        after = dynamics.state_of(environment.unwrapped).copy()
        flat = np.asarray(number, float).ravel()
        steps.append(Step(before, flat, after, np.ravel(observation), float(reward), terminated))
        over = terminated or truncated
    environment.close()
    return steps


_episodes: dict[str, list[list[Step]]] = {}


@pytest.fixture
def episodes(env):
    """Real episodes of at most 200 steps, 10,000 steps or more together."""
    if env not in _episodes:
        found, seed = [], 0
        while sum(map(len, found)) < 10_000:
            found.append(play_real(env, seed, 200))
            seed += 1
        _episodes[env] = found
    return _episodes[env]


def step_compiled(env: str, states: np.ndarray, actions: np.ndarray):
    """Next states, observations, rewards and ends of `(L, n)` states, block by block."""
    task = make_task(env)
    observe, step = task.dynamics.kernels(WIDTH)
    rows = []
    for first in range(0, len(states), WIDTH):
        count = len(states[first : first + WIDTH])
        state, action = np.zeros((task.dynamics.n_state, WIDTH)), np.zeros((actions.shape[1], WIDTH))
        state[:, :count], action[:, :count] = (
            states[first : first + count].T,
            actions[first : first + count].T,
        )
        reward, terminated, seen = (
            np.full(WIDTH, np.nan),
            np.full(WIDTH, np.nan),
            np.zeros((task.n_inputs, WIDTH)),
        )
        flat, sight = state.ravel(), seen.ravel()
        step(flat, action.ravel(), reward, terminated)
        observe(flat, sight)
        block = flat.reshape(-1, WIDTH).T, sight.reshape(-1, WIDTH).T, reward, terminated
        rows.append([part[:count] for part in block])
    return [np.concatenate(parts) for parts in zip(*rows, strict=True)]


def test_one_step_from_each_visited_state_is_the_real_one(env, episodes):
    steps = [step for episode in episodes for step in episode]
    before, action, real = (
        np.array([getattr(s, name) for s in steps]) for name in ("before", "action", "after")
    )
    after, observations, rewards, terminated = step_compiled(env, before, action)
    assert len(steps) >= 10_000
    if env in EXACT:
        assert after.tobytes() == real.tobytes()
        assert rewards.tolist() == [s.reward for s in steps]
    np.testing.assert_allclose(after, real, rtol=1e-12, atol=1e-12)
    most = REWARD_TOLERANCE.get(env, 1e-12)
    np.testing.assert_allclose(rewards, [s.reward for s in steps], rtol=most, atol=most)
    assert terminated.tolist() == [float(s.terminated) for s in steps]
    seen = np.array([s.observation for s in steps])
    assert seen.dtype == np.float32
    assert (np.abs(observations - seen) <= np.spacing(np.abs(seen))).all()
    assert (observations == observations.astype(np.float32)).all()


def test_visited_states_include_ends_and_long_episodes(env, episodes):
    assert any(episode[-1].terminated for episode in episodes) is (env not in ENDLESS)
    assert sum(len(episode) == 200 for episode in episodes) >= 3


def test_open_loop_runs_alongside_the_real_one(env, episodes):
    for episode in sorted(episodes, key=len)[-30:]:
        state = episode[0].before[None]
        for step in episode:
            state, _, reward, terminated = step_compiled(env, state, step.action[None])
            np.testing.assert_allclose(state[0], step.after, rtol=1e-9, atol=1e-9)
            assert reward[0] == pytest.approx(step.reward, rel=1e-9, abs=1e-9)
            assert bool(terminated[0]) == step.terminated


def test_formulas_give_the_bits_of_the_kernels(env, episodes):
    dynamics = make_task(env).dynamics
    steps = [step for episode in episodes for step in episode][:2000]
    before, action = (np.array([getattr(s, name) for s in steps]) for name in ("before", "action"))
    after, observations, rewards, terminated = step_compiled(env, before, action)
    *state, reward, ended = dynamics.advance(*before.T, *action.T)
    assert np.array(state).T.tobytes() == after.tobytes()
    assert np.broadcast_to(reward, len(steps)).astype(float).tobytes() == rewards.tobytes()
    assert np.broadcast_to(ended, len(steps)).astype(float).tobytes() == terminated.tobytes()
    assert np.array(dynamics.observe(tuple(state))).T.tobytes() == observations.tobytes()


def test_a_lane_does_not_see_its_neighbours(env, episodes):
    steps = episodes[0][:20]
    before, action = (np.array([getattr(s, name) for s in steps]) for name in ("before", "action"))
    together = step_compiled(env, before, action)
    for k in range(len(steps)):
        alone = step_compiled(env, before[k : k + 1], action[k : k + 1])
        assert all(a[0].tolist() == t[k].tolist() for a, t in zip(alone, together, strict=True))


def test_genomes_earn_the_same_in_closed_loop(env, grow):
    compiled, general = make_task(env), make_task(env, compiled=False)
    lanes = Lanes.product(2, episode_seeds(3, Purpose.TEST, 2 if env == "CartPole-v1" else 1))
    spread, same, gaps = [], [], []
    for seed in range(20):
        genome = grow(compiled.n_inputs, compiled.n_outputs, 20, seed)[0]
        candidate = Candidate.shared("grown", compile_genome(genome), [-1.5, 1.0])
        fast, real = evaluate(compiled, candidate, lanes), evaluate(general, candidate, lanes)
        assert real.error is None
        if env in EXACT:
            assert fast.returns.tolist() == real.returns.tolist()
        alike = np.isclose(fast.returns, real.returns, rtol=1e-6, atol=0.0)
        same += (alike & (fast.metrics["steps"] == real.metrics["steps"])).tolist()
        gaps += (fast.returns - real.returns).tolist()
        spread.append(real.mean)
    assert np.mean(same) >= (0.95 if env in CHAOTIC else 1.0)
    assert abs(np.mean(gaps)) <= np.std(spread) / np.sqrt(len(spread))
    assert len(set(spread)) >= LEAST_RETURNS.get(env, 8)


def test_an_episode_is_cut_off_at_the_same_step(env, grow):
    lanes = Lanes.product(1, np.arange(4))
    for limit in (1, 3):
        tasks = [make_task(env, max_episode_steps=limit, compiled=compiled) for compiled in (True, False)]
        candidate = Candidate.shared(
            "any", compile_genome(grow(tasks[0].n_inputs, tasks[0].n_outputs, 5, 0)[0]), [1.0]
        )
        fast, real = (evaluate(task, candidate, lanes) for task in tasks)
        assert fast.metrics["steps"].tolist() == real.metrics["steps"].tolist() == [limit] * 4
        np.testing.assert_allclose(fast.returns, real.returns, rtol=1e-12)
