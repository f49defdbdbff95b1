"""The C file: what float and fixed point cost in accuracy, what it takes in memory, and its extremes."""

from __future__ import annotations

import re
import subprocess

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from wann.activations import ACTIVATIONS, CODE, NAMES
from wann.export.c.fixed import to_fixed
from wann.export.c.size import memory
from wann.export.c.source import c_source
from wann.genome.genome import Genome
from wann.network.network import Network
from wann.network.plan import compile_genome
from wann.network.reference import node_values

few = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])

# What the files' headers and docs/export.md say: the largest error of an activation for the sum that it gets.
FLOAT_ERROR = {"sin": 5e-7, "cos": 5e-7, "gaussian": 6e-6, "sigmoid": 6e-6, "tanh": 1.2e-5}
FIXED_ERROR = {"sin": 1e-5, "cos": 1e-5, "gaussian": 2.5e-5, "sigmoid": 2e-5, "tanh": 3e-5, "square": 1e-5}

_rng = np.random.default_rng(4)
POINTS = np.concatenate(
    [
        _rng.normal(size=20000) * 2,
        _rng.uniform(-50, 50, 20000),
        _rng.uniform(-1000, 1000, 5000),
        np.arange(-100, 101) * 0.25,
        [0.0, -0.0],
    ]
)


@pytest.mark.parametrize("name", NAMES)
def test_float_activation_has_the_stated_error(name, single_node, to_export, run_c):
    points = POINTS.astype(np.float32)
    outputs = run_c(to_export(single_node(name), number="float"), np.ones(len(points)), points[:, None])[:, 0]
    truth = ACTIVATIONS[name].formula(points.astype(np.float64))
    if name in FLOAT_ERROR:
        assert np.abs(outputs - truth).max() <= FLOAT_ERROR[name]
    else:
        np.testing.assert_array_equal(outputs, np.asarray(truth).astype(np.float32))


@pytest.mark.parametrize("name", NAMES)
def test_fixed_activation_has_the_stated_error(name, single_node, to_export, run_c):
    most = 180 if name == "square" else 32767  # from 181 on, squares do not fit
    points = np.r_[POINTS, np.random.default_rng(5).uniform(-most, most, 20000), most, -most]
    points = np.round(points[np.abs(points) <= most] * 65536).astype(np.int32)
    export = to_export(single_node(name), number="fixed")
    outputs = run_c(export, np.full(len(points), 65536), points[:, None])[:, 0] / 65536
    truth = ACTIVATIONS[name].formula(points / 65536)
    assert np.abs(outputs - truth).max() <= FIXED_ERROR.get(name, 0.0)


def test_stated_errors_are_in_the_files(to_export, single_node):
    for number, errors in (("float", FLOAT_ERROR), ("fixed", FIXED_ERROR)):
        header = c_source(to_export(single_node("tanh"), number=number)).partition("*/")[0]
        said = set(re.findall(r"\d[\d.]*e-\d+", header))
        assert {float(value) for value in said} == set(errors.values())


# Activations that are exact in fixed point, and numbers whose products have few digits.
EXACT = ("linear", "step", "negate", "abs", "relu")


@few
@given(st.integers(0, 2**32))
def test_fixed_point_is_exact_where_its_digits_are_enough(random_genome, to_export, run_c, seed):
    genome, rng = random_genome(seed), np.random.default_rng(seed)
    codes = np.array([CODE[EXACT[code % len(EXACT)]] for code in genome.activations])
    parts = (genome.source, genome.target, genome.enabled, genome.innovation)
    network = compile_genome(Genome(genome.n_inputs, genome.n_outputs, codes, *parts))
    inputs = rng.integers(-20, 21, (30, network.n_inputs)) * 0.25
    weights = rng.choice([-1.0, -0.5, 0.5, 1.0], 30)
    values = node_values(network, weights[:, None], inputs)
    assume(np.abs(values).max() < 16000)
    outputs = run_c(
        to_export(network, number="fixed"), np.round(weights * 65536).astype(int), np.round(inputs * 65536)
    )
    assert (outputs / 65536 == values[:, network.n_nodes - network.n_outputs :]).all()


@pytest.mark.parametrize("number", ["double", "float", "fixed"])
@pytest.mark.parametrize("own", [False, True])
def test_nothing_is_undefined_at_the_extremes(number, own, grow, to_export, compile_c, tmp_path):
    network = compile_genome(grow(2, 2, generations=60, seed=8, size=2)[0])
    weights = np.random.default_rng(0).normal(size=(1, network.n_connections)) * 1e4 if own else None
    export = to_export(network, weights, number=number, shared_weight=-30000.0)
    undefined = ("-fsanitize=undefined", "-fno-sanitize-recover=all", "-DWANN_MAIN")
    program = compile_c(export, tmp_path, *undefined)
    largest = {"double": 1e300, "float": 1e30, "fixed": 32767.0}[number]
    rows = [[a, b] for a in (largest, -largest, 0, 0.5) for b in (largest, -largest, 1e-9)]
    rows += (np.random.default_rng(1).uniform(-1, 1, (200, 2)) * largest).tolist()
    text = "\n".join(f"{a!r} {b!r}" for a, b in rows)
    done = subprocess.run([program], input=text, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    outputs = np.array([line.split() for line in done.stdout.splitlines()], float)
    assert outputs.shape == (len(rows), 2)
    assert np.isfinite(outputs).all()


def test_weights_that_a_float_cannot_hold_are_clamped(single_node, to_export, run_c):
    for weight, result in ((1e100, 1e18), (-1e100, -1e18), (1e-300, 0.0)):
        export = to_export(single_node("linear"), np.array([[weight]]), number="float")
        assert run_c(export, None, np.ones((1, 1)))[0, 0] == np.float32(result)


def test_a_weight_in_fixed_point_saturates():
    assert to_fixed(0.5) == 32768
    assert to_fixed(1e100) == 2**31 - 1
    assert to_fixed(-1e100) == -(2**31) + 1


def test_the_trial_program_takes_a_weight_and_numbers(plain_networks, to_export, compile_c, tmp_path):
    export = to_export(plain_networks["no hidden nodes"], shared_weight=0.5)
    program = compile_c(export, tmp_path, "-DWANN_MAIN")

    def run(*weight):
        done = subprocess.run(
            [program, *weight], input="1 2\n3 -1 0 0.25", capture_output=True, text=True, check=True
        )
        return [[float(x) for x in line.split()] for line in done.stdout.splitlines()]

    tanh = ACTIVATIONS["tanh"].formula
    assert run() == [[1.0, tanh(0.5 * 5.0)], [0.0, tanh(0.5 * 0.25)]]
    assert run("-2") == [[-4.0, tanh(-2 * 5.0)], [0.0, tanh(-2 * 0.25)]]


# Memory


@pytest.mark.parametrize("number", ["double", "float", "fixed"])
@pytest.mark.parametrize("own", [False, True])
def test_memory_is_as_stated(number, own, grow, to_export, compile_c, tmp_path):
    network = compile_genome(grow(3, 2, generations=120, seed=2, size=2)[0])
    weights = np.random.default_rng(0).normal(size=(1, network.n_connections)) if own else None
    export = to_export(network, weights, number=number)
    stated = memory(export)
    plain = compile_c(export, tmp_path, "-O0", "-c", result="tables.o")
    symbols = subprocess.run(["nm", "-S", "-td", plain], capture_output=True, text=True, check=True).stdout
    sizes = {row[3]: (int(row[1]), row[2]) for row in map(str.split, symbols.splitlines()) if len(row) == 4}
    tables = {"ACTIVATION", "END", "SOURCE"} | ({"WEIGHT"} if own else set())
    assert {name for name, (_, kind) in sizes.items() if kind != "t" and kind != "T"} == tables
    assert sum(sizes[name][0] for name in tables) == stated.tables
    small = compile_c(export, tmp_path, "-Os", "-fstack-usage", "-c", result="small.o")
    text, data, bss = (
        subprocess.run(["size", small], capture_output=True, text=True, check=True)
        .stdout.split("\n")[1]
        .split()[:3]
    )
    assert (data, bss) == ("0", "0")
    # another processor than the one it is stated for
    assert stated.code / 2 < int(text) - stated.tables < stated.code * 2
    stack = [
        int(line.split()[1]) for line in (tmp_path / "small.su").read_text().splitlines() if "_step" in line
    ]
    assert stated.ram <= max(stack) < stated.ram + 150


def test_the_file_uses_no_library(plain_networks, to_export, compile_c, tmp_path):
    for number in ("double", "float", "fixed"):
        export = to_export(plain_networks["every activation"], number=number)
        part = compile_c(export, tmp_path, "-c", result="part.o")
        missing = subprocess.run(["nm", "-u", part], capture_output=True, text=True, check=True).stdout
        assert missing == ""
        text = c_source(export)
        assert re.findall(r"#include (.*)", text.partition("#ifdef WANN_MAIN")[0]) == ["<stdint.h>"]


def test_many_nodes_and_connections_get_wider_tables(to_export, run_c):
    """Three hundred inputs, each to both outputs: more than 255 nodes and connections."""
    sources = np.tile(np.arange(1, 301), 2).astype(np.int32)
    network = Network(300, 2, np.zeros(2, np.int8), np.array([0, 300, 600], np.int32), sources, sources)
    text = c_source(to_export(network))
    assert "static const uint16_t SOURCE[600]" in text
    assert "static const uint16_t END[2]" in text
    outputs = run_c(to_export(network), np.array([2.0]), np.arange(300.0)[None])
    assert outputs.tolist() == [[2 * 44850.0, 2 * 44850.0]]


@pytest.mark.parametrize("name", ["champion", "a b-c.d", "9lives", "é", ""])
@pytest.mark.parametrize("task", ["*/ int x; /*", '"quoted" \\', "??/\n?", "a/b:c-v0", "\x00é"])
def test_names_from_elsewhere_break_nothing(name, task, single_node, to_export, compile_c, tmp_path):
    export = to_export(single_node("tanh"), name=name, task=task, provenance={"made_by": task, "list": [1]})
    assert re.fullmatch("[A-Za-z][A-Za-z0-9_]*", export.identifier)
    compile_c(export, tmp_path, "-c")
