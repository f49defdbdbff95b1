"""Small environments for the tests: `wann_toys:toys/<name>-v0`."""

from __future__ import annotations

import os
import socket
import time
from copy import deepcopy
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces

UNIT = spaces.Box(-1.0, 1.0, (1,), np.float64)

# Every kind of space that observations may be from, and all but "dict", "pair" and "nested" for actions.
KINDS: dict[str, spaces.Space] = {
    "unit": UNIT,
    "scalar": spaces.Box(-2.0, 2.0, (), np.float32),
    "grid": spaces.Box(-1.0, 1.0, (2, 3), np.float32),
    "bytes": spaces.Box(0, 255, (3,), np.uint8),
    "whole": spaces.Box(np.array([-3, 0]), np.array([4, 9]), dtype=np.int64),
    "free": spaces.Box(-np.inf, np.inf, (2,), np.float32),
    "halves": spaces.Box(
        np.array([-1.0, 0.0, -np.inf, -np.inf]), np.array([1.0, np.inf, 0.5, np.inf]), dtype=np.float64
    ),
    "discrete": spaces.Discrete(3, start=2),
    "multi": spaces.MultiDiscrete([2, 3]),
    "shifted": spaces.MultiDiscrete([2, 4], start=[-1, 3]),
    "table": spaces.MultiDiscrete(np.array([[2, 1], [3, 2]])),
    "lamps": spaces.MultiBinary(3),
    "board": spaces.MultiBinary([2, 2]),
    "dict": spaces.Dict({"a": UNIT, "b": UNIT}),
    "pair": spaces.Tuple((spaces.Discrete(3, start=1), UNIT)),
    "nested": spaces.Dict(
        {
            "goal": spaces.Box(-1.0, 1.0, (2, 2), np.float32),
            "hand": spaces.Tuple((spaces.MultiBinary(2), spaces.Dict({"card": spaces.Discrete(4)}))),
            "dice": spaces.MultiDiscrete([6, 6], start=[1, 1]),
        }
    ),
}
SPACES = KINDS | {"text": spaces.Text(3), "image": spaces.Box(0, 255, (210, 160, 3), np.uint8)}


class Echo(gymnasium.Env):
    """Sees 1, earns the action that it is given, and ends after `length` steps."""

    def __init__(self, length: int = 2, actions: str = "unit", observations: str = "unit") -> None:
        self.action_space, self.observation_space = SPACES[actions], SPACES[observations]
        self.length = length

    def reset(self, *, seed: int | None = None, options: Any = None):
        self.t = 0
        return np.ones(1), {}

    def step(self, action: Any):
        assert self.action_space.contains(action), action
        self.t += 1
        return np.ones(1), float(np.sum(action)), self.t >= self.length, False, {}


STRANGE: dict[str, Any] = {
    "nan observation": np.array([np.nan]),
    "long observation": np.ones(2),
    "text observation": "here",
    "no observation": None,
}


class Failing(Echo):
    """Earns 1 a step for 6 steps, unless its seed is odd: then something goes wrong, as `how` says.

    With a `rate`, it goes wrong for so great a share of the seeds.
    """

    def __init__(self, how: str, always: bool = False, rate: float | None = None) -> None:
        super().__init__(6)
        self.how, self.always, self.bad, self.rate = how, always, False, rate

    def reset(self, *, seed: int | None = None, options: Any = None):
        assert seed is not None
        self.seed, self.bad = seed, self.always or seed % 2 == 1
        if self.rate is not None:
            self.bad = seed % 100 < 100 * self.rate
        if self.bad and self.how == "raise in reset":
            raise RuntimeError(f"reset of seed {seed}")
        return super().reset(seed=seed)

    def step(self, action: Any) -> Any:
        observation, _, over, _, _ = super().step(action)
        reward: Any = 1.0
        if self.bad and self.t == 3:
            if self.how == "raise in step":
                raise RuntimeError(f"step of seed {self.seed}")
            if self.how == "exit":
                raise SystemExit(1)
            if self.how == "nan reward":
                reward = np.nan
            if self.how == "no reward":
                reward = None
            if self.how == "text reward":
                reward = "1"
            if self.how == "infinite reward":
                reward = np.inf
            if self.how == "array reward":
                reward = np.array([1.0], np.float32)
            if self.how == "boolean reward":
                reward = np.True_
            observation = STRANGE.get(self.how, observation)
            if self.how == "old step":
                return observation, reward, over, {}
        return observation, reward, over, False, {}

    def close(self) -> None:
        if self.how == "raise in close" and self.bad:
            raise RuntimeError(f"close of seed {self.seed}")


class Deadly(Echo):
    """Ends its process in the first episode of all, and works ever after."""

    def __init__(self, flag: str) -> None:
        super().__init__(2)
        self.flag = Path(flag)

    def step(self, action: Any):
        try:
            self.flag.touch(exist_ok=False)
        except FileExistsError:
            return super().step(action)
        os._exit(1)


class Fatal(Echo):
    """Ends its process in every episode."""

    def step(self, action: Any):
        os._exit(3)


class Threads(Echo):
    """Earns the number of threads that libraries for linear algebra are told to use."""

    def step(self, action: Any):
        return np.ones(1), float(os.environ.get("OMP_NUM_THREADS", 0)), True, False, {}


class Notes(gymnasium.Env):
    """Earns the length of the list that it was made with, after writing into it."""

    observation_space, action_space = UNIT, UNIT

    def __init__(self, notes: list[str]) -> None:
        self.notes = notes

    def reset(self, *, seed: int | None = None, options: Any = None):
        return np.ones(1), {}

    def step(self, action: Any):
        self.notes.append("was here")
        return np.ones(1), float(len(self.notes)), True, False, {}


class Slow(Echo):
    """Notes its process's id in a folder, and takes its time for each step."""

    def __init__(self, folder: str, length: int = 2, seconds: float = 0.01) -> None:
        super().__init__(length)
        self.folder, self.seconds = Path(folder), seconds

    def step(self, action: Any):
        (self.folder / str(os.getpid())).touch()
        time.sleep(self.seconds)
        return super().step(action)


class Mirror(gymnasium.Env):
    """Any spaces: sees something random, and earns what its action says and what it sees, for 5 steps."""

    def __init__(self, observations: str = "unit", actions: str = "unit") -> None:
        # copies, as a space draws its samples from a stream of its own
        self.observation_space, self.action_space = deepcopy((KINDS[observations], KINDS[actions]))

    def reset(self, *, seed: int | None = None, options: Any = None):
        self.t = 0
        self.observation_space.seed(seed)
        return self.observation_space.sample(), {}

    def step(self, action: Any):
        assert self.action_space.contains(action), action
        self.t += 1
        observation = self.observation_space.sample()
        seen = spaces.flatten(self.observation_space, observation)
        done = spaces.flatten(self.action_space, action)
        return observation, float(np.arange(1, done.size + 1) @ done + seen.sum()), self.t == 5, False, {}


class Keeper(Echo):
    """Earns the number of episodes that it has played, in each of its steps."""

    played = 0

    def reset(self, *, seed: int | None = None, options: Any = None):
        self.played += 1
        return super().reset(seed=seed)

    def step(self, action: Any):
        observation, _, *rest = super().step(action)
        return observation, float(self.played), *rest


class Unseeded(Echo):
    """Draws from a generator that no seed reaches."""

    def reset(self, *, seed: int | None = None, options: Any = None):
        super().reset(seed=seed)
        return np.random.default_rng().uniform(-1, 1, 1), {}


class Single(Echo):
    """Allows one of it in a process, and counts how many were made."""

    there = made = 0

    def __init__(self, length: int = 2, render_mode: str | None = None) -> None:
        super().__init__(length)
        if Single.there:
            raise OSError("Address already in use")
        Single.there += 1
        Single.made += 1

    def close(self) -> None:
        Single.there -= 1


class Licensed(Echo):
    """Allows so many of it on the machine: each holds a port, or a file, until `close`."""

    def __init__(
        self,
        folder: str,
        most: int = 1,
        port: int = 0,
        late: bool = False,
        deadly: bool = False,
        waits: bool = False,
    ) -> None:
        super().__init__()
        self.folder, self.most, self.port, self.late, self.deadly = Path(folder), most, port, late, deadly
        self.waits = waits
        self.held: Path | None = None
        self.socket = socket.socket()
        if not late:
            self._open()

    def _open(self) -> None:
        try:
            if self.port:
                self.socket.bind(("127.0.0.1", self.port))
            self.held = self._slot()
        except OSError:
            self.close()
            if self.deadly:
                os._exit(3)
            raise

    def _slot(self) -> Path:
        for k in range(self.most):
            try:
                (self.folder / str(k)).touch(exist_ok=False)
                return self.folder / str(k)
            except FileExistsError:
                continue
        if self.waits:
            time.sleep(600)
        raise OSError("no licence is left")

    def reset(self, *, seed: int | None = None, options: Any = None):
        if self.late and self.held is None:
            self._open()
        return super().reset(seed=seed)

    def close(self) -> None:
        self.socket.close()
        if self.held:
            self.held.unlink()
            self.held = None


class OldReset(Echo):
    """Resets as before Gymnasium 0.26: to an observation alone, or without `seed`."""

    def __init__(self, how: str = "observation") -> None:
        super().__init__()
        self.reset = {"observation": self._old, "no seed": lambda: self._old()}[how]  # type: ignore[assignment]

    def _old(self, **options: Any) -> Any:
        return Echo.reset(self)[0]


class Scribbler(Echo):
    """Shows the same array each time, and writes into it."""

    def reset(self, *, seed: int | None = None, options: Any = None):
        self.shown = np.zeros(1)
        return super().reset(seed=seed)[0] * 0 + self.shown, {}

    def step(self, action: Any):
        _, reward, *rest = super().step(action)
        self.shown += 1
        return self.shown, reward, *rest


class Endless(Echo):
    """Ends nowhere."""

    def step(self, action: Any):
        return np.ones(1), np.float32(1.0), False, False, {}


class Scaled(gymnasium.RewardWrapper):
    """Multiplies rewards."""

    def __init__(self, env: gymnasium.Env, factor: float = 2.0) -> None:
        super().__init__(env)
        self.factor = factor

    def reward(self, reward: Any) -> float:
        return self.factor * reward


class Shifted(gymnasium.RewardWrapper):
    """Adds 1 to rewards."""

    def reward(self, reward: Any) -> float:
        return reward + 1


class Patient(gymnasium.Wrapper):
    """Hides that an episode is cut off."""

    def step(self, action: Any):
        observation, reward, terminated, _, info = self.env.step(action)
        return observation, reward, terminated, False, info


_TOYS = (Echo, Failing, Deadly, Fatal, Threads, Notes, Slow, Mirror, Keeper, Unseeded, Single, OldReset)
for _class in (*_TOYS, Licensed, Scribbler, Endless):
    if f"toys/{_class.__name__}-v0" not in gymnasium.registry:
        gymnasium.register(f"toys/{_class.__name__}-v0", entry_point=_class)
