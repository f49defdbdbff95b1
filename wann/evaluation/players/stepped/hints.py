"""What environments get wrong in the first hour, and what to do about it."""

from __future__ import annotations

from typing import Any

import numpy as np

_HINT = "hint: "
_RESET = "since Gymnasium 0.26, reset(self, *, seed=None, options=None) returns (observation, info)"
_STEP = (
    "since Gymnasium 0.26, step(self, action) returns (observation, reward, terminated, truncated, info); an "
    "old `done` is terminated, or truncated where a time limit made it"
)
UNSEEDED = "reset(seed=...) should begin with super().reset(seed=seed), and chance come from self.np_random"
_SEED = (
    "Gymnasium seeds an environment by reset(seed=...) and calls no seed(); begin reset with "
    "super().reset(seed=seed) and draw from self.np_random"
)
_OPENED = "each worker process opens it; set task.instances: 1, and only as many work as can open one"

# What stands in an exception's words -> what is wrong, most likely.
_KNOWN = (
    ("unexpected keyword argument 'seed'", _RESET),
    ("unexpected keyword argument 'options'", _RESET),
    ("has no attribute 'seed'", _SEED),
    ("not enough values to unpack (expected 5, got 4)", _STEP),  # in one of Gymnasium's own wrappers
    ("Address already in use", _OPENED),
    ("Cannot call env.step() before calling env.reset()", "a wrapper must pass reset on to the environment"),
)


def told_reset(result: Any) -> str:
    """What is wrong with what `reset` returned."""
    return f"reset() returned {_kind(result)}, expected 2 values; {_RESET}"


def told_step(result: Any) -> str:
    """What is wrong with what `step` returned."""
    return f"step() returned {_kind(result)}, expected 5 values; {_STEP}"


def told_reward(reward: Any) -> str:
    """What is wrong with a reward."""
    if reward is None:
        return "the reward is None, expected a number; does step() return one in each of its branches?"
    if isinstance(reward, np.ndarray) and reward.size != 1:
        cure = "several environments at once (a vector environment) are not handled; give one, or add them up"
        return f"the reward is an array of shape {reward.shape}, expected a number; {cure}"
    return f"the reward is {reward!r:.100}, expected a number"


def with_hint(text: str, failure: BaseException) -> str:
    """Return a failure's text with a last line that helps, where its kind is known."""
    words = str(failure)
    for sign, hint in _KNOWN:
        if sign in words:
            return f"{text.rstrip()}\n{_HINT}{hint}\n"
    return text


def gist(text: str) -> str:
    """Return the first failure in one line: what the traceback ends with, and the hint."""
    lines = text.strip().splitlines()
    hint = lines.pop().removeprefix(_HINT) if lines[-1].startswith(_HINT) else ""
    # what an exception says follows the last line of code, and may have several lines
    last = max((k for k, line in enumerate(lines) if line.startswith("  ")), default=-1)
    said = " ".join(" ".join(lines[last + 1 :] or lines[-1:]).split())
    return "; ".join(filter(None, (said[:400], hint)))


def _kind(result: Any) -> str:
    if isinstance(result, tuple | list):
        return f"{len(result)} values"
    if isinstance(result, np.ndarray):
        return f"an array of shape {result.shape}"
    return f"a {type(result).__name__}"
