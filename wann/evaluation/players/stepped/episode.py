"""One episode in an environment: what it gives is checked, as a network would make something of anything."""

from __future__ import annotations

import math
from contextlib import suppress
from typing import Any, Self

import numpy as np

from wann.evaluation.players.stepped.hints import told_reset, told_reward, told_step
from wann.tasks.environments.bare import bare_step
from wann.tasks.environments.environment import environment_of
from wann.tasks.task import Task

# Some environments end the whole program where they should end an episode.
FAILURES = (Exception, SystemExit)


class Episode:
    """One running episode.

    Attributes:
        seen: what the environment shows now, as it gave it.
        earned: the sum of the rewards so far.
        steps: environment steps so far.

    Raises:
        Whatever the environment raises; ValueError where what it gives cannot be used.
    """

    def __init__(self, task: Task, environment: Any, seed: int) -> None:
        self.earned, self.steps = 0.0, 0
        self._read, self._most = task.observations.read, task.max_steps
        self._environment = environment
        result = environment.reset(seed=seed)
        if not isinstance(result, tuple | list) or len(result) != 2:
            raise ValueError(told_reset(result))
        self.seen = result[0]
        self._step = bare_step(environment, task.max_steps)

    @classmethod
    def fresh(cls, task: Task, seed: int, render_mode: str | None = None) -> Self:
        """One in an environment of its own, for which `close` is to be called.

        Raises:
            TaskError, or whatever the environment raises.
        """
        environment = environment_of(task, render_mode)
        try:
            return cls(task, environment, seed)
        except BaseException:
            with suppress(Exception):
                environment.close()
            raise

    @property
    def observation(self) -> np.ndarray:
        """`(n_inputs,)` float64, what a network sees now.

        Raises:
            ValueError: it is not what the space promises.
        """
        return self._read(self.seen)

    def step(self, action: Any) -> bool:
        """Take a step, and return whether the episode is over."""
        result = self._step(action)
        try:
            self.seen, reward, terminated, truncated, _ = result
        except (TypeError, ValueError) as error:
            raise ValueError(told_step(result)) from error
        self.steps += 1
        self.earned += reward if type(reward) is float else _number(reward)
        if not math.isfinite(self.earned):
            raise ValueError(f"the reward is {reward}")
        # a wrapper may hide the end that the environment's own limit makes
        if terminated or truncated or self.steps >= self._most:
            self._read(self.seen)  # nobody acts on it any more, but it has to be one
            return True
        return False

    def render(self) -> Any:
        """The environment's picture of this moment."""
        return self._environment.render()

    def close(self) -> None:
        """End it; what it earned is known by now, whatever happens here."""
        with suppress(Exception):
            self._environment.close()


def _number(reward: Any) -> float:
    if isinstance(reward, str | bytes):
        raise ValueError(told_reward(reward))  # float() would read it
    try:
        return float(reward.item() if isinstance(reward, np.ndarray) else reward)
    except (TypeError, ValueError) as error:
        raise ValueError(told_reward(reward)) from error
