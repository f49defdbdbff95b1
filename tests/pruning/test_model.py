"""Masked networks: what is pruned stays exactly 0, whoever trains it, and copies and conversions keep it."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from torch import nn

from wann.activations import ACTIVATIONS, NAMES
from wann.errors import PruningError, UnknownMethod
from wann.pruning.model import mlp as models
from wann.pruning.model.mlp import MLP, from_layers, initial_layers, one_thread
from wann.pruning.torch_modules.torch_prune import from_torch_prune, to_torch_prune


def half_masked(network, seed=0):
    model = network(seed)
    draws = torch.Generator().manual_seed(seed)
    model.set_masks([torch.rand(mask.shape, generator=draws) < 0.5 for mask in model.weight_masks()])
    return model


OPTIMISERS = {
    "adam": lambda p: torch.optim.Adam(p, 0.01, weight_decay=0.01),
    "adam fused": lambda p: torch.optim.Adam(p, 0.01, weight_decay=0.01, fused=True),
    "adamw": lambda p: torch.optim.AdamW(p, 0.01, weight_decay=0.01),
    "sgd": lambda p: torch.optim.SGD(p, 0.01, momentum=0.9, weight_decay=0.01),
}


@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_what_is_pruned_in_training_stays_exactly_0_after_50_steps(network, data, optimiser):
    model = network()
    steps = OPTIMISERS[optimiser](model.parameters())

    def train(count):
        for _ in range(count):
            loss = nn.functional.cross_entropy(model(data.images), data.labels)
            steps.zero_grad()
            loss.backward()
            steps.step()

    train(5)  # momentum is there when the mask comes
    masks = [torch.rand(mask.shape) < 0.5 for mask in model.weight_masks()]
    model.set_masks(masks)
    before = [weight.detach().clone() for weight in model.weights()]
    train(50)
    for weight, old, mask in zip(model.weights(), before, masks, strict=True):
        assert (weight[~mask] == 0.0).all()
        assert (weight[mask] != old[mask]).all()


@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_what_comes_back_starts_at_0_without_moments(network, data, optimiser):
    model = network()
    steps = OPTIMISERS[optimiser](model.parameters())
    nn.functional.cross_entropy(model(data.images), data.labels).backward()
    steps.step()
    old = [weight.detach().clone() for weight in model.weights()]
    full, masks = model.weight_masks(), [torch.rand(w.shape) < 0.5 for w in model.weights()]
    model.set_masks(masks)
    model.set_masks(full, optimiser=steps)
    for weight, was, mask, layer in zip(model.weights(), old, masks, model.layers, strict=True):
        assert (weight[~mask] == 0.0).all()
        assert torch.equal(weight[mask], was[mask])
        known = steps.state[layer.parametrizations.weight.original]
        moments = [m for m in known.values() if torch.is_tensor(m) and m.shape == mask.shape]
        assert moments
        assert all((m[~mask] == 0.0).all() and m[mask].any() for m in moments)


def test_a_bias_that_comes_back_starts_at_0(network):
    model = network()
    weights, biases = model.weight_masks(), model.bias_masks()
    model.set_masks(weights, [torch.zeros_like(mask) for mask in biases])
    model.set_masks(weights, biases)
    assert not any(bias.any() for bias in model.biases())


def test_a_copy_has_the_masks_and_is_independent(network, data):
    model = half_masked(network)
    twin = copy.deepcopy(model)
    assert torch.equal(twin(data.images), model(data.images))
    twin.set_masks([torch.zeros_like(mask) for mask in twin.weight_masks()])
    assert any(mask.any() for mask in model.weight_masks())


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "linear"])
def test_torch_prune_there_and_back(network, data, activation):
    model = network(3, activation=activation)
    model.set_masks([torch.rand(mask.shape) < 0.5 for mask in model.weight_masks()])
    there = to_torch_prune(model)
    assert torch.allclose(there(data.images), model(data.images), atol=1e-12)
    assert hasattr(there[0], "weight_mask")
    back = from_torch_prune(there)
    assert torch.equal(back(data.images), model(data.images))
    for one, other in zip(back.weight_masks(), model.weight_masks(), strict=True):
        assert torch.equal(one, other)


def test_a_plain_torch_module_comes_in_dense(data):
    plain = nn.Sequential(nn.Linear(6, 4), nn.Tanh(), nn.Linear(4, 3)).double()
    model = from_torch_prune(plain)
    assert model.activation == "tanh"
    assert torch.allclose(model(data.images), plain(data.images), atol=1e-12)


@pytest.mark.parametrize(
    "module", [nn.Sequential(nn.ReLU()), nn.LazyLinear(3), nn.ModuleList([nn.Linear(2, 3)] * 2)]
)
def test_what_is_no_mlp_is_refused(module):
    if isinstance(module, nn.ModuleList):
        module = nn.ModuleList([nn.Linear(2, 3), nn.Linear(2, 3)])
    with pytest.raises(PruningError, match="from_torch_prune"):
        from_torch_prune(module)


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ([nn.LeakyReLU()], "got LeakyReLU"),
        ([nn.GELU()], "got GELU"),
        ([nn.ReLU(), nn.Tanh()], "after layer 1: relu, tanh"),
        ([nn.BatchNorm1d(4), nn.ReLU()], "got BatchNorm1d"),
    ],
)
def test_modules_that_would_be_misread_are_refused(parts, told):
    with pytest.raises(PruningError, match=told):
        from_torch_prune(nn.Sequential(nn.Linear(6, 4), *parts, nn.Linear(4, 3)))


def test_activations_differ_or_stand_at_an_end():
    ends = nn.Sequential(nn.Linear(6, 4), nn.ReLU(), nn.Linear(4, 3), nn.Tanh())
    with pytest.raises(PruningError, match="after layer 1: relu; after layer 2: tanh"):
        from_torch_prune(ends)
    mixed = nn.Sequential(nn.Linear(6, 4), nn.ReLU(), nn.Linear(4, 4), nn.Linear(4, 3))
    with pytest.raises(PruningError, match="the same activation after every layer but the last"):
        from_torch_prune(mixed)


def test_what_changes_nothing_may_stand_anywhere(data):
    plain = nn.Sequential(
        nn.Flatten(), nn.Linear(6, 4), nn.Identity(), nn.ReLU(), nn.Dropout(0.5), nn.Linear(4, 3)
    )
    model = from_torch_prune(plain.double().eval())
    assert model.activation == "relu"
    assert torch.allclose(model(data.images), plain(data.images), atol=1e-12)


def test_activations_without_a_torch_module_are_refused(network):
    with pytest.raises(PruningError, match="square"):
        to_torch_prune(network(0, activation="square"))


@pytest.mark.parametrize("name", NAMES)
def test_activations_are_those_of_the_table(name):
    x = np.linspace(-5, 5, 101)
    assert tuple(models.ACTIVATIONS) == NAMES
    np.testing.assert_allclose(
        models.ACTIVATIONS[name](torch.from_numpy(x)).numpy(), ACTIVATIONS[name].formula(x), atol=1e-12
    )


def test_layers_there_and_back(network, data):
    model = half_masked(network)
    twin = from_layers(model.masked_layers(), "relu")
    assert torch.equal(twin(data.images), model(data.images))
    for one, other in zip(twin.weight_masks(), model.weight_masks(), strict=True):
        assert torch.equal(one, other)


def test_initial_weights_have_glorots_variance():
    (weight, bias), _ = initial_layers((400, 300, 2), torch.Generator().manual_seed(0))
    assert weight.var() == pytest.approx(2 / 700, rel=0.02)
    assert not bias.any()


def test_unknown_activation():
    with pytest.raises(UnknownMethod, match="did you mean 'relu'"):
        MLP((2, 2), "relo")


def test_one_thread_gives_the_threads_back():
    before = torch.get_num_threads()
    with one_thread():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == before
