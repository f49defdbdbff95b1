"""Matrices and weights of the original release: what is read, and one clear line for what cannot be."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wann.activations import ACTIVATIONS, NAMES
from wann.errors import GenomeError
from wann.genome import release
from wann.genome.release import read_release, read_release_weights

# bias 0, inputs 1 2, hidden 3 4, output 5: 0->3, 1->3, 2->4 disabled, 2->5, 3->4, 4->5
MATRIX = np.zeros((6, 6))
MATRIX[[0, 1, 2, 3, 4], [3, 3, 5, 4, 5]] = [-1.58, 0.001, 3, 1, -1]
MATRIX[2, 4] = np.nan
CODES = [1, 1, 1, 5, 7, 2]


def text_of(matrix=MATRIX, codes=CODES) -> str:
    rows = np.column_stack([matrix, codes])
    return "".join(",".join(f"{value:.2e}" for value in row) + "\n" for row in rows)


def test_nodes_keep_their_connections_and_outputs_come_before_hidden_nodes():
    genome = read_release(text_of(), 2, 1)
    assert (genome.n_inputs, genome.n_outputs, genome.n_hidden) == (2, 1, 2)
    assert [NAMES[code] for code in genome.activations] == ["step", "tanh", "negate"]
    rows = zip(genome.source, genome.target, genome.enabled, strict=True)
    # in the order of the matrix's rows: 3, 4, 5 there are 4, 5, 3 here
    assert [(int(s), int(t), bool(e)) for s, t, e in rows] == [
        (0, 4, True),
        (1, 4, True),
        (2, 5, False),
        (2, 3, True),
        (4, 5, True),
        (5, 3, True),
    ]
    assert len(set(genome.innovation.tolist())) == 6


def test_only_the_topology_counts():
    other = np.where((MATRIX != 0) & ~np.isnan(MATRIX), 0.5, MATRIX)
    assert read_release(text_of(other), 2, 1) == read_release(text_of(), 2, 1)


FORMULAS = {
    1: lambda x: x,
    2: lambda x: float(x > 0),
    3: lambda x: np.sin(np.pi * x),
    4: lambda x: np.exp(-x * x / 2),
    5: np.tanh,
    6: lambda x: 1 / (1 + np.exp(-x)),
    7: lambda x: -x,
    8: abs,
    9: lambda x: max(0.0, x),
    10: lambda x: np.cos(np.pi * x),
    11: lambda x: x * x,
}


@pytest.mark.parametrize("code", FORMULAS)
def test_codes_stand_for_the_releases_formulas(code):
    genome = read_release(text_of(codes=[1, 1, 1, code, 1, 1]), 2, 1)
    formula = ACTIVATIONS[NAMES[genome.activations[1]]].formula
    for x in (-1.7, -0.3, 0.0, 0.4, 2.1):
        assert formula(x) == pytest.approx(FORMULAS[code](x), abs=1e-12)


@given(st.integers(0, 10**6))
def test_any_upper_triangular_matrix_is_read_as_it_stands(seed):
    rng = np.random.default_rng(seed)
    n_inputs, n_outputs, n_hidden = (int(n) for n in rng.integers([1, 1, 0], [5, 4, 7]))
    n, first = 1 + n_inputs + n_hidden + n_outputs, 1 + n_inputs
    matrix = np.triu(rng.choice([0.0, 0.0, 1.0, -2.5, np.nan], (n, n)), 1)
    matrix[:, :first], matrix[n - n_outputs :] = 0, 0
    if n_hidden:
        matrix[0, first], matrix[n - n_outputs - 1, -1] = np.nan, 1.0
    codes = rng.integers(1, 12, n)
    genome = read_release(text_of(matrix, codes), n_inputs, n_outputs)
    name = list(range(first)) + list(range(first + n_outputs, n)) + list(range(first, first + n_outputs))
    back = np.zeros((n, n))
    for s, t, e in zip(genome.source, genome.target, genome.enabled, strict=True):
        back[name.index(s), name.index(t)] = 1 if e else np.nan
    np.testing.assert_array_equal(back, np.where(np.isnan(matrix), np.nan, matrix != 0))
    # the release's order of weights: row-major over the enabled connections
    order = [(name.index(s), name.index(t)) for s, t in zip(genome.source, genome.target, strict=True)]
    assert order == sorted(order)
    assert [NAMES[c] for c in genome.activations] == [
        release.ACTIVATIONS[code - 1] for code in [*codes[n - n_outputs :], *codes[first : n - n_outputs]]
    ]


def test_line_ends_blanks_and_a_missing_last_newline_do_not_matter():
    text = text_of()
    for other in (text.replace("\n", "\r\n"), text.strip(), text + "\n\n", text.replace(",", " , ")):
        assert read_release(other, 2, 1) == read_release(text, 2, 1)


def with_cell(row: int, column: int, cell: object) -> str:
    rows = [line.split(",") for line in text_of().splitlines()]
    rows[row][column] = str(cell)
    return "\n".join(map(",".join, rows))


LOOP = MATRIX.copy()
LOOP[4, 3] = np.nan  # 3 -> 4 -> 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        (" \n\n", "empty"),
        ("\x00\xff", "expected 2 columns"),
        ("hello", "expected 2 columns"),
        ("{}", "expected 2 columns"),
        (text_of()[: len(text_of()) // 2], "line 1: expected 5 columns"),
        (text_of()[:-20], "line 6: expected 7 columns"),
        ("\n".join(text_of().splitlines()[:5]), "line 1: expected 6 columns"),
        (text_of().replace("\n", "\n\n", 1), "line 1: expected 8 columns"),
        (text_of().replace(",", ";"), "line 1: expected 7 columns, one for each of the 6 lines"),
        (text_of(np.zeros((6, 7))), "expected 7 columns"),
        (with_cell(1, 3, "x"), "line 2, column 4: expected a number or nan, got 'x'"),
        (with_cell(1, 3, ""), "got ''"),
        (with_cell(1, 3, "inf"), "got 'inf'"),
        (with_cell(1, 3, "1e999"), "got '1e999'"),
        (with_cell(1, 3, "1_0"), "got '1_0'"),
        (with_cell(1, 3, "0x1"), "got '0x1'"),
        (with_cell(1, 3, "9" * 10_000), "column 4"),
        (with_cell(2, 6, "0"), "line 3, last column: expected an activation code from 1 to 11, got 0"),
        (with_cell(2, 6, "12"), "got 12"),
        (with_cell(2, 6, "1.5"), "got 1.5"),
        (with_cell(2, 6, "nan"), "got nan"),
        (with_cell(2, 6, "-1"), "got -1"),
        (with_cell(3, 0, "1"), "line 1: this node has an incoming connection, but is the bias or an input"),
        (with_cell(3, 2, "nan"), "line 3: this node has an incoming connection"),
        (with_cell(5, 3, "1"), "line 6: this node has an outgoing connection, but is an output"),
        (text_of(LOOP), "cycle"),
        (with_cell(3, 3, "1"), "cycle"),
    ],
)
def test_what_is_no_such_matrix_is_told_in_one_line(text, words):
    with pytest.raises(GenomeError) as caught:
        read_release(text, 2, 1)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize(
    ("n_inputs", "n_outputs", "words"),
    [
        (1, 1, "line 3: this node has no incoming connection, but is hidden"),
        (3, 1, "line 4: this node has an incoming connection, but is the bias or an input"),
        (2, 2, "line 5: this node has an outgoing connection, but is an output"),
        (5, 1, "has 6 nodes, too few"),
        (4, 2, "has 6 nodes, too few"),
    ],
)
def test_a_network_for_another_task_is_noticed(n_inputs, n_outputs, words):
    with pytest.raises(GenomeError) as caught:
        read_release(text_of(), n_inputs, n_outputs)
    assert words in str(caught.value)
    assert f"with {n_inputs} inputs and {n_outputs} outputs" in str(caught.value)
    assert "another task" in str(caught.value)


def test_an_output_too_many_would_be_a_hidden_node_and_is_noticed():
    matrix = np.zeros((5, 5))
    matrix[0, 2], matrix[1, 3], matrix[2, 3] = 1, 1, 1  # bias 0, input 1, hidden 2, outputs 3 4
    assert read_release(text_of(matrix, [1] * 5), 1, 2).n_hidden == 1
    with pytest.raises(GenomeError, match="line 4: this node has no outgoing connection, but is hidden"):
        read_release(text_of(matrix, [1] * 5), 1, 1)


def test_inputs_and_outputs_may_be_unconnected():
    genome = read_release(text_of(np.zeros((4, 4)), [1] * 4), 1, 2)
    assert (genome.n_hidden, len(genome.source)) == (0, 0)


def test_more_connections_than_a_file_may_hold_are_refused(monkeypatch):
    monkeypatch.setattr(release, "MOST_GENES", 5)
    with pytest.raises(GenomeError, match="line 5: more than 5 connections"):
        read_release(text_of(), 2, 1)


# Weights


def test_weights_are_offsets_from_a_shared_weight_or_the_weights_themselves():
    text = json.dumps([[0.5, -1, 2], 932])
    assert read_release_weights(text, 3).tolist() == [0.5, -1.0, 2.0]
    assert read_release_weights(text, 3, -1.5).tolist() == [-1.0, -2.5, 0.5]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "as JSON"),
        ("[[1, 2, 3], 4", "as JSON"),
        ("[" * 100_000, "as JSON"),
        ("[[" + "9" * 10_000 + "], 1]", "as JSON"),
        ("{}", "[weights, score]"),
        ("[1, 2, 3]", "[weights, score]"),
        ("[[1, 2, 3]]", "[weights, score]"),
        ("[[1, 2, 3], 4, 5]", "[weights, score]"),
        ("[{}, 4]", "[weights, score]"),
        ("[[1, 2], 4]", "expected 3 weights, one per enabled connection in row-major order, got 2"),
        ("[[1, 2, 3, 4], 4]", "got 4"),
        ("[[[1, 2, 3]], 4]", "got 1"),
        ('[[1, "2", 3], 4]', "weight 1: expected a number"),
        ("[[1, null, 3], 4]", "weight 1"),
        ("[[1, true, 3], 4]", "weight 1"),
        ("[[1, NaN, 3], 4]", "weight 1"),
        ("[[1, 2, Infinity], 4]", "weight 2"),
        ("[[1, 2, 1e101], 4]", "weight 2"),
        ("[[1, 2, 1" + "0" * 400 + "], 4]", "weight 2"),
    ],
)
def test_what_is_no_list_of_weights_is_told_in_one_line(text, words):
    with pytest.raises(GenomeError) as caught:
        read_release_weights(text, 3, -1.5)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 250
