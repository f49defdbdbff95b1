"""What Gymnasium puts around an environment by itself, left away where that changes no result."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gymnasium.wrappers import OrderEnforcing, TimeLimit


def bare_step(environment: Any, max_steps: int) -> Callable[[Any], Any]:
    """Return what steps an environment, for a caller that resets it first and ends at `max_steps` itself.

    Two wrappers count steps and remember the reset, at three calls a step. They are passed by where they are
    the outermost, of Gymnasium's own classes, and have this very limit; whatever else is there takes part.
    """
    within = environment
    if type(within) is TimeLimit and within._max_episode_steps == max_steps:
        within = within.env
        if type(within) is OrderEnforcing:
            within = within.env
    return within.step
