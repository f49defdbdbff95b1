"""Weight criteria against independent truths: autograd, finite differences, closed forms, refits."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from wann.errors import CriterionDoesNotFit, NoGradient
from wann.pruning.criteria.case import Case, Data
from wann.pruning.criteria.catalogue import find_criterion
from wann.pruning.criteria.weights import obs as obs_module
from wann.pruning.criteria.weights.gradients import normalised
from wann.pruning.model.mlp import forward


def score(name: str, case: Case) -> list[Tensor]:
    return find_criterion(name)(case)


def with_defaults(here: Case, name: str) -> Case:
    return dataclasses.replace(here, options=find_criterion(name).resolve(here.options))


def linear(weight: Tensor, images: Tensor, targets: Tensor, **fields) -> Case:
    """One linear layer without a bias of its own, under the squared loss."""
    return Case(
        "",
        [weight],
        [torch.zeros(len(weight), dtype=weight.dtype)],
        [torch.ones_like(weight).bool()],
        "linear",
        Data(images, targets),
        Data(images, targets),
        torch.Generator().manual_seed(0),
        loss_name="squared",
        **fields,
    )


def test_snip_is_the_gradient_with_respect_to_the_mask(case):
    here = case(train=Data(torch.randn(30, 6, dtype=torch.float64), torch.arange(30) % 3))
    masks = [torch.ones_like(weight, requires_grad=True) for weight in here.weights]
    weights = [weight * mask for weight, mask in zip(here.weights, masks, strict=True)]
    # 10 of each class are all images, in another order
    outputs = forward(weights, here.biases, "relu", here.train.images)
    found = torch.autograd.grad(nn.functional.cross_entropy(outputs, here.train.labels), masks)
    total = sum(float(g.abs().sum()) for g in found)
    for got, g in zip(score("snip", here), found, strict=True):
        torch.testing.assert_close(got, g.abs() / total, rtol=1e-9, atol=1e-15)


def test_a_minibatch_has_ten_of_every_class(case):
    here = case(train=Data(torch.zeros(99, 6, dtype=torch.float64), torch.arange(99) % 3))
    assert here.minibatch().labels.bincount().tolist() == [10, 10, 10]


def test_gradient_worked_case():
    found = torch.tensor([1.2, -2.4, 0.8, 3.6, -1.8, 0.4, 2.8, 1.4], dtype=torch.float64)
    # with one image at 1 and half the squared error, the gradient is the weight less its target
    here = linear(found[:, None], torch.ones(1, 1, dtype=torch.float64), torch.zeros(1, 8).double())
    (got,) = score("gradient", here)
    torch.testing.assert_close(got[:, 0], found.abs() / 14.4)
    gone = got[:, 0].argsort()[:4]
    assert sorted(found[gone].abs().tolist()) == [0.4, 0.8, 1.2, 1.4]


def test_normalised_scores_sum_to_1_over_all_layers():
    scores = normalised([torch.tensor([1.0, 3.0]), torch.tensor([4.0])])
    assert [s.tolist() for s in scores] == [[0.125, 0.375], [0.5]]


@pytest.mark.parametrize("temperature", [1.0, 200.0])
def test_grasp_is_the_finite_difference_of_the_gradients_norm(case, temperature):
    images = torch.randn(30, 6, dtype=torch.float64)
    here = case(0, "tanh", train=Data(images, torch.arange(30) % 3), options={"temperature": temperature})
    scores = score("grasp", here)

    def squared_norm(weights):
        leaves = [weight.clone().requires_grad_() for weight in weights]
        outputs = forward(leaves, here.biases, "tanh", images) / temperature
        loss = nn.functional.cross_entropy(outputs, here.train.labels)
        return float(sum(g.square().sum() for g in torch.autograd.grad(loss, leaves)))

    step = 1e-4
    for k, row, column in [(0, 0, 0), (0, 4, 5), (1, 2, 3), (2, 1, 1)]:
        norms = []
        for sign in (1, -1):
            moved = [weight.clone() for weight in here.weights]
            moved[k][row, column] *= 1.0 - sign * step  # towards removal and away from it
            norms.append(squared_norm(moved))
        change = (norms[0] - norms[1]) / (2 * step)
        assert change == pytest.approx(-2.0 * float(scores[k][row, column]), rel=1e-4, abs=1e-14)
    assert min(float(s.min()) for s in scores) < 0 < max(float(s.max()) for s in scores)


def test_synflow_gives_every_layer_the_same_sum(case):
    here = case(sizes=(6, 5, 4, 3))
    scores = score("synflow", here)
    flow = torch.ones(6, dtype=torch.float64)
    for weight in here.weights:
        flow = weight.abs() @ flow
    for got in scores:
        assert float(got.sum()) == pytest.approx(float(flow.sum()), rel=1e-12)
        assert (got >= 0).all()


def test_synflow_sees_no_data_and_no_biases(case):
    first, second = case(), case(train=Data(torch.zeros(3, 6).double(), torch.arange(3)))
    for bias in second.biases:
        bias.zero_()
    for one, other in zip(score("synflow", first), score("synflow", second), strict=True):
        assert torch.equal(one, other)


def test_obd_is_exact_on_a_diagonal_quadratic():
    rng = np.random.default_rng(0)
    images = torch.tensor(np.linalg.qr(rng.normal(size=(20, 4)))[0] * [1.0, 2.0, 3.0, 4.0])
    targets = torch.tensor(rng.normal(size=(20, 2)))
    weight = torch.linalg.lstsq(images, targets).solution.T.contiguous()  # the minimum
    here = linear(weight, images, targets)
    (got,) = score("obd", here)
    base = float(here.loss(here.train))
    for row in range(2):
        for column in range(4):
            without = weight.clone()
            without[row, column] = 0.0
            assert float(here.loss(here.train, [without])) - base == pytest.approx(
                float(got[row, column]), rel=1e-9
            )


def test_obd_is_the_diagonal_of_the_gauss_newton_matrix(case):
    here = case(0, "tanh")
    got = score("obd", here)
    images = here.train.images

    def outputs(flat):
        shapes = [weight.shape for weight in here.weights]
        parts = flat.split([shape.numel() for shape in shapes])
        weights = [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]
        return forward(weights, here.biases, "tanh", images)

    flat = torch.cat([weight.flatten() for weight in here.weights])
    jacobian = torch.autograd.functional.jacobian(outputs, flat)
    assert isinstance(jacobian, Tensor)
    p = outputs(flat).softmax(1)
    hessian = torch.diag_embed(p) - p[:, :, None] * p[:, None, :]
    diagonal = torch.einsum("nck,ncd,ndk->k", jacobian, hessian, jacobian) / len(images)
    expected = 0.5 * diagonal * flat**2
    torch.testing.assert_close(torch.cat([s.flatten() for s in got]), expected, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("exact_up_to", [0, 1000])
def test_obs_on_least_squares_is_the_refit_without_the_weight(exact_up_to):
    rng = np.random.default_rng(0)
    images = torch.tensor(rng.normal(size=(50, 4)) @ rng.normal(size=(4, 4)))
    targets = torch.tensor(rng.normal(size=(50, 2)))
    ones = torch.cat([images, torch.ones(50, 1).double()], 1)
    fit = torch.linalg.lstsq(ones, targets).solution.T.contiguous()
    here = linear(
        fit[:, :4].contiguous(), images, targets, options={"damping": 0.0, "exact_up_to": exact_up_to}
    )
    here.biases[0].copy_(fit[:, 4])
    (got,) = score("obs", here)
    base = float(here.loss(here.train))
    for row, column in [(0, 0), (1, 2), (0, 3)]:
        mask = torch.ones(2, 4, dtype=torch.bool)
        mask[row, column] = False
        weights, biases = obs_module.update(with_defaults(here, "obs"), [mask])
        rest = [k for k in range(5) if k != column]
        refit = torch.linalg.lstsq(ones[:, rest], targets[:, row]).solution
        torch.testing.assert_close(torch.cat([weights[0][row], biases[0][row, None]])[rest], refit)
        assert weights[0][row, column] == 0.0
        torch.testing.assert_close(weights[0][1 - row], here.weights[0][1 - row])
        cost = float(here.loss(here.train, weights, biases)) - base
        assert cost == pytest.approx(float(got[row, column]), rel=1e-8)


def test_obs_removes_several_weights_as_if_refit_without_them():
    rng = np.random.default_rng(1)
    images, targets = torch.tensor(rng.normal(size=(50, 5))), torch.tensor(rng.normal(size=(50, 3)))
    here = linear(
        torch.tensor(rng.normal(size=(3, 5))), images, targets, options={"damping": 0.0, "exact_up_to": 0}
    )
    mask = torch.tensor(rng.random((3, 5)) < 0.5)
    weights, biases = obs_module.update(with_defaults(here, "obs"), [mask])
    aims = here.outputs(images)  # a layer's own: what it gave before
    for row in range(3):
        ones = torch.cat([images[:, mask[row]], torch.ones(50, 1).double()], 1)
        refit = torch.linalg.lstsq(ones, aims[:, row]).solution
        torch.testing.assert_close(torch.cat([weights[0][row][mask[row]], biases[0][row, None]]), refit)


def test_obs_of_a_pruned_layer_uses_the_inverse_over_what_is_kept(case):
    here = case(options={"exact_up_to": 0, "damping": 0.0})
    here.masks[0][0, 0] = here.masks[0][0, 3] = False
    here.weights[0][0, 0] = here.weights[0][0, 3] = 0.0
    got = score("obs", here)[0]
    images = here.train.images
    ones = torch.cat([images, torch.ones(len(images), 1).double()], 1)[:, [1, 2, 4, 5, 6]]
    inverse = torch.linalg.inv(ones.T @ ones / len(ones)).diagonal()
    expected = here.weights[0][0, [1, 2, 4, 5]] ** 2 / 2 / inverse[:4]
    torch.testing.assert_close(got[0, [1, 2, 4, 5]], expected)


def test_connection_effect_is_the_change_of_the_loss(case):
    here = case()
    scores = score("connection-effect", here)
    base = nn.functional.cross_entropy(here.outputs(here.train.images), here.train.labels)
    for k, row, column in [(0, 1, 2), (1, 3, 0), (2, 2, 1)]:
        weights = [weight.clone() for weight in here.weights]
        weights[k][row, column] = 0.0
        without = nn.functional.cross_entropy(here.outputs(here.train.images, weights), here.train.labels)
        assert float(scores[k][row, column]) == pytest.approx(float(without - base), abs=1e-12)


def test_connection_effect_refuses_a_large_network(case):
    with pytest.raises(CriterionDoesNotFit, match="expected at most 10"):
        score("connection-effect", case(options={"most": 10}))


def test_random_keeps_the_draw_with_the_lowest_validation_loss(case):
    def choose(scores):
        return [s > 0.5 for s in scores]

    def loss(scores, here):
        weights = [weight * (s > 0.5) for weight, s in zip(here.weights, scores, strict=True)]
        return float(here.loss(here.validation, weights))

    losses = [
        loss(score("random", case(0, choose=choose, options={"tries": k})), case()) for k in (1, 2, 5, 20)
    ]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < losses[0]


@pytest.mark.parametrize("name", ["snip", "gradient", "grasp", "obd", "taylor1", "taylor2"])
def test_a_network_that_is_off_has_no_gradient_and_says_so(case, name):
    here = case()
    for bias in here.biases:
        bias.fill_(-1e6)  # ReLU is off everywhere
    if name == "obd":
        here.biases[-1][0] = 1e6  # and the softmax is certain
    with pytest.raises(NoGradient, match=r"all gradients are zero.*try"):
        score(name, here)


def test_a_teachers_own_answers_have_no_gradient_but_a_curvature(case, data):
    teacher = case()
    student = case(train=Data(data.images, teacher.outputs(data.images)), loss_name="squared")
    for name in ("snip", "gradient", "taylor1"):
        with pytest.raises(NoGradient):
            score(name, student)
    for name in ("obd", "connection-effect", "taylor2"):
        assert all(s.any() for s in score(name, student))
