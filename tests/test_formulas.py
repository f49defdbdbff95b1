"""The elementary functions and the activations, against mpmath; and the same bits wherever they run."""

from __future__ import annotations

import math

import mpmath
import numba
import numpy as np
import pytest

from wann import formulas
from wann.activations import ACTIVATIONS, CODE, DEFAULT_SET, NAMES, VALUE_AT_ZERO
from wann.jit import compiled_formula

mpmath.mp.dps = 40

_rng = np.random.default_rng(0)
_HALVES = np.arange(-100, 101) * 0.5
POINTS = np.concatenate(
    [
        np.linspace(-50, 50, 601),
        _rng.normal(size=300),
        _rng.uniform(-50, 50, 300),
        10.0 ** _rng.uniform(-300, 1, 50),
        _HALVES,
        np.nextafter(_HALVES, np.inf),
        np.nextafter(_HALVES, -np.inf),
        [0.0, -0.0],
    ]
)
EXTREMES = np.array([1e100, -1e100, 1e15, -1e15, 2.0**53, 2.0**53 + 2, 1e-300, -1e-300, 5e-324])

FORMULAS = {
    "decay": (formulas.decay, lambda u: mpmath.exp(-u)),
    "sin_pi": (formulas.sin_pi, lambda x: mpmath.sin(mpmath.pi * x)),
    "cos_pi": (formulas.cos_pi, lambda x: mpmath.cos(mpmath.pi * x)),
    "sin": (formulas.sin, mpmath.sin),
    "cos": (formulas.cos, mpmath.cos),
    "tanh": (formulas.tanh, mpmath.tanh),
    "wrap_angle": (formulas.wrap_angle, lambda x: (x + mpmath.pi) % (2 * mpmath.pi) - mpmath.pi),
    "single": (formulas.single, lambda x: mpmath.mpf(float(np.float32(float(x))))),
}

BOUNDED = {
    "sin": lambda x: mpmath.sin(mpmath.pi * x),
    "gaussian": lambda x: mpmath.exp(-x * x / 2),
    "tanh": mpmath.tanh,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "cos": lambda x: mpmath.cos(mpmath.pi * x),
}
EXACT = {
    "linear": lambda x: x,
    "step": lambda x: 1.0 if x > 0 else 0.0,
    "negate": lambda x: -x,
    "abs": abs,
    "relu": lambda x: max(x, 0.0),
    "square": lambda x: x * x,
}
ALL = {f"formula {name}": formula for name, (formula, _) in FORMULAS.items()}
ALL |= {f"activation {name}": activation.formula for name, activation in ACTIVATIONS.items()}


def errors(formula, truth, points):
    values = np.broadcast_to(formula(points), points.shape).tolist()
    return [float(abs(v - truth(mpmath.mpf(x)))) for v, x in zip(values, points.tolist(), strict=True)]


def test_every_activation_is_held_to_a_truth():
    assert BOUNDED.keys() | EXACT.keys() == set(NAMES)


def test_the_names_are_those_of_the_paper_and_keep_their_order():
    assert (
        *("linear", "step", "sin", "gaussian", "tanh", "sigmoid", "negate", "abs", "relu", "cos", "square"),
    ) == NAMES
    assert NAMES[:10] == DEFAULT_SET
    assert [CODE[name] for name in NAMES] == list(range(len(NAMES)))


@pytest.mark.parametrize("name", FORMULAS)
def test_formula_is_accurate(name):
    formula, truth = FORMULAS[name]
    points = np.abs(POINTS) if name == "decay" else POINTS
    assert max(errors(formula, truth, points)) < (2e-14 if name == "wrap_angle" else 1e-14)


@pytest.mark.parametrize("name", BOUNDED)
def test_bounded_activation_is_accurate(name):
    assert max(errors(ACTIVATIONS[name].formula, BOUNDED[name], POINTS)) < 1e-14


@pytest.mark.parametrize("name", EXACT)
def test_other_activation_is_exact(name):
    values = np.broadcast_to(ACTIVATIONS[name].formula(POINTS), POINTS.shape)
    assert values.tolist() == [EXACT[name](x) for x in POINTS.tolist()]


def test_sin_pi_vanishes_at_integers_and_is_one_in_size_between():
    integers = np.r_[np.arange(-1000.0, 1001.0), 2.0**40, -(2.0**60), 1e100]
    assert (formulas.sin_pi(integers) == 0).all()
    assert np.abs(formulas.sin_pi(np.arange(-1000.0, 1000.0) + 0.5)).tolist() == [1.0] * 2000


def test_cos_pi_is_exactly_one_at_zero_and_exactly_even():
    assert formulas.cos_pi(0.0) == 1.0
    assert formulas.cos_pi(-0.0) == 1.0
    assert (formulas.cos_pi(POINTS) == formulas.cos_pi(-POINTS)).all()


def test_an_angle_that_is_wrapped_keeps_its_bits_and_others_come_into_bounds():
    inside = np.r_[np.linspace(-np.pi, np.pi - 1e-15, 1001), 0.0, -0.0, 1e-300]
    assert formulas.wrap_angle(inside).tobytes() == inside.tobytes()
    assert formulas.wrap_angle(np.pi) == -np.pi
    wrapped = formulas.wrap_angle(POINTS)
    assert (np.abs(wrapped) <= np.nextafter(np.pi, 4) + 1e-14).all()
    np.testing.assert_allclose(np.sin(wrapped), np.sin(POINTS), atol=2e-14)


def test_arithmetic_that_is_rounded_to_single_has_the_bits_of_float32():
    a, b = (_rng.normal(size=(2, 5000)) * 10.0 ** _rng.integers(-4, 5, (2, 5000))).astype(np.float32)
    double = a.astype(np.float64), b.astype(np.float64)
    for operation in (np.add, np.subtract, np.multiply, np.divide):
        of_double = formulas.single(operation(*double))
        assert of_double.dtype == np.float64
        assert of_double.astype(np.float32).tobytes() == operation(a, b).tobytes()
    assert (formulas.single(of_double) == of_double).all()


@pytest.mark.parametrize("name", ["sin_pi", "sin", "tanh"])
def test_odd_functions_are_odd_up_to_one_unit_in_the_last_place(name):
    formula = FORMULAS[name][0]
    assert np.abs(formula(POINTS) + formula(-POINTS)).max() <= np.spacing(0.5)


@pytest.mark.parametrize("name", ["sin", "gaussian", "tanh", "sigmoid", "cos"])
def test_bounded_activation_never_leaves_its_bounds(name):
    values = ACTIVATIONS[name].formula(np.r_[POINTS, EXTREMES])
    assert values.max() <= 1.0
    assert values.min() >= (0.0 if name in ("gaussian", "sigmoid") else -1.0)


@pytest.mark.parametrize("name", NAMES)
def test_value_at_zero_is_exact(name):
    truth = (BOUNDED | EXACT)[name](mpmath.mpf(0))
    assert VALUE_AT_ZERO[CODE[name]] == float(truth)
    assert ACTIVATIONS[name].formula(-0.0) == float(truth)


@pytest.mark.parametrize("name", ALL)
def test_values_stay_finite(name):
    points = np.abs(EXTREMES) if name == "formula decay" else EXTREMES
    if name == "formula single":
        points = points[np.abs(points) < 3e38]  # beyond, a float32 is infinite
    assert np.isfinite(ALL[name](points)).all()
    assert all(math.isfinite(ALL[name](x)) for x in points.tolist())


@pytest.mark.parametrize("name", ALL)
def test_floats_arrays_and_compiled_code_give_the_same_bits(name):
    formula = ALL[name]
    points = np.r_[POINTS, EXTREMES]
    points = np.abs(points) if name == "formula decay" else points
    points = points[np.abs(points) < 3e38] if name == "formula single" else points
    compiled = compiled_formula(formula)

    @numba.njit(error_model="numpy")
    def run(x, out):
        for k in range(x.size):
            out[k] = compiled(x[k])

    of_kernel = np.empty_like(points)
    run(points, of_kernel)
    of_array = np.asarray(formula(points), np.float64)
    assert of_kernel.tobytes() == of_array.tobytes()
    assert np.array([float(formula(x)) for x in points.tolist()]).tobytes() == of_array.tobytes()
