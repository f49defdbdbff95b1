"""Dynamics: what a compiled environment is made of.

Formulas say what happens, in terms of `wann.formulas`, for floats, NumPy arrays and kernels alike; two
kernels apply them to a block of lanes. In a block, row k of an array `a` is `a[k * width : (k + 1) * width]`,
one value per lane.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

State = Sequence[Any]


@dataclass(frozen=True)
class Dynamics:
    """A compiled environment, held to the real Gymnasium one by the tests.

    Attributes:
        n_state: numbers in a lane's state.
        state_of: the state vector of a real environment (unwrapped) that has just been reset.
        observe: state -> observation, as a formula over tuples, one entry per number.
        advance: (*state, *action) -> (*state, reward, terminated), as a formula. A discrete action is its
            index as a float; a continuous one has been mapped to the action space. `terminated` is 0 or 1.
        kernels: width -> (observe, step) with the signatures of `signatures.py`; called late, so numba
            can be imported there.
        inputs, outputs: what the observation's parts and the network's outputs are called.
    """

    n_state: int
    state_of: Callable[[Any], np.ndarray]
    observe: Callable[[State], State]
    advance: Callable[..., State]
    kernels: Callable[[int], tuple[Any, Any]]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
