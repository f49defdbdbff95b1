"""A compiled decision of one network on one lane, for environments that are stepped one by one.

A step of an environment takes tens of microseconds and a network's sums one, so what counts is the handing
over: each array costs a quarter of a microsecond. All that a decision needs lies in two, made once a network.
It gives the bits of reference.py.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from wann.activations import CLAMP
from wann.jit import floats, i8, int32s, kernel
from wann.network.forward import activated
from wann.network.network import Network

# What becomes of the outputs: nothing, the index of the largest, or numbers within ends.
OUTPUTS, LARGEST, WITHIN = 0, 1, 2
NOT_FINITE = -1

_HEADER = 6


class SingleNetwork:
    """One network on one lane at a time.

    Attributes:
        inputs: `(n_inputs,)` float64, to be written before each call.
        outputs: `(n_outputs,)` float64, as the last call left them.
        within: `(n_outputs,)` float64, the same between their ends, where there are some.
    """

    def __init__(
        self, network: Network, kind: int = OUTPUTS, ends: tuple[np.ndarray, np.ndarray] | None = None
    ) -> None:
        """Lay everything out.

        Args:
            network: the plan.
            kind: what becomes of the outputs.
            ends: `(n_outputs,)` lowest and highest, for `WITHIN`: as the rule `wann.tasks.actions.Box` says.
        """
        n, first = network.n_outputs, network.first_computed
        low, high = ends or (np.zeros(n), np.zeros(n))
        weights = network.n_nodes + 4 * n  # values, within, low, high - low, high, weights
        self._numbers = np.ones(weights + max(1, network.n_connections))
        self.inputs = self._numbers[1:first]
        self.outputs = self._numbers[network.n_nodes - n : network.n_nodes]
        self.within = self._numbers[network.n_nodes : network.n_nodes + n]
        self._numbers[network.n_nodes + n : weights] = np.concatenate([low, high - low, high])
        self._weights = self._numbers[weights:]
        header = [first, n, len(network.codes), network.n_nodes, kind, 0]
        parts = [np.array(header), network.codes, network.indptr, network.sources]
        self._plan = np.concatenate(parts, dtype=np.int32, casting="same_kind")
        self._decide = decide_kernel()

    def weigh(self, weights: np.ndarray) -> None:
        """Take `(1,)` a shared weight, or `(C,)` one weight per connection."""
        self._plan[_HEADER - 1] = len(weights) != 1
        self._weights[: len(weights)] = weights

    @property
    def kernel(self) -> tuple[Any, tuple[np.ndarray, np.ndarray]]:
        """The kernel and what it is called with, for callers to whom one more call a decision counts."""
        return self._decide, (self._numbers, self._plan)

    def __call__(self) -> int:
        """Evaluate `inputs`; return the index of the largest output, else 0, or `NOT_FINITE`."""
        return self._decide(self._numbers, self._plan)


@cache
def decide_kernel() -> Any:
    """Return the kernel, compiled when it is first needed."""

    @kernel(i8(floats, int32s))
    def decide(numbers, plan):
        first, n_outputs, n_computed = plan[0], plan[1], plan[2]
        n_nodes, kind, per_connection = plan[3], plan[4], plan[5]
        codes = plan[_HEADER : _HEADER + n_computed]
        indptr = plan[_HEADER + n_computed : _HEADER + 2 * n_computed + 1]
        sources = plan[_HEADER + 2 * n_computed + 1 :]
        values, weights = numbers[:n_nodes], numbers[n_nodes + 4 * n_outputs :]
        for k in range(1, first):
            if not abs(values[k]) < np.inf:
                return NOT_FINITE
        for k in range(n_computed):
            total = 0.0
            if per_connection:
                for edge in range(indptr[k], indptr[k + 1]):
                    total += weights[edge] * values[sources[edge]]
            else:
                for edge in range(indptr[k], indptr[k + 1]):
                    total += values[sources[edge]]
                total *= weights[0]
            values[first + k] = activated(codes[k], min(max(total, -CLAMP), CLAMP))
        outputs, choice = values[n_nodes - n_outputs :], 0
        if kind == LARGEST:
            for k in range(1, n_outputs):
                choice = k if outputs[k] > outputs[choice] else choice
        elif kind == WITHIN:
            within, low = numbers[n_nodes:], numbers[n_nodes + n_outputs :]
            span, high = numbers[n_nodes + 2 * n_outputs :], numbers[n_nodes + 3 * n_outputs :]
            for k in range(n_outputs):
                unit = min(max(outputs[k], -1.0), 1.0)
                within[k] = min(low[k] + (unit + 1.0) * 0.5 * span[k], high[k])
        return choice

    return decide
