"""The compiled forward pass over a block of lanes.

`values` holds every node's values, node after node, `width` lanes each; the width is known when this is
compiled, so that loops over lanes become SIMD code, while the topology is data. It gives the bits of
reference.py.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from numba import types

from wann.activations import ACTIVATIONS, CLAMP, CODE
from wann.jit import bytes_, compiled_formula, floats, helper, i8, int32s, kernel

STEP, SIN, GAUSSIAN = CODE["step"], CODE["sin"], CODE["gaussian"]
TANH, SIGMOID, NEGATE, ABS = CODE["tanh"], CODE["sigmoid"], CODE["negate"], CODE["abs"]
RELU, COS, SQUARE = CODE["relu"], CODE["cos"], CODE["square"]

_step = compiled_formula(ACTIVATIONS["step"].formula)
_sin = compiled_formula(ACTIVATIONS["sin"].formula)
_gaussian = compiled_formula(ACTIVATIONS["gaussian"].formula)
_tanh = compiled_formula(ACTIVATIONS["tanh"].formula)
_sigmoid = compiled_formula(ACTIVATIONS["sigmoid"].formula)
_negate = compiled_formula(ACTIVATIONS["negate"].formula)
_abs = compiled_formula(ACTIVATIONS["abs"].formula)
_relu = compiled_formula(ACTIVATIONS["relu"].formula)
_cos = compiled_formula(ACTIVATIONS["cos"].formula)
_square = compiled_formula(ACTIVATIONS["square"].formula)


@helper
def activated(code, x):
    """One value through an activation; the loops below do the same for a block, and each in SIMD code."""
    if code == STEP:
        x = _step(x)
    elif code == SIN:
        x = _sin(x)
    elif code == GAUSSIAN:
        x = _gaussian(x)
    elif code == TANH:
        x = _tanh(x)
    elif code == SIGMOID:
        x = _sigmoid(x)
    elif code == NEGATE:
        x = _negate(x)
    elif code == ABS:
        x = _abs(x)
    elif code == RELU:
        x = _relu(x)
    elif code == COS:
        x = _cos(x)
    elif code == SQUARE:
        x = _square(x)
    return x


# (values, weights, per_connection, lanes, first_computed, codes, indptr, sources)
SIGNATURE = types.void(floats, floats, types.boolean, i8, i8, bytes_, int32s, int32s)
FUNCTION = types.FunctionType(SIGNATURE)


@cache
def forward_kernel(width: int) -> Any:
    """Return the kernel for blocks of `width` lanes.

    `weights` holds `width` shared weights, or `width` weights for each connection when `per_connection`.
    `lanes` is `width` again: where the bound of a short loop is known, it is unrolled to scalar code, so the
    cheap loops get it as data and only the long ones as a constant.
    """
    B = width

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
            code = codes[k]
            if code == STEP:
                for lane in range(B):
                    v[lane] = _step(v[lane])
            elif code == SIN:
                for lane in range(B):
                    v[lane] = _sin(v[lane])
            elif code == GAUSSIAN:
                for lane in range(B):
                    v[lane] = _gaussian(v[lane])
            elif code == TANH:
                for lane in range(B):
                    v[lane] = _tanh(v[lane])
            elif code == SIGMOID:
                for lane in range(B):
                    v[lane] = _sigmoid(v[lane])
            elif code == NEGATE:
                for lane in range(B):
                    v[lane] = _negate(v[lane])
            elif code == ABS:
                for lane in range(B):
                    v[lane] = _abs(v[lane])
            elif code == RELU:
                for lane in range(B):
                    v[lane] = _relu(v[lane])
            elif code == COS:
                for lane in range(B):
                    v[lane] = _cos(v[lane])
            elif code == SQUARE:
                for lane in range(B):
                    v[lane] = _square(v[lane])

    return forward
