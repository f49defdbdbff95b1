"""The activation functions: one table, name -> all that is known of one.

Names are the interface: files and configs hold names, genomes positions in this table's order, which is
therefore append-only. Behind those that come with wann stand those that a process takes from the user's own
files, by `module:name` or `file.py:name`; their positions are this process's alone, so that whatever leaves
it goes by names (`Portable`, `digest_bytes`). Every formula takes and returns floats or float64 arrays of one
shape and gives the same bits in NumPy and in a compiled kernel. Source: Gaier & Ha 2019.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Literal

import numpy as np

from wann.errors import GenomeError, did_you_mean
from wann.formulas import cos_pi, decay, sin_pi, tanh

Formula = Callable[[Any], Any]

# exp(-u) is taken at this u at most, as in `wann.formulas`.
_DECAY_LIMIT = 40.0


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


def _sin_in_torch(torch, x):
    # sin(pi x) has period 2; the difference is exact, whereas pi x would lose the digits of a large x
    return torch.sin(math.pi * (x - 2.0 * torch.floor(0.5 * x + 0.5).detach()))


@dataclass(frozen=True)
class Activation:
    """One activation function.

    Attributes:
        formula: of floats or arrays; all exports are written from it.
        text: how it is written for people.
        colour: of its nodes in drawings, #rrggbb.
        degree: k where a(c x) = c^k a(x) for every c > 0; None where there is no such k.
        parity: `even` where a(-x) = a(x), `odd` where a(-x) = -a(x), else None.
        torch: `(torch, x)`, the same in torch's own functions, with a gradient; None: the formula itself.
        reach: half the width of its curve in drawings.
    """

    formula: Formula
    text: str
    colour: str = "#555555"
    degree: int | None = None
    parity: Literal["even", "odd"] | None = None
    torch: Callable[[Any, Any], Any] | None = None
    reach: float = 1.5


# Colours: one hue for each kind: straight, stepping, periodic, bell-shaped, saturating, rectifying.
ACTIVATIONS: dict[str, Activation] = {
    "linear": Activation(_linear, "x", "#7f8c9b", 1, "odd", lambda torch, x: x),
    "step": Activation(_step, "1 if x > 0 else 0", "#a3672b", 0, None, lambda torch, x: (x > 0).to(x.dtype)),
    "sin": Activation(sin_pi, "sin(pi x)", "#2f6fde", None, "odd", _sin_in_torch, 1.0),
    "gaussian": Activation(
        _gaussian,
        "exp(-x^2/2)",
        "#8e44ad",
        None,
        "even",
        lambda torch, x: torch.exp(-torch.clamp(0.5 * x * x, max=_DECAY_LIMIT)),
        3.0,
    ),
    "tanh": Activation(tanh, "tanh(x)", "#c0392b", None, "odd", lambda torch, x: torch.tanh(x), 3.0),
    "sigmoid": Activation(
        _sigmoid, "1 / (1 + exp(-x))", "#e67e22", None, None, lambda torch, x: torch.sigmoid(x), 5.0
    ),
    "negate": Activation(_negate, "-x", "#4a5563", 1, "odd", lambda torch, x: torch.neg(x)),
    "abs": Activation(_absolute, "|x|", "#1e8e5a", 1, "even", lambda torch, x: torch.abs(x)),
    "relu": Activation(_relu, "max(x, 0)", "#7aa521", 1, None, lambda torch, x: torch.relu(x)),
    "cos": Activation(
        cos_pi,
        "cos(pi x)",
        "#0f9bb8",
        None,
        "even",
        # as the formula, so that both agree far out, too
        lambda torch, x: _sin_in_torch(torch, 0.5 - torch.abs(x)),
        1.0,
    ),
    "square": Activation(_square, "x^2", "#d63384", 2, "even", lambda torch, x: x * x, 1.0),
}

# Those that come with wann.
NAMES: tuple[str, ...] = tuple(ACTIVATIONS)
CODE: dict[str, int] = {name: code for code, name in enumerate(NAMES)}
_MOST = 127  # a code is an int8

# The search's default set.
DEFAULT_SET: tuple[str, ...] = NAMES[:10]

# act(0) per code: what a node gives that nothing reaches. Non-zero ones are constants (see network/plan.py).
VALUE_AT_ZERO = np.array([float(a.formula(0.0)) for a in ACTIVATIONS.values()])
VALUE_AT_ZERO.flags.writeable = False


def activation(text: str, **facts: Any) -> Callable[[Formula], Activation]:
    """Describe the formula below, in a file of one's own; the facts are those of `Activation`."""
    return lambda formula: Activation(formula, text, **facts)


def name_of(code: int) -> str:
    """Return the name of the activation at a position."""
    return _names()[code]


def label_of(name: str) -> str:
    """Return a name as people read it: without the file or module that it is in."""
    return name.rpartition(":")[2]


def add_own(name: str, entry: Activation) -> int:
    """Take an activation of the user's own into the table; return its position.

    Raises:
        GenomeError: it is too many.
    """
    if name not in CODE:
        if len(CODE) >= _MOST:
            raise GenomeError(f"activation '{name}': there are {_MOST} others already")
        ACTIVATIONS[name] = entry
        CODE[name] = len(CODE)
        _names.cache_clear()
    return CODE[name]


@cache
def _names() -> tuple[str, ...]:
    return tuple(ACTIVATIONS)


def values_at_zero() -> np.ndarray:
    """Return `(n,)` act(0) of every activation that this process knows, by position."""
    own = list(ACTIVATIONS.values())[len(NAMES) :]
    return np.append(VALUE_AT_ZERO, [float(each.formula(0.0)) for each in own])


def digest_bytes(codes: np.ndarray) -> bytes:
    """Return what stands for positions in a digest: the user's own go by name, without their folder."""
    if not codes.size or codes.max() < len(NAMES):
        return codes.tobytes()
    return "\0".join(name_of(code).rpartition("/")[2] for code in codes).encode()


class Portable:
    """Holds positions of activations in the attribute `_portable`, and goes to other processes by names."""

    _portable: ClassVar[str] = "activations"

    def __getstate__(self) -> dict[str, Any]:
        state = dict(vars(self))
        used = np.unique(state[self._portable])
        if used.size and used[-1] >= len(NAMES):
            state["_own"] = {int(code): name_of(code) for code in used if code >= len(NAMES)}
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        names = state.pop("_own", {})
        if names:
            state[self._portable] = recoded(state[self._portable], names)
        vars(self).update(state)


def recoded(codes: np.ndarray, names: Mapping[int, str]) -> np.ndarray:
    """Return codes of another process as those of this one; `names` are those that it gave to its own."""
    own = {code: code_of(name) for code, name in names.items()}
    return np.array([own.get(code, code) for code in codes.tolist()], codes.dtype)


def code_of(name: str) -> int:
    """Return an activation's position; one of the user's own is looked up in its file when it is first met.

    Raises:
        GenomeError: there is none of that name.
    """
    if name not in CODE and ":" in name and FINDERS:
        FINDERS[0](name)
    if name not in CODE:
        raise GenomeError(f"unknown activation {name!r}{did_you_mean(name, NAMES)}")
    return CODE[name]


# What finds the user's own; `wann.tasks.own` puts it here, as files are read some floors above.
FINDERS: list[Callable[[str], None]] = []

# Every weighted sum is clamped to +- this before its activation, so that values stay finite.
CLAMP = 1e100
