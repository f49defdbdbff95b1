"""The torch file: on its own, in single precision, in batches of any shape, and trainable."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
import torch

from wann.activations import NAMES
from wann.export.writers import write_export
from wann.network.plan import compile_genome
from wann.network.reference import forward


def test_it_needs_no_wann(plain_networks, to_export, tmp_path):
    write_export(to_export(plain_networks["every activation"], name="x"), "torch", tmp_path / "x.py")
    code = (
        "import sys; sys.modules['wann'] = None; sys.modules['numpy.fft'] = None\n"
        "import torch, x\n"
        "print(x.Network()(torch.ones(3, 2, dtype=torch.float64)).shape)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error::SyntaxWarning", "-c", code],
        cwd=tmp_path,
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
        capture_output=True,
        text=True,
    )
    assert done.stdout == "torch.Size([3, 11])\n", done.stderr


def test_single_precision(plain_networks, to_export, load_torch):
    network = plain_networks["every activation"]
    module = load_torch(to_export(network)).float()
    inputs = np.random.default_rng(0).uniform(-3, 3, (100, 2))
    outputs = module(torch.tensor(inputs, dtype=torch.float32), 1.0)
    assert outputs.dtype == torch.float32
    truth = forward(network, np.ones((100, 1)), inputs)
    np.testing.assert_allclose(outputs.detach().numpy(), truth, rtol=1e-5, atol=2e-5)
    extreme = module(torch.full((1, 2), 1e30))
    assert torch.isfinite(extreme).all()


def test_any_batch_and_any_weight(grow, to_export, load_torch):
    network = compile_genome(grow(3, 2, generations=30, seed=1, size=2)[0])
    module = load_torch(to_export(network, shared_weight=-1.5))
    x = torch.randn(4, 5, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    whole = module(x)
    assert whole.shape == (4, 5, 2)
    assert torch.equal(module(x[1, 2]), whole[1, 2])
    assert torch.equal(module(x, -1.5), whole)
    assert module(x[:, :0]).shape == (4, 0, 2)
    weights = torch.tensor([0.5, -2.0, 1.0, 3.0], dtype=torch.float64)
    each = module(x[:, 0], weights[:, None])
    for k in range(4):
        assert torch.equal(each[k], module(x[k, 0], float(weights[k])))


def test_its_weights_are_what_is_saved(pruned, to_export, load_torch):
    network, weights = pruned(3)
    module = load_torch(to_export(network, weights))
    assert {name: value.shape for name, value in module.state_dict().items()} == {"weights": weights[0].shape}
    assert (module.weights.detach().numpy() == weights[0]).all()


@pytest.mark.parametrize("activation", [name for name in NAMES if name != "step"])
def test_derivatives_are_those_of_the_function(activation, single_node, to_export, load_torch):
    """By finite differences; at 0 for smooth ones too, where |x| inside a formula has no derivative."""
    module = load_torch(to_export(single_node(activation), np.array([[1.0]])))
    points = [-2.3, -0.4, 0.7, 3.1] + ([] if activation in ("abs", "relu") else [0.0])
    for point in points:
        x = torch.tensor([point], dtype=torch.float64, requires_grad=True)
        module(x).sum().backward()
        with torch.no_grad():
            ahead, behind = (
                module(torch.tensor([point + step], dtype=torch.float64)) for step in (1e-6, -1e-6)
            )
        assert x.grad.item() == pytest.approx(((ahead - behind) / 2e-6).item(), abs=1e-7)


def test_weights_can_be_trained(pruned, to_export, load_torch):
    network, weights = pruned(5)
    module = load_torch(to_export(network, weights))
    x = torch.ones(8, network.n_inputs, dtype=torch.float64)
    loss = (module(x) - 1).square().mean()
    loss.backward()
    with torch.no_grad():
        module.weights -= 1e-3 * module.weights.grad
    assert (module(x) - 1).square().mean() < loss
