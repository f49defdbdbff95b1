"""The ONNX model: valid, and as its documentation says."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from wann.errors import OutputError
from wann.export.onnx_model import onnx_model
from wann.export.writers import write_export
from wann.network.plan import compile_genome
from wann.network.reference import forward

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")


@pytest.mark.parametrize("number", ["double", "float"])
@pytest.mark.parametrize("name", ["no connections", "no hidden nodes", "every activation twice"])
def test_the_checker_agrees_and_shapes_are_inferred(name, number, plain_networks, to_export):
    network = plain_networks[name]
    model = onnx_model(to_export(network, number=number))
    onnx.checker.check_model(model, full_check=True)
    assert [i.name for i in model.graph.input] == ["observation", "weight"]
    kinds = {onnx.helper.tensor_dtype_to_np_dtype(i.type.tensor_type.elem_type) for i in model.graph.input}
    assert kinds == {np.dtype(np.float64 if number == "double" else np.float32)}


def test_the_weight_may_be_left_out(grow, to_export):
    network = compile_genome(grow(3, 2, generations=30, seed=1, size=2)[0])
    model = onnx_model(to_export(network, shared_weight=-1.5, task="x/Y-v0"))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    inputs = np.random.default_rng(0).normal(size=(7, 3))
    (outputs,) = session.run(["output"], {"observation": inputs})
    np.testing.assert_allclose(outputs, forward(network, np.full((7, 1), -1.5), inputs), rtol=1e-9, atol=1e-9)
    assert session.run(None, {"observation": inputs[:0]})[0].shape == (0, 2)
    assert "Task: x/Y-v0" in model.doc_string


def test_weights_of_connections_leave_no_shared_one(pruned, to_export):
    network, weights = pruned(1)
    model = onnx_model(to_export(network, weights))
    assert [i.name for i in model.graph.input] == ["observation"]


def test_equal_networks_give_equal_bytes(plain_networks, to_export, tmp_path):
    for name in ("a", "b"):
        write_export(to_export(plain_networks["every activation"]), "onnx", tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_without_onnx_the_command_that_installs_it_is_said(monkeypatch, plain_networks, to_export, tmp_path):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(OutputError, match=r'pip install "wann\[onnx\]"') as caught:
        write_export(to_export(plain_networks["no hidden nodes"]), "onnx", tmp_path / "x.onnx")
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []
