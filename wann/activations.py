"""The activation functions: one table, name -> formula.

Names are the interface: genomes, files and configs hold names or positions in this table's order, which
is therefore append-only. Every formula takes and returns floats or float64 arrays of one shape and gives
the same bits in NumPy and in a compiled kernel. Source: Gaier & Ha 2019, table of activations.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from wann.formulas import cos_pi, decay, sin_pi, tanh

Formula = Callable[[Any], Any]


def _linear(x):
    return x


def _step(x):
    return (x > 0) * 1.0


def _gaussian(x):
    return decay(0.5 * x * x)


def _sigmoid(x):
    # 1 / (1 + exp(-|x|)) mirrored at x = 0, so that exp never grows
    upper = 1.0 / (1.0 + decay(np.abs(x)))
    return 0.5 + (2.0 * (x > 0) - 1.0) * (upper - 0.5)


def _negate(x):
    return -x


def _absolute(x):
    return np.abs(x)


def _relu(x):
    # "+ 0.0" turns the -0.0 of a negative x into 0.0
    return x * (x > 0) + 0.0


def _square(x):
    return x * x


@dataclass(frozen=True)
class Activation:
    """One activation function: its formula and how it is written for people."""

    formula: Formula
    text: str


ACTIVATIONS: dict[str, Activation] = {
    "linear": Activation(_linear, "x"),
    "step": Activation(_step, "1 if x > 0 else 0"),
    "sin": Activation(sin_pi, "sin(pi x)"),
    "gaussian": Activation(_gaussian, "exp(-x^2/2)"),
    "tanh": Activation(tanh, "tanh(x)"),
    "sigmoid": Activation(_sigmoid, "1 / (1 + exp(-x))"),
    "negate": Activation(_negate, "-x"),
    "abs": Activation(_absolute, "|x|"),
    "relu": Activation(_relu, "max(x, 0)"),
    "cos": Activation(cos_pi, "cos(pi x)"),
    "square": Activation(_square, "x^2"),
}

NAMES: tuple[str, ...] = tuple(ACTIVATIONS)
CODE: dict[str, int] = {name: code for code, name in enumerate(NAMES)}

# The search's default set.
DEFAULT_SET: tuple[str, ...] = NAMES[:10]

# act(0) per code: what a node gives that nothing reaches. Non-zero ones are constants (see network/plan.py).
VALUE_AT_ZERO = np.array([float(a.formula(0.0)) for a in ACTIVATIONS.values()])
VALUE_AT_ZERO.flags.writeable = False

# Every weighted sum is clamped to +- this before its activation, so that values stay finite.
CLAMP = 1e100
