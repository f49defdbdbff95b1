"""docs/network-file.md against the code: the example, the fields, and the reader that needs no `wann`."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from wann.activations import ACTIVATIONS, CLAMP, NAMES
from wann.config import TaskConfig, parse_config
from wann.genome.genome import Genome
from wann.genome.serial import MOST_GENES, MOST_NODES, genome_to_json
from wann.network.plan import compile_genome
from wann.network.reference import forward
from wann.records.network import file as network_file
from wann.records.network.file import SCHEMA, NetworkFile
from wann.records.run.champion import champion_file
from wann.search.state import Champion
from wann.workflows.importing import import_release

PAGE = (Path(__file__).parents[2] / "docs" / "network-file.md").read_text("utf-8")


def block(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return found


EXAMPLE = json.loads(block("json"))


@pytest.fixture
def example(tmp_path) -> Path:
    path = tmp_path / "champion.json"
    path.write_text(block("json"))
    return path


@pytest.fixture(scope="module")
def outputs():
    """The page's function, compiled from the page."""
    scope: dict = {}
    exec(block("python").split("\n\n\nfile =")[0], scope)
    return scope["outputs"]


def test_the_example_is_a_file_as_the_code_writes_it(example):
    file = NetworkFile.load(example)
    assert file.to_json() == EXAMPLE
    genome = Genome(
        3, 1, [0, 4, 3], [0, 1, 1, 5, 3, 6], [4, 4, 5, 4, 6, 5], [1, 0, 1, 1, 1, 1], [0, 1, 4, 5, 6, 7]
    )
    assert file.genome == genome
    assert file.task == TaskConfig(env="Pendulum-v1")


def fields(value: dict, within: str = "") -> set[str]:
    found = {within + key for key in value}
    return found | (fields(value["genome"], "genome.") if "genome" in value else set())


def test_the_table_has_every_field_and_no_other(example):
    rows = re.findall(r"^\| `([a-z_.]+)` \| [^|]+ \| [^|]+ \|$", PAGE, re.MULTILINE)
    assert set(rows) == fields(NetworkFile.load(example).to_json())
    assert len(rows) == len(set(rows))


def test_bounds_on_the_page_are_those_of_the_code():
    assert f"1 to {MOST_NODES:,}" in PAGE
    assert f"at most {MOST_NODES:,} strings" in PAGE
    assert f"at most {MOST_GENES:,} rows" in PAGE
    assert f"at most {network_file._MOST_BYTES >> 20} MiB" in PAGE
    assert f"+-{CLAMP:g}" in PAGE.replace("1e100", "1e+100")
    assert f"`{SCHEMA}`" in PAGE


def test_what_may_be_left_out_may_be(example):
    needed = {key: EXAMPLE[key] for key in ("schema", "task")}
    needed["genome"] = genome_to_json(NetworkFile.load(example).genome)
    example.write_text(json.dumps(needed))
    file = NetworkFile.load(example)
    assert (file.shared_weight, file.weights, file.provenance) == (None, None, {})


def test_unknown_fields_are_passed_over_but_not_in_the_task(example):
    example.write_text(json.dumps(EXAMPLE | {"new": 1, "genome": EXAMPLE["genome"] | {"new": [2]}}))
    assert NetworkFile.load(example).to_json() == EXAMPLE
    for change in ({"task": EXAMPLE["task"] | {"new": 1}}, {"schema": "wann-network/3"}):
        example.write_text(json.dumps(EXAMPLE | change))
        with pytest.raises(network_file.GenomeError):
            NetworkFile.load(example)


def test_provenance_that_is_written_is_named(random_genome, tmp_path):
    config = parse_config("task: {env: Pendulum-v1}", "text")
    champion = Champion(random_genome(1, 3, 1), 1, 2.0, 1.0)
    keys = set(champion_file(champion, config, {"name": "x", "config_hash": "y"}).provenance)
    (tmp_path / "x.out").write_text("0,0,0,0,1,1\n" * 4 + "0,0,0,0,0,1\n")
    (tmp_path / "w.json").write_text("[[1, 2, 3, 4], 0]")
    keys |= set(import_release(tmp_path / "x.out", config, tmp_path / "w.json").provenance)
    assert [key for key in keys if f"`{key}`" not in PAGE] == []


def test_the_table_of_activations_is_the_codes():
    rows = re.findall(r"^\| `([a-z]+)` \| ([^|]*(?:\\\|[^|]*)*) \|$", PAGE, re.MULTILINE)
    written = {name: formula.replace("\\|", "|").strip() for name, formula in rows}
    assert written == {name: ACTIVATIONS[name].text for name in NAMES}


# The reader


def test_the_reader_runs_as_it_stands(example, outputs):
    script = example.with_name("reader.py")
    script.write_text(block("python"))
    # -I: neither this checkout nor anything of the user's can be imported; -S: nor any installed package
    done = subprocess.run(
        [sys.executable, "-I", "-S", script], capture_output=True, text=True, cwd=example.parent
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    # by hand: h6 = gaussian(0) = 1, h5 = tanh(-1.5 (1 + 1)), output = -1.5 (1 + h5)
    assert found == pytest.approx([-1.5 * (1 + np.tanh(-3.0))])
    assert "wann" not in block("python").replace("wann-network/2", "")


def test_its_function_has_ten_lines():
    body = block("python").split("def outputs")[1].split("\n\n\n")[0]
    assert len([line for line in body.splitlines() if line]) == 10


@pytest.mark.parametrize("seed", range(60))
def test_the_reader_computes_what_wann_does(seed, random_genome, outputs, tmp_path):
    genome = random_genome(seed)
    rng = np.random.default_rng(seed)
    trained = rng.normal(0, 1, int(genome.enabled.sum()))
    NetworkFile(TaskConfig(env="X-v0"), genome, -1.5, trained).save(tmp_path / "x.json")
    data = json.loads((tmp_path / "x.json").read_text())
    network = compile_genome(genome)
    own = NetworkFile.load(tmp_path / "x.json").connection_weights(network)
    assert own is not None
    for _ in range(5):
        inputs = rng.normal(0, 1, genome.n_inputs)
        shared = forward(network, np.array([[-1.5]]), inputs[None])[0]
        assert outputs(data, inputs.tolist(), -1.5) == pytest.approx(shared.tolist(), rel=1e-9, abs=1e-9)
        found = outputs(data, inputs.tolist())
        assert found == pytest.approx(forward(network, own, inputs[None])[0].tolist(), rel=1e-9, abs=1e-9)
