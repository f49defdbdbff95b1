"""What is seen to what is done: a task's rules with a network between them, one step at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from wann.network.network import Network
from wann.network.single import LARGEST, NOT_FINITE, OUTPUTS, WITHIN, SingleNetwork
from wann.tasks.actions import Box, Discrete
from wann.tasks.environments.observations import Numbers
from wann.tasks.task import Task


class Policy:
    """Plays a task with a network; the actions have the bits of the rules and of the reference network.

    Attributes:
        inputs: `(n_inputs,)` float64, what the network saw last.
        weigh: takes `(1,)` a shared weight, or `(C,)` one per connection, for what follows.
    """

    def __init__(self, task: Task, network: Network) -> None:
        rule, ends = task.actions, None
        kind = OUTPUTS
        if isinstance(rule, Discrete):
            kind = LARGEST
        elif isinstance(rule, Box) and not rule.whole:
            kind, ends = WITHIN, (rule.low, rule.high)
        decided = SingleNetwork(network, kind, ends)
        self.inputs, self.weigh = decided.inputs, decided.weigh
        self._decide, self._laid_out = decided.kernel
        self._read = task.observations.read
        # arrays that are as the space says need no reading
        shape = task.observations.shape if isinstance(task.observations, Numbers) else ()
        self._flat = shape if len(shape) == 1 else None
        self._start = rule.start if isinstance(rule, Discrete) else None
        self._action = _maker(task, decided)

    def __call__(self, seen: Any) -> Any:
        """Return the action for an observation.

        Raises:
            ValueError: it is not what the space promises.
        """
        if type(seen) is np.ndarray and seen.shape == self._flat and seen.dtype.kind in "fiub":
            self.inputs[:] = seen
        else:
            self.inputs[:] = self._read(seen)
        choice = self._decide(*self._laid_out)
        if choice == NOT_FINITE:
            raise ValueError(f"the observation is not finite: {self.inputs}")
        return self._action() if self._start is None else choice + self._start


def _maker(task: Task, decided: SingleNetwork) -> Callable[[], Any]:
    """Return what makes an action, other than a choice, of what was decided last."""
    rule = task.actions
    if isinstance(rule, Box) and not rule.whole:
        dtype, shape, within = np.dtype(rule.dtype), rule.shape, decided.within
        if len(shape) == 1:
            return lambda: within.astype(dtype)
        return lambda: within.astype(dtype).reshape(shape)
    return lambda: rule.act(rule.decode(decided.outputs[None])[0])
