"""Elementary functions that give the same bits everywhere.

Each is one formula of + - * / floor min max, without the C library, so that NumPy arrays, numba kernels
and other languages compute the same bits on every machine. Arguments and results are floats or float64
arrays of any one shape. Absolute error: 1e-14 or less on [-50, 50], checked in tests/test_formulas.py.
"""

from __future__ import annotations

import numpy as np

PI = 3.141592653589793
TWO_PI = 6.283185307179586
INV_PI = 0.3183098861837907
SQRT_2 = 1.4142135623730951
LOG_2 = 0.6931471805599453

# exp(-u) below this u is 0 to double precision as far as bounded activations can tell (4e-18).
_DECAY_LIMIT = 40.0


def decay(u):
    """exp(-u) for u >= 0: the Taylor polynomial of exp at -u/64, squared six times.

    Eight terms are enough, because the error at larger u/64 is scaled down by exp(-u) itself.
    """
    t = np.minimum(u, _DECAY_LIMIT) * -0.015625
    p = 1 / 40320
    p = p * t + 1 / 5040
    p = p * t + 1 / 720
    p = p * t + 1 / 120
    p = p * t + 1 / 24
    p = p * t + 1 / 6
    p = p * t + 0.5
    p = p * t + 1.0
    p = p * t + 1.0
    p = p * p
    p = p * p
    p = p * p
    p = p * p
    p = p * p
    return p * p


def sin_pi(x):
    """sin(pi x): x is brought to [-1/2, 1/2] with floor, then a minimax odd polynomial of eight terms."""
    turns = np.floor(x + 0.5)
    f = x - turns
    z = f * f
    p = -2.113362735205297e-05
    p = p * z + 0.0004659870158043378
    p = p * z - 0.0073703643265304155
    p = p * z + 0.08214587881631043
    p = p * z - 0.599264528825224
    p = p * z + 2.5501640398618677
    p = p * z - 5.1677127800497855
    p = p * z + PI
    odd = turns - 2.0 * np.floor(turns * 0.5)
    return (1.0 - 2.0 * odd) * (f * p)


def cos_pi(x):
    """cos(pi x) = sin(pi (1/2 - |x|)), so that cos_pi(0) is exactly 1 and it is exactly even."""
    return sin_pi(0.5 - np.abs(x))


def sin(x):
    """sin(x), x in radians."""
    return sin_pi(x * INV_PI)


def cos(x):
    """cos(x), x in radians."""
    return cos_pi(x * INV_PI)


def tanh(x):
    """tanh(x) = sign(x) (1 - exp(-2|x|)) / (1 + exp(-2|x|))."""
    e = decay(2.0 * np.abs(x))
    return (2.0 * (x > 0) - 1.0) * ((1.0 - e) / (1.0 + e))


def log(x):
    """log(x) for 1 <= x < 2^32: halved into [1, 2) bit by bit, then 2 artanh((x - r) / (x + r)), r = sqrt(2).

    What is left of x is r (1 + z) / (1 - z) with |z| <= 0.172; ten odd terms of artanh.
    """
    twos = 0.0 * x
    big = (x >= 65536.0) * 1.0
    x = x * (1.0 - big * (1.0 - 1.52587890625e-05))
    twos = twos + 16.0 * big
    big = (x >= 256.0) * 1.0
    x = x * (1.0 - big * (1.0 - 0.00390625))
    twos = twos + 8.0 * big
    big = (x >= 16.0) * 1.0
    x = x * (1.0 - big * (1.0 - 0.0625))
    twos = twos + 4.0 * big
    big = (x >= 4.0) * 1.0
    x = x * (1.0 - big * (1.0 - 0.25))
    twos = twos + 2.0 * big
    big = (x >= 2.0) * 1.0
    x = x * (1.0 - big * 0.5)
    twos = twos + big
    z = (x - SQRT_2) / (x + SQRT_2)
    y = z * z
    p = 1 / 19
    p = p * y + 1 / 17
    p = p * y + 1 / 15
    p = p * y + 1 / 13
    p = p * y + 1 / 11
    p = p * y + 1 / 9
    p = p * y + 1 / 7
    p = p * y + 0.2
    p = p * y + 1 / 3
    p = p * y + 1.0
    return (twos + 0.5) * LOG_2 + 2.0 * (z * p)


def wrap_angle(x):
    """The angle of [-pi, pi) that x radians stand for: x - 2 pi floor((x + pi) / (2 pi)).

    An angle that is there already keeps its bits, unless it is within a rounding of pi, which becomes -pi.
    The error is that of one rounding of x.
    """
    return x - TWO_PI * np.floor((x + PI) / TWO_PI)


def single(x):
    """Round x to single precision, as a float64: what is left of it in a float32.

    A sum, product or quotient of two such numbers that is rounded so again has the bits of float32
    arithmetic (53 >= 2 * 24 + 2: rounding twice does no harm).
    """
    return np.float64(np.float32(x))
