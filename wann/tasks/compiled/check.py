"""Hold compiled dynamics to the real environment: `check_dynamics("module:id")` raises where they differ.

Real episodes are played under random policies. From each visited state the kernel's step must lead where
the real one led; the formulas must give the bits of the kernels, whatever the block's width; and the
formulas, left to themselves, must stay beside the real episode. `docs/environments.md` says more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from wann.errors import DynamicsDiffer
from wann.tasks.compiled import dynamics_of
from wann.tasks.compiled.recording import Steps, record, run_kernels
from wann.tasks.environments.environment import make_environment, make_task
from wann.tasks.task import Task

WIDTHS = (8, 24)
_STARTS = 10
_PARTS = ("state", "observation", "reward", "end")

_Place = Callable[[int], str]


@dataclass(frozen=True)
class Checked:
    """What was compared, and the largest differences, relative to max(1, |real|).

    Attributes:
        episodes, steps, ended: real episodes, their steps, and how many of them were terminated.
        state, reward: the difference after one step.
        drift: that of the state over whole episodes; None where it was not asked for.
    """

    episodes: int
    steps: int
    ended: int
    state: float
    reward: float
    drift: float | None


def check_dynamics(
    env: str,
    *,
    steps: int = 10_000,
    episode_steps: int = 200,
    tolerance: float = 1e-12,
    reward_tolerance: float | None = None,
    drift: float | None = 1e-9,
    seed: int = 0,
) -> Checked:
    """Compare the compiled dynamics of an environment with the environment.

    Args:
        env: the id as configs write it.
        steps: real steps to compare, at least.
        episode_steps: real episodes are cut off after so many.
        tolerance: largest difference after one step, relative to max(1, |real|). A number that the real
            environment rounds to single precision may differ by one unit in that one's last place instead.
        reward_tolerance: the same for rewards; None: `tolerance`.
        drift: largest difference of the state at any step of an episode that the formulas play alone, from
            the same start with the same actions; None: don't look, as a chaotic environment demands.
        seed: of the first episode; the others count up from it.

    Raises:
        DynamicsDiffer: the first place where they differ, with both numbers.
        TaskError: the environment cannot be made, or has no compiled dynamics.
    """
    task = make_task(env)
    dynamics_of(task.env)  # a file's is known by its absolute path
    _check_names(task)
    _check_starts(task, seed)
    episodes = [record(task, seed, episode_steps)]
    while sum(map(len, episodes)) < steps:
        episodes.append(record(task, seed + len(episodes), episode_steps))
    real = Steps.joined(episodes)
    state, reward = _check_one_step(
        task, real, tolerance, tolerance if reward_tolerance is None else reward_tolerance
    )
    _check_bits(task, real)
    return Checked(
        episodes=len(episodes),
        steps=len(real),
        ended=int(real.terminated.sum()),
        state=state,
        reward=reward,
        drift=None if drift is None else _check_drift(task, episodes, drift),
    )


def _check_names(task: Task) -> None:
    dynamics = task.dynamics
    for what, names, count in (
        ("inputs", dynamics.inputs, task.n_inputs),
        ("outputs", dynamics.outputs, task.n_outputs),
    ):
        if len(names) != count:
            raise DynamicsDiffer(f"{task.env}: DYNAMICS.{what}: expected {count} names, got {len(names)}")


def _check_starts(task: Task, seed: int) -> None:
    """`state_of` gives all of the state, and a used environment starts like a fresh one."""
    used = make_environment(task.env, {})
    used.action_space.seed(seed)
    for episode in range(seed, seed + _STARTS):
        fresh = make_environment(task.env, {})
        seen, _ = fresh.reset(seed=episode)
        used.reset(seed=episode)
        place = f" after reset(seed={episode})"
        state, again = (_state_of(task, environment.unwrapped, place) for environment in (fresh, used))
        if state.tobytes() != again.tobytes():
            raise DynamicsDiffer(
                f"{task.env}: a used environment starts at {again.tolist()}{place}, a fresh one at "
                f"{state.tolist()}; reset must set the whole state"
            )
        kept = state.copy()
        fresh.step(fresh.action_space.sample())
        if state.tobytes() != kept.tobytes():
            raise DynamicsDiffer(f"{task.env}: state_of: expected a copy, got an array that step changes")
        sight = np.array([task.dynamics.observe(tuple(kept))], np.float64)
        _compare_sight(task, sight, np.ravel(seen)[None], 1e-12, lambda _, place=place: place)
        for _ in range(3):
            used.step(used.action_space.sample())
        fresh.close()
    used.close()


def _state_of(task: Task, environment: object, place: str) -> np.ndarray:
    state, n_state = task.dynamics.state_of(environment), task.dynamics.n_state
    if (
        getattr(state, "dtype", None) != np.float64
        or state.shape != (n_state,)
        or not np.isfinite(state).all()
    ):
        raise DynamicsDiffer(
            f"{task.env}: state_of: expected an array of {n_state} finite float64 numbers, "
            f"got {' '.join(repr(state).split())}{place}"
        )
    return state


def _check_one_step(
    task: Task, real: Steps, tolerance: float, reward_tolerance: float
) -> tuple[float, float]:
    """Hold the kernels to the environment; return the largest differences of state and reward."""
    after, seen, reward, ended = run_kernels(task, real, WIDTHS[0])

    def place(row: int) -> str:
        seed, step = real.origin[row].tolist()
        state, action = real.before[row].tolist(), real.action[row].tolist()
        return (
            f" at step {step} of the episode with seed {seed}, from the state {state} by the action {action}"
        )

    hold = partial(_compare, task, place=place)
    of_state = hold(_state_labels(task), after, real.after, tolerance)
    of_reward = hold(["the reward"], reward[:, None], real.reward[:, None], reward_tolerance)
    hold(["terminated"], ended[:, None], real.terminated[:, None], 0.0)
    _compare_sight(task, seen, real.seen, tolerance, place)
    return of_state, of_reward


def _check_bits(task: Task, real: Steps) -> None:
    """The formulas and kernels of two widths give the same bits, so a lane does not see its neighbours."""
    dynamics = task.dynamics
    *state, reward, ended = dynamics.advance(*real.before.T, *real.action.T)
    seen = dynamics.observe(tuple(state))
    formulas = [
        _rows(state, real),
        _rows(seen, real),
        _rows([reward], real)[:, 0],
        _rows([ended], real)[:, 0],
    ]
    for width in WIDTHS:
        kernels = run_kernels(task, real, width)
        for what, ours, other in zip(_PARTS, kernels, formulas, strict=True):
            if ours.tobytes() != other.tobytes():
                raise DynamicsDiffer(
                    f"{task.env}: formulas, and kernels of width {width}, give different bits for the {what} "
                    "after the same step; let both call one formula, of + - * / floor minimum maximum and "
                    "wann.formulas, on every lane by itself"
                )


def _rows(columns: Sequence[np.ndarray | float], real: Steps) -> np.ndarray:
    return np.array([np.broadcast_to(np.asarray(c, np.float64), len(real)) for c in columns]).T.copy()


def _check_drift(task: Task, episodes: Sequence[Steps], allowed: float) -> float:
    """Play each episode in the formulas alone; return the largest difference."""
    largest = 0.0
    for episode in episodes:
        state, states = tuple(episode.before[0]), []
        for action in episode.action:
            *state, _, _ = task.dynamics.advance(*state, *action)
            states.append(state)
        seed = episode.origin[0, 0]
        gap = _compare(
            task,
            _state_labels(task),
            np.array(states),
            episode.after,
            allowed,
            place=lambda row, seed=seed: f" after {row + 1} steps alone from the start of seed {seed}",
        )
        largest = max(largest, gap)
    return largest


def _state_labels(task: Task) -> list[str]:
    return [f"number {k} of the state" for k in range(task.dynamics.n_state)]


def _compare_sight(task: Task, got: np.ndarray, real: np.ndarray, allowed: float, place: _Place) -> None:
    if got.shape != real.shape:
        raise DynamicsDiffer(f"{task.env}: observe: expected {real.shape[1]} numbers, got {got.shape[1]}")
    _compare(
        task, [f"'{name}' of the observation" for name in task.dynamics.inputs], got, real, allowed, place
    )
    if real.dtype == np.float32 and (got != got.astype(np.float32)).any():
        raise DynamicsDiffer(
            f"{task.env}: the environment's observations are float32, those of compiled dynamics are not; "
            "round them with `single` of wann.formulas, and with np.float32 in the kernel"
        )


def _compare(
    task: Task, labels: Sequence[str], got: np.ndarray, real: np.ndarray, allowed: float, place: _Place
) -> float:
    """Raise at the first number that differs by more than is allowed; return the largest difference.

    Args:
        task: for the message.
        labels: what the columns are, for the message.
        got, real: `(T, n)`, or real in any other type.
        allowed: largest difference, relative to max(1, |real|).
        place: a row -> where that is, for the message.
    """
    values = real.astype(np.float64)
    gap, size = np.abs(got - values), np.maximum(1.0, np.abs(values))
    with np.errstate(over="ignore"):
        single = values.astype(np.float32)
    # what is always a float32 is stored as one, and rounding may go the other way
    stored_single = (single == values).all(axis=0)
    most = np.where(
        stored_single & (allowed > 0), np.maximum(allowed * size, np.spacing(np.abs(single))), allowed * size
    )
    wrong = np.argwhere(~(gap <= most))
    if len(wrong):
        row, column = wrong[0]
        raise DynamicsDiffer(
            f"{task.env}: {labels[column]} is {float(got[row, column])!r} in compiled dynamics and "
            f"{float(values[row, column])!r} in the environment{place(row)}"
        )
    return float((gap / size).max())
