"""The compiled forward pass over a block of lanes.

`values` holds every node's values, node after node, `width` lanes each; the width is known when this is
compiled, so that loops over lanes become SIMD code, while the topology is data. It gives the bits of
reference.py.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from numba import types

from wann.activations import ACTIVATIONS, CLAMP, CODE
from wann.jit import bytes_, compiled_formula, floats, helper, i8, int32s, kernel

# (values, weights, per_connection, lanes, first_computed, codes, indptr, sources)
SIGNATURE = types.void(floats, floats, types.boolean, i8, i8, bytes_, int32s, int32s)
FUNCTION = types.FunctionType(SIGNATURE)


def activated() -> Any:
    """Return a helper `(code, x)` that gives one value through an activation, of all that are known now."""

    @helper
    def as_it_is(code, x):
        return x

    def either(others, own, formula):
        @helper
        def activated(code, x):
            if code == own:
                return formula(x)
            return others(code, x)

        return activated

    return _choice(as_it_is, either)


def _activated_block(width: int) -> Any:
    """Return a helper `(code, v)` that puts a block of `width` values through an activation, in SIMD code."""
    B = width

    @helper
    def as_they_are(code, v):
        pass

    def either(others, own, formula):
        @helper
        def activate(code, v):
            if code == own:
                for lane in range(B):
                    v[lane] = formula(v[lane])
            else:
                others(code, v)

        return activate

    return _choice(as_they_are, either)


def _choice(last: Any, either: Callable[[Any, int, Any], Any]) -> Any:
    """A helper that goes through the activations' positions, one after the other; linear changes nothing."""
    for name, entry in reversed(ACTIVATIONS.items()):
        if CODE[name] != CODE["linear"]:
            last = either(last, CODE[name], compiled_formula(entry.formula))
    return last


def forward_kernel(width: int) -> Any:
    """Return the kernel for blocks of `width` lanes, with all activations that are known now.

    `weights` holds `width` shared weights, or `width` weights for each connection when `per_connection`.
    `lanes` is `width` again: where the bound of a short loop is known, it is unrolled to scalar code, so the
    cheap loops get it as data and only the long ones as a constant.
    """
    return _forward_kernel(width, len(CODE))


@cache
def _forward_kernel(width: int, known: int) -> Any:
    B, activate = width, _activated_block(width)

    @kernel(SIGNATURE)
    def forward(values, weights, per_connection, lanes, first_computed, codes, indptr, sources):
        for k in range(codes.size):
            row = (first_computed + k) * B
            v = values[row : row + B]
            edge, end = indptr[k], indptr[k + 1]
            for lane in range(lanes):
                v[lane] = 0.0
            if per_connection:
                while edge < end:
                    x = values[sources[edge] * B :]
                    w = weights[edge * B :]
                    for lane in range(lanes):
                        v[lane] += w[lane] * x[lane]
                    edge += 1
                for lane in range(lanes):
                    v[lane] = min(max(v[lane], -CLAMP), CLAMP)
            else:
                while edge + 4 <= end:
                    x0, x1 = values[sources[edge] * B :], values[sources[edge + 1] * B :]
                    x2, x3 = values[sources[edge + 2] * B :], values[sources[edge + 3] * B :]
                    for lane in range(lanes):
                        v[lane] = (((v[lane] + x0[lane]) + x1[lane]) + x2[lane]) + x3[lane]
                    edge += 4
                while edge < end:
                    x = values[sources[edge] * B :]
                    for lane in range(lanes):
                        v[lane] += x[lane]
                    edge += 1
                for lane in range(lanes):
                    v[lane] = min(max(v[lane] * weights[lane], -CLAMP), CLAMP)
            activate(codes[k], v)

    return forward
