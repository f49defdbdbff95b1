"""Small environments for the tests: `wann_toys:toys/<name>-v0`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces

UNIT = spaces.Box(-1.0, 1.0, (1,), np.float64)

SPACES: dict[str, spaces.Space] = {
    "unit": UNIT,
    "dict": spaces.Dict({"a": UNIT, "b": UNIT}),
    "multi": spaces.MultiDiscrete([2, 3]),
    "discrete": spaces.Discrete(3, start=2),
    "grid": spaces.Box(-1.0, 1.0, (2, 3), np.float32),
    "halves": spaces.Box(
        np.array([-1.0, 0.0, -np.inf, -np.inf]), np.array([1.0, np.inf, 0.5, np.inf]), dtype=np.float64
    ),
}


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


class Failing(Echo):
    """Earns 1 a step for 6 steps, unless its seed is odd: then something goes wrong, as `how` says."""

    def __init__(self, how: str, always: bool = False) -> None:
        super().__init__(6)
        self.how, self.always, self.bad = how, always, False

    def reset(self, *, seed: int | None = None, options: Any = None):
        assert seed is not None
        self.seed, self.bad = seed, self.always or seed % 2 == 1
        if self.bad and self.how == "raise in reset":
            raise RuntimeError(f"reset of seed {seed}")
        return super().reset(seed=seed)

    def step(self, action: Any):
        observation, _, over, _, _ = super().step(action)
        reward: Any = 1.0
        if self.bad and self.t == 3:
            if self.how == "raise in step":
                raise RuntimeError(f"step of seed {self.seed}")
            if self.how == "nan reward":
                reward = np.nan
            if self.how == "no reward":
                reward = None
            if self.how == "infinite reward":
                reward = np.inf
            if self.how == "nan observation":
                observation = np.array([np.nan])
            if self.how == "long observation":
                observation = np.ones(2)
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


for _class in (Echo, Failing, Deadly):
    if f"toys/{_class.__name__}-v0" not in gymnasium.registry:
        gymnasium.register(f"toys/{_class.__name__}-v0", entry_point=_class)
