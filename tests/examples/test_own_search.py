"""The examples of a search's parts work together: evolved, stopped, resumed, exported, in every language."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from wann.activations import CODE, code_of, label_of
from wann.config import load_config
from wann.errors import GenomeError
from wann.export.formulas.javascript import javascript
from wann.genome import genome_from_json, genome_to_json
from wann.genome.genome import Genome
from wann.network.network import Networks
from wann.network.plan import compile_genome
from wann.network.reference import forward
from wann.network.single import SingleNetwork
from wann.records.run.history import read_history
from wann.training.module import NetworkModule
from wann.workflows.search.evolve import resume, start

EXAMPLES = Path(__file__).parents[2] / "examples"
SOFTSIGN = f"{EXAMPLES / 'own_activation.py'}:softsign"


def softsign_network():
    code = code_of(SOFTSIGN)
    return Genome(1, 1, [code], [1, 0], [2, 2], [True, True], [0, 1])


def test_a_search_of_parts_of_ones_own_resumes_to_the_same_result(tmp_path):
    local = ["evaluation.backend=local", "evaluation.workers=1", "search.population=12"]
    config = load_config(EXAMPLES / "own_search.yaml", [*local, "search.generations=4"])
    whole = start(config, tmp_path / "whole", "own")
    start(
        load_config(EXAMPLES / "own_search.yaml", [*local, "search.generations=2"]), tmp_path / "two", "own"
    )
    resumed = resume(tmp_path / "two", generations=4)
    digests = [
        [row.digest for row in read_history(tmp_path / name / "history.csv")] for name in ("whole", "two")
    ]
    assert digests[0] == digests[1]
    assert whole.state.memory == resumed.state.memory
    assert "own_activation.py" in (tmp_path / "whole" / "manifest.json").read_text()


def test_an_activation_of_ones_own_is_one_everywhere():
    genome, inputs = softsign_network(), np.linspace(-3, 3, 7)[:, None]
    network = compile_genome(genome)
    sums = 1.5 * (inputs + 1.0)
    expected = sums / (1.0 + abs(sums))
    assert forward(network, np.full((7, 1), 1.5), inputs).tobytes() == expected.tobytes()
    single = SingleNetwork(network)
    single.weigh(np.array([1.5]))
    for value, output in zip(inputs[:, 0], expected[:, 0], strict=True):
        single.inputs[0] = value
        single()
        assert single.outputs[0] == output
    module = NetworkModule(network, np.array([1.5]))
    assert module(torch.tensor(inputs)).detach().numpy() == pytest.approx(expected, rel=1e-14)
    assert f"{json.dumps(SOFTSIGN)}: softsign" in javascript()
    assert label_of(SOFTSIGN) == "softsign"


def test_it_goes_to_another_process_by_its_name():
    genome = softsign_network()
    networks = Networks.of(compile_genome(genome))
    script = """
import pickle, sys
import wann.tasks.own
from wann.activations import Activation, add_own
add_own("other:one", Activation(abs, "another one has the first place here"))
networks, genome = pickle.load(sys.stdin.buffer)
print(networks[0].activations, genome.digest, networks.codes[0] == genome.activations[0])
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        input=pickle.dumps((networks, genome)),
        capture_output=True,
        check=True,
    )
    assert done.stdout.decode().split() == [f"['{SOFTSIGN}']", genome.digest, "True"]
    assert genome_from_json(genome_to_json(genome)) == genome


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("def f(x):\n    return [x]", "expected a float64 array"),
        ("def f(x):\n    return x / 0.0 if True else x", "finite"),
        ("def tanh(x):\n    return x\nf = tanh", "give it another name"),
        ("import math\ndef f(x):\n    return math.nothing(x)", "AttributeError"),
        ("f = 3", "expected a function of one argument"),
        ("def f(x, y):\n    return x", "expected a function of one argument"),
    ],
)
def test_what_is_no_formula_is_told_in_one_line(tmp_path, text, told):
    (tmp_path / "bad.py").write_text(text)
    known = len(CODE)
    with pytest.raises(GenomeError) as caught, np.errstate(all="ignore"):
        code_of(f"{tmp_path / 'bad.py'}:f")
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(CODE) == known
