"""The swing-up environment: its physics against independent mechanics, its interface against Gymnasium's."""

import importlib
import subprocess
import sys

import gymnasium
import numba
import numpy as np
import pytest
from gymnasium.error import ResetNeeded
from gymnasium.utils.env_checker import check_env

import wann_envs
from wann import formulas
from wann.jit import compiled_formula
from wann_envs import physics
from wann_envs.cartpole_swingup import CartPoleSwingUpEnv

ID = "wann_envs:wann/CartPoleSwingUp-v0"


def random_states(count, seed=0):
    """Return x, x', th, th', cos th, sin th and actions: seven arrays of `count` values."""
    rng = np.random.default_rng(seed)
    x, x_dot, theta, theta_dot, action = (
        rng.uniform(-width, width, count) for width in (2.5, 5.0, 12.0, 15.0, 1.0)
    )
    return x, x_dot, theta, theta_dot, formulas.cos(theta), formulas.sin(theta), action


def start(*state):
    """Return the six values of a state from its first four."""
    x, x_dot, theta, theta_dot = (np.asarray(value, dtype=float) for value in state)
    return x, x_dot, theta, theta_dot, formulas.cos(theta), formulas.sin(theta)


def simulate(state, action, steps):
    for _ in range(steps):
        *state, _, _ = physics.advance(*state, action)
    return state


@pytest.fixture
def env():
    environment = gymnasium.make(ID).unwrapped
    assert isinstance(environment, CartPoleSwingUpEnv)
    yield environment
    environment.close()


# The formulas


def test_one_step_is_that_of_the_published_equations():
    x, v, th, w, _, _, action = states = random_states(20_000)
    g, m_c, m_p, length, b, dt = 9.82, 0.5, 0.5, 0.6, 0.1, 0.01
    m, force, s, c = m_c + m_p, 10.0 * action, np.sin(th), np.cos(th)
    v_dot = (-2 * m_p * length * w**2 * s + 3 * m_p * g * s * c + 4 * force - 4 * b * v) / (
        4 * m - 3 * m_p * c**2
    )
    w_dot = (-3 * m_p * length * w**2 * s * c + 6 * m * g * s + 6 * (force - b * v) * c) / (
        4 * length * m - 3 * m_p * length * c**2
    )
    new_x, new_th = x + dt * v, th + dt * w
    reward = (np.cos(new_th) + 1) / 2 * np.cos(np.pi / 2 * new_x / 2.4)
    expected = (new_x, v + dt * v_dot, new_th, w + dt * w_dot, np.cos(new_th), np.sin(new_th), reward)
    *found, terminated = physics.advance(*states)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(terminated, np.abs(new_x) > 2.4)
    assert 0 < terminated.sum() < len(x)


# A rod's mechanics is that of two point masses of half its weight at the Gauss-Legendre points: exact, since
# nothing in it is of higher than second degree along the rod.
ROD = [(physics.POLE_MASS / 2, physics.LENGTH * (0.5 + sign / np.sqrt(12.0))) for sign in (-1, 1)]


def test_accelerations_obey_dalembert_for_a_cart_with_a_uniform_rod():
    _, x_dot, _, theta_dot, c, s, action = states = random_states(2000, seed=1)
    _, new_x_dot, _, new_theta_dot, *_ = physics.advance(*states)
    x_acc, theta_acc = (new_x_dot - x_dot) / physics.DT, (new_theta_dot - theta_dot) / physics.DT
    along_track = physics.CART_MASS * x_acc
    around_axle = np.zeros_like(x_acc)
    for mass, r in ROD:  # a point of the rod is at (x - r sin th, r cos th)
        a_x = x_acc - r * theta_acc * c + r * theta_dot**2 * s
        a_y = -r * theta_acc * s - r * theta_dot**2 * c
        along_track += mass * a_x
        around_axle += mass * (-r * c * a_x - r * s * (a_y + physics.GRAVITY))
    np.testing.assert_allclose(along_track, 10.0 * action - 0.1 * x_dot, atol=1e-10)
    np.testing.assert_allclose(around_axle, 0.0, atol=1e-10)


def energy(x, x_dot, theta, theta_dot, cos_theta, sin_theta):
    total = physics.CART_MASS * x_dot**2 / 2
    for mass, r in ROD:
        v_x, v_y = x_dot - r * theta_dot * cos_theta, -r * theta_dot * sin_theta
        total = total + mass * ((v_x**2 + v_y**2) / 2 + physics.GRAVITY * r * cos_theta)
    return total


def test_energy_is_conserved_without_friction_as_steps_get_small(monkeypatch):
    rng = np.random.default_rng(2)
    state = start(np.zeros(50), rng.normal(size=50), rng.uniform(-np.pi, np.pi, 50), rng.normal(size=50) * 5)
    before = energy(*state)
    monkeypatch.setattr(physics, "FRICTION", 0.0)
    drift = {}
    for dt in (1e-3, 2e-4):
        monkeypatch.setattr(physics, "DT", dt)
        drift[dt] = np.abs(energy(*simulate(state, 0.0, round(0.5 / dt))) - before).max()
    assert drift[2e-4] < 5e-3 * np.ptp(before)
    assert drift[1e-3] / drift[2e-4] == pytest.approx(5.0, rel=0.1)  # Euler's method: first order


def test_friction_only_takes_energy(monkeypatch):
    monkeypatch.setattr(physics, "DT", 1e-3)
    monkeypatch.setattr(physics, "FRICTION", 5.0)
    state = start(0.0, 0.5, np.pi + 0.5, 0.0)
    levels = [energy(*state)]
    for _ in range(10):
        state = simulate(state, 0.0, 500)
        levels.append(energy(*state))
    assert (np.diff(levels) < 0).all()


def test_upright_is_an_exact_equilibrium_and_unstable():
    assert simulate(start(0, 0, 0, 0), 0.0, 100)[:4] == [0, 0, 0, 0]
    leaning = simulate(start(0, 0, 1e-6, 0), 0.0, 100)
    assert leaning[2] > 1e-4


def test_hanging_is_an_equilibrium_and_small_swings_have_the_period_of_the_linear_theory():
    x, x_dot, theta, theta_dot, *_ = simulate(start(0, 0, np.pi, 0), 0.0, 1000)
    np.testing.assert_allclose([x, x_dot, theta - np.pi, theta_dot], 0.0, atol=1e-12)
    state, angles = start(0, 0, np.pi + 1e-3, 0), []
    for _ in range(1000):
        state = simulate(state, 0.0, 1)
        angles.append(state[2] - np.pi)
    assert max(np.abs(angles)) < 1e-2
    crossings = np.flatnonzero(np.diff(np.sign(angles)))
    # Free cart and rod: omega^2 = (g / l) 6 M / (4 M - 3 m_p), since the cart gives way to the rod.
    half_period = np.pi / np.sqrt(9.82 / 0.6 * 6 * 1.0 / (4 * 1.0 - 3 * 0.5))
    assert np.diff(crossings).mean() * physics.DT == pytest.approx(half_period, rel=0.02)


def test_mirrored_states_stay_mirrored_to_the_last_bit():
    x, x_dot, theta, theta_dot, c, s, action = states = random_states(5000, seed=3)
    here = physics.advance(*states)
    there = physics.advance(-x, -x_dot, -theta, -theta_dot, c, -s, -action)
    signs = (-1, -1, -1, -1, 1, -1, 1, 1)
    for value, mirrored, sign in zip(here, there, signs, strict=True):
        np.testing.assert_array_equal(value, sign * mirrored)


@pytest.mark.parametrize(
    ("x", "theta", "expected"),
    [
        (0.0, 0.0, 1.0),
        (0.0, np.pi, 0.0),
        (0.0, np.pi / 2, 0.5),
        (0.0, -np.pi / 3, 0.75),
        (1.2, 0.0, np.sqrt(0.5)),
        (-1.6, 2 * np.pi, 0.5),
        (2.4, 0.0, 0.0),
    ],
)
def test_reward_of_known_states(x, theta, expected):
    *_, reward, _ = physics.advance(*start(x, 0, theta, 0), 0.0)
    assert reward == pytest.approx(expected, abs=1e-13)


@pytest.mark.parametrize("side", [-1.0, 1.0])
def test_terminates_beyond_the_track_only(side):
    assert not physics.advance(*start(side * 2.4, 0, 0, 0), 0.0)[-1]
    assert physics.advance(*start(side * np.nextafter(2.4, 3), 0, 0, 0), 0.0)[-1]
    assert physics.advance(*start(side * 2.395, side, 0, 0), 0.0)[-1]
    assert not physics.advance(*start(side * 2.405, -side, 0, 0), 0.0)[-1]


@pytest.fixture(scope="module")
def run_compiled():
    step = compiled_formula(physics.advance)

    @numba.njit(error_model="numpy")
    def run(x, x_dot, theta, theta_dot, cos_theta, sin_theta, action, out):
        for i in range(len(x)):
            (out[0, i], out[1, i], out[2, i], out[3, i], out[4, i], out[5, i], out[6, i], terminated) = step(
                x[i], x_dot[i], theta[i], theta_dot[i], cos_theta[i], sin_theta[i], action[i]
            )
            out[7, i] = 1.0 if terminated else 0.0

    return run


def test_floats_arrays_and_compiled_code_give_the_same_bits(run_compiled):
    states = random_states(1000, seed=4)
    of_arrays = np.array(physics.advance(*states), dtype=float)
    of_floats = np.array([physics.advance(*map(float, lane)) for lane in zip(*states, strict=True)]).T
    compiled = np.empty((8, 1000))
    run_compiled(*states, compiled)
    assert of_floats.tobytes() == of_arrays.tobytes()
    assert compiled.tobytes() == of_arrays.tobytes()


def test_an_episode_of_the_environment_is_the_compiled_one_to_the_last_bit(env, run_compiled):
    env.reset(seed=5)
    rng = np.random.default_rng(5)
    state, out = env.state.reshape(6, 1), np.empty((8, 1))
    for _ in range(300):
        action = rng.uniform(-1, 1, 1)
        _, reward, terminated, _, _ = env.step(action)
        run_compiled(*state, action, out)
        assert env.state.tobytes() == out[:6].tobytes()
        assert (reward, float(terminated)) == (out[6, 0], out[7, 0])
        state = out[:6].copy()


# The environment


# Positions and velocities have no natural bound; Gymnasium's checker warns of that, of CartPole-v1 as well.
@pytest.mark.filterwarnings("ignore:.*A Box observation space m(in|ax)imum value is -?infinity:UserWarning")
def test_gymnasium_finds_nothing_wrong(env, monkeypatch):
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    check_env(env)


def test_spaces(env):
    inf = np.inf
    assert env.observation_space.low.tolist() == [-inf, -inf, -1, -1, -inf]
    assert env.observation_space.high.tolist() == [inf, inf, 1, 1, inf]
    assert env.observation_space.dtype == np.float32
    assert env.action_space == gymnasium.spaces.Box(-1, 1, (1,), np.float32)


def test_observation_is_the_rounded_state_and_never_leaves_its_space(env):
    env.reset(seed=0)
    for quarter in range(-40, 41):
        for nudge in (-1e-15, 0.0, 1e-9):
            env.state = np.array(start(0.3, -1.7, quarter * np.pi / 2 + nudge, 0.0))
            observation, *_ = env.step(np.zeros(1))
            assert env.observation_space.contains(observation)
            x, x_dot, theta, theta_dot, _, _ = env.state
            expected = np.array([x, x_dot, np.cos(theta), np.sin(theta), theta_dot])
            np.testing.assert_allclose(observation, expected, rtol=1e-7, atol=1e-13)


def test_actions_are_clipped_and_not_rounded(env):
    def velocity_after(action):
        env.reset(seed=0)
        env.step(action)
        return env.state[1]

    assert velocity_after(np.array([7.0])) == velocity_after(np.array([1.0]))
    assert velocity_after([-np.inf]) == velocity_after(np.array([-1.0], dtype=np.float32))
    assert velocity_after(np.array([0.1])) != velocity_after(np.array([0.1], dtype=np.float32))
    assert velocity_after(0.5) == velocity_after(np.array([0.5]))


@pytest.mark.parametrize("action", [[np.nan], [0.1, 0.2], []])
def test_impossible_actions_are_refused_and_change_nothing(env, action):
    env.reset(seed=0)
    before = env.state.copy()
    with pytest.raises(ValueError, match="one number"):
        env.step(np.array(action))
    np.testing.assert_array_equal(env.state, before)


def test_needs_a_reset_first():
    environment = CartPoleSwingUpEnv(render_mode="rgb_array")
    with pytest.raises(ResetNeeded):
        environment.step(np.zeros(1))
    with pytest.raises(ResetNeeded):
        environment.render()


def test_leaving_the_track_ends_the_episode():
    environment = gymnasium.make(ID)
    environment.reset(seed=0)
    terminated = truncated = False
    while not (terminated or truncated):
        observation, reward, terminated, truncated, _ = environment.step(np.ones(1, dtype=np.float32))
    assert terminated
    assert not truncated
    assert observation[0] > 2.4
    assert -0.1 < reward <= 0


def test_is_truncated_after_1000_steps():
    environment = gymnasium.make(ID)
    (x, x_dot, *_), _ = environment.reset(seed=0)
    for step in range(1, 1001):
        action = np.array([-0.1 * (x + x_dot)], dtype=np.float32)
        (x, x_dot, *_), _, terminated, truncated, _ = environment.step(action)
        assert not terminated
        assert truncated == (step == 1000)


def test_start_states_follow_the_published_distribution(env):
    env.reset(seed=0)
    starts = []
    for _ in range(4000):
        env.reset()
        starts.append(env.state[:4])
    error = 0.2 / np.sqrt(4000)
    np.testing.assert_allclose(np.mean(starts, axis=0), [0, 0, np.pi, 0], atol=4 * error)
    np.testing.assert_allclose(np.std(starts, axis=0), 0.2, atol=4 * error / np.sqrt(2))
    np.testing.assert_allclose(np.corrcoef(starts, rowvar=False), np.eye(4), atol=0.07)


def test_a_seed_decides_the_episode(env):
    first, info = env.reset(seed=7)
    assert info == {}
    expected = np.random.default_rng(7).normal([0, 0, np.pi, 0], 0.2)
    np.testing.assert_array_equal(env.state[:4], expected)
    np.testing.assert_array_equal(env.state[4:], [formulas.cos(expected[2]), formulas.sin(expected[2])])
    again, _ = env.reset(seed=7)
    np.testing.assert_array_equal(first, again)
    assert (env.reset()[0] != first).all()
    assert (env.reset(seed=8)[0] != first).all()


def test_importing_again_is_safe():
    spec = gymnasium.spec(wann_envs.CARTPOLE_SWINGUP)
    importlib.reload(wann_envs)
    assert gymnasium.spec(wann_envs.CARTPOLE_SWINGUP) is spec


def test_a_fresh_process_finds_it_by_name_and_imports_pygame_only_to_draw(tmp_path):
    program = f"""
import sys, gymnasium
env = gymnasium.make({ID!r}, render_mode="rgb_array")
env.reset(seed=0)
env.step(env.action_space.sample())
assert "pygame" not in sys.modules and "numba" not in sys.modules
assert env.spec.max_episode_steps == 1000
env.render()
"""
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


# The picture


def frame_of(*state):
    environment = CartPoleSwingUpEnv(render_mode="rgb_array")
    environment.reset(seed=0)
    environment.state = np.array(start(*state))
    return environment.render()


def test_frames_need_no_display_and_show_the_pole(monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setenv("SDL_VIDEODRIVER", "none-such")
    frame = frame_of(0, 0, 0.5, 0)
    assert (frame.shape, frame.dtype) == ((400, 600, 3), np.uint8)
    np.testing.assert_array_equal(frame[0, 0], [255, 255, 255])
    np.testing.assert_array_equal(frame, frame_of(0, 0, 0.5, 0))
    assert (frame != frame_of(0, 0, 0.51, 0)).any()
    assert (frame != frame_of(0.01, 0, 0.5, 0)).any()


def test_the_pole_is_drawn_on_the_side_to_which_the_physics_lets_it_fall():
    # A push to the right leaves the upright pole behind, on the left, where sin(theta) > 0.
    assert physics.advance(*start(0, 0, 0, 0), 1.0)[3] > 0
    changed = (frame_of(0, 0, 1.0, 0) != frame_of(0, 0, np.pi, 0)).any(axis=2)
    above = changed[:180]
    assert above[:, :300].any()
    assert not above[:, 300:].any()


def test_a_cart_far_away_is_outside_the_picture():
    np.testing.assert_array_equal(frame_of(500.0, 0, 0, 0), frame_of(1000.0, 0, 0, 0))


def test_window(monkeypatch):
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    environment = gymnasium.make(ID, render_mode="human")
    environment.reset(seed=0)
    environment.step(np.zeros(1, dtype=np.float32))
    assert environment.render() is None
    environment.close()
    environment.close()


def test_render_modes_are_checked():
    with pytest.raises(ValueError, match="render_mode"):
        CartPoleSwingUpEnv(render_mode="ansi")
    environment = CartPoleSwingUpEnv()
    environment.reset(seed=0)
    with pytest.warns(UserWarning, match="without a render_mode"):
        assert environment.render() is None
