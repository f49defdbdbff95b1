"""Which rule reads an environment's observations, and which one makes its actions: read off its spaces.

Where a Box of actions has no bound, an action still has ends: an unbounded side is at -1 or 1, but at least
1 away from the bound on the other side. So [0, inf) is played on [0, 1], [5, inf) on [5, 6] and (-inf, inf)
on [-1, 1]. A bound of more than 2^53 counts as none: out there are only stand-ins for infinity.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from gymnasium import spaces

from wann.errors import UnsupportedSpace
from wann.tasks.actions import ActionRule, Box, Discrete, MultiBinary, MultiDiscrete
from wann.tasks.environments.observations import Numbers, ObservationRule, OneHot, Parts

# Inputs or outputs beyond which a search cannot be meant.
MOST = 100_000
_FAR = 2.0**53
_LONGEST_TEXT = 200
_WRAP = "wrap it in an environment of your own, as module:id,"


def observation_rule(env: str, space: object) -> ObservationRule:
    """Return the rule that flattens the observations of `env`.

    Raises:
        UnsupportedSpace: they have no fixed size, or one that no search is meant for.
    """
    try:
        rule = _observation(space)
    except _Odd as odd:
        raise UnsupportedSpace(
            f"task.env: '{env}' has the observation space {_told(space)}{odd}, expected Box, Discrete, "
            f"MultiBinary, MultiDiscrete, or a Dict or Tuple of these; {_WRAP} so that observations are a "
            "fixed count of numbers"
        ) from None
    hint = " (images: gymnasium.wrappers.ResizeObservation)"
    _check_size(env, "observation", "inputs", space, rule.n_inputs, hint)
    return rule


def action_rule(env: str, space: object) -> ActionRule:
    """Return the rule that makes the actions of `env`.

    Raises:
        UnsupportedSpace: no rule makes such actions.
    """
    rule = _action(space)
    if rule is None:
        raise UnsupportedSpace(
            f"task.env: '{env}' has the action space {_told(space)}, expected Discrete, MultiDiscrete, "
            f"MultiBinary or Box; {_WRAP} so that an action is one of these"
        )
    _check_size(env, "action", "outputs", space, rule.n_outputs)
    return rule


class _Odd(Exception):
    """A space that has no fixed size; says which part it is."""


def _observation(space: object, path: str = "") -> ObservationRule:
    match space:
        case spaces.Box() | spaces.MultiBinary():
            return Numbers(tuple(space.shape))
        case spaces.Discrete():
            return OneHot((int(space.n),), (int(space.start),), ())
        case spaces.MultiDiscrete():
            return OneHot(_whole(space.nvec), _whole(space.start), tuple(space.shape))
        case spaces.Dict():
            return _parts(space.spaces.items(), path)
        case spaces.Tuple():
            return _parts(enumerate(space.spaces), path)
    raise _Odd(f" with a {type(space).__name__} at {path}" if path else "")


def _parts(items: Iterable[tuple[Any, spaces.Space]], path: str) -> Parts:
    rules = ((key, _observation(space, f"{path}[{key!r}]")) for key, space in items)
    return Parts(tuple((key, rule) for key, rule in rules if rule.n_inputs))


def _action(space: object) -> ActionRule | None:
    match space:
        case spaces.Discrete():
            return Discrete(int(space.n), int(space.start))
        case spaces.MultiDiscrete():
            counts, starts = _whole(space.nvec), _whole(space.start)
            return MultiDiscrete(counts, starts, tuple(space.shape), str(space.dtype))
        case spaces.MultiBinary():
            return MultiBinary(tuple(space.shape))
        case spaces.Box():
            low, high = _ends(space)
            return Box(low, high, tuple(space.shape), str(space.dtype))
    return None


def _ends(space: spaces.Box) -> tuple[np.ndarray, np.ndarray]:
    """`(n,)` float64 lowest and highest actions, finite and inside the space."""
    below, above = (np.asarray(side, np.float64).ravel() for side in (space.low, space.high))
    has_low = space.bounded_below.ravel() & (below > -_FAR)
    has_high = space.bounded_above.ravel() & (above < _FAR)
    low = np.where(has_low, below, np.minimum(-1.0, above - 1.0))
    high = np.where(has_high, above, np.maximum(1.0, below + 1.0))
    return np.clip(low, below, above), np.clip(high, below, above)


def _whole(values: Any) -> tuple[int, ...]:
    return tuple(np.asarray(values).ravel().tolist())


def _check_size(env: str, what: str, ends: str, space: object, size: int, hint: str = "") -> None:
    if size == 0:
        raise UnsupportedSpace(
            f"task.env: '{env}' has the {what} space {_told(space)}, expected at least one number; a network "
            f"without {ends} can do nothing"
        )
    if size > MOST:
        raise UnsupportedSpace(
            f"task.env: '{env}' has the {what} space {_told(space)}, which takes {size:,} {ends}, expected "
            f"at most {MOST:,}; {_WRAP} so that it is smaller{hint}"
        )


def _told(space: object) -> str:
    text = " ".join(str(space).split())
    return text if len(text) <= _LONGEST_TEXT else f"{text[: _LONGEST_TEXT - 3]}..."
