"""Neuron criteria against independent truths, and their foldings."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from wann.errors import CriterionDoesNotFit
from wann.pruning.criteria.case import Data, case_of
from wann.pruning.criteria.catalogue import find_criterion
from wann.pruning.criteria.neurons import correlation, cosine, taylor
from wann.pruning.criteria.neurons.entropy import histogram_entropy
from wann.pruning.criteria.neurons.folding import greedy_scores
from wann.pruning.model.mlp import ACTIVATIONS, MLP


def score(name, case):
    return find_criterion(name)(case)


def gated_loss(here, gates):
    """The loss with every hidden neuron's sum multiplied by its gate."""
    values = here.train.images
    for weight, bias, gate in zip(here.weights[:-1], here.biases[:-1], gates, strict=True):
        values = ACTIVATIONS[here.activation](gate * (values @ weight.T + bias))
    outputs = values @ here.weights[-1].T + here.biases[-1]
    return float(nn.functional.cross_entropy(outputs, here.train.labels))


@pytest.mark.parametrize("name", ["taylor1", "taylor2"])
def test_taylor_is_the_expansion_by_a_gate(case, name):
    here, step = case(0, "tanh"), 1e-4
    for layer, got in enumerate(score(name, here)):
        for neuron in range(len(got)):
            losses = []
            for move in (-step, 0.0, step):
                gates = [torch.ones_like(bias) for bias in here.biases[:-1]]
                gates[layer][neuron] += move
                losses.append(gated_loss(here, gates))
            first = (losses[2] - losses[0]) / (2 * step)
            second = (losses[2] - 2 * losses[1] + losses[0]) / step**2
            expected = first if name == "taylor1" else first - 0.5 * second
            assert float(got[neuron]) == pytest.approx(expected**2, rel=1e-3, abs=1e-8)


@pytest.mark.parametrize("name", ["taylor1", "taylor2"])
def test_taylor_squares_for_each_minibatch_and_then_averages(case, name):
    here = case(2, options={"batch": 10, "samples": 30})
    got, draws = score(name, here), case(2, options={}).generator
    order = torch.randperm(40, generator=draws)[:30]
    expected = [torch.zeros(5).double(), torch.zeros(4).double()]
    for part in order.split(10):
        gates = [torch.ones_like(bias, requires_grad=True) for bias in here.biases[:-1]]
        values = here.train.images[part]
        for weight, bias, gate in zip(here.weights[:-1], here.biases[:-1], gates, strict=True):
            values = torch.relu(gate * (values @ weight.T + bias))
        outputs = values @ here.weights[-1].T + here.biases[-1]
        loss = nn.functional.cross_entropy(outputs, here.train.labels[part])
        slopes = torch.autograd.grad(loss, gates, create_graph=True)
        for k, (gate, slope) in enumerate(zip(gates, slopes, strict=True)):
            curve = [torch.autograd.grad(one, gate, retain_graph=True)[0][j] for j, one in enumerate(slope)]
            change = slope - (0.5 * torch.stack(curve) if name == "taylor2" else 0.0)
            expected[k] += change.detach().square() / 3
    for one, other in zip(got, expected, strict=True):
        torch.testing.assert_close(one, other)


def test_minibatches_of_sorted_data_are_mixed(case, data):
    order = data.labels.argsort()
    here = case(train=data[order], options={"batch": 10, "samples": 40})
    assert all(len(batch.labels.unique()) == 3 for batch in taylor.minibatches(here))


def test_norms(case):
    here = case()
    weight = here.weights[0].numpy()
    np.testing.assert_allclose(score("l1", here)[0], np.linalg.norm(weight, 1, axis=1))
    np.testing.assert_allclose(score("l2", here)[0], np.linalg.norm(weight, axis=1))


def test_l0_counts_and_says_so_when_all_tie(case):
    with pytest.raises(CriterionDoesNotFit, match="as many incoming weights"):
        score("l0", case())
    here = case()
    here.weights[0][1, :4] = 0.0
    assert score("l0", here)[0].tolist() == [6, 2, 6, 6, 6]
    dense = case(options={"magnitude_density": 0.25})
    sizes = np.sort(np.concatenate([weight.abs().numpy().ravel() for weight in dense.weights]))[::-1]
    least = sizes[round(0.25 * len(sizes)) - 1]
    for got, weight in zip(score("l0", dense), dense.weights, strict=False):
        assert got.tolist() == (weight.abs().numpy() >= least).sum(1).tolist()


def test_activation_and_apoz(case):
    here = case()
    values = np.maximum(here.train.images.numpy() @ here.weights[0].numpy().T + here.biases[0].numpy(), 0)
    np.testing.assert_allclose(score("activation", here)[0], values.mean(0))
    np.testing.assert_allclose(score("apoz", here)[0], 1 - (values == 0).mean(0))


@pytest.mark.parametrize("name", ["apoz", "cosine"])
def test_criteria_for_relu_refuse_other_activations(case, name):
    with pytest.raises(CriterionDoesNotFit, match=r"relu.*got tanh"):
        score(name, case(0, "tanh"))


def test_lda_is_between_over_within(case):
    here = case(0, "tanh")
    values = np.tanh(here.train.images.numpy() @ here.weights[0].numpy().T + here.biases[0].numpy())
    labels = here.train.labels.numpy()
    one_hot = np.column_stack([np.ones(40), labels == 1, labels == 2])
    fitted = one_hot @ np.linalg.lstsq(one_hot, values, rcond=None)[0]  # the classes' means, by regression
    between, within = fitted.var(0), (values - fitted).var(0)
    np.testing.assert_allclose(score("lda", here)[0], between / within, rtol=1e-9)


def test_a_neuron_that_never_changes_tells_no_classes_apart(case):
    here = case()
    here.biases[0][2] = -1e6
    assert score("lda", here)[0][2] == 0.0


def test_entropy_of_known_histograms():
    rows = torch.tensor([[0.0, 0.0, 0.0, 1.0], [0.0, 0.3, 0.6, 1.0], [0.5, 0.5, 0.5, 0.5]]).double()
    got = histogram_entropy(rows, 4)
    expected = [-(0.75 * np.log(0.75) + 0.25 * np.log(0.25)), np.log(4), 0.0]
    np.testing.assert_allclose(got, expected, atol=1e-12)


def test_entropy_is_of_activations_unless_weights_are_asked_for(case):
    by_default = score("entropy", case())
    for one, other in zip(by_default, score("entropy", case(options={"source": "activations"})), strict=True):
        assert torch.equal(one, other)


def test_entropy_goes_either_way(case):
    here = case(options={"source": "weights", "bins": 4})
    np.testing.assert_allclose(score("entropy", here)[0], -histogram_entropy(here.weights[0], 4))
    here = case(options={"source": "activations", "bins": 4})
    assert all((s >= 0).all() for s in score("entropy", here))


def test_greedy_scores_by_hand():
    likeness = torch.tensor([[1.0, 0.9, 0.2], [0.9, 1.0, 0.5], [0.2, 0.5, 1.0]])
    # 0 and 1 are most alike, and 1 is smaller; then 0 and 2, of which 2 is smaller
    scores = greedy_scores(likeness, torch.tensor([3.0, 1.0, 2.0]))
    np.testing.assert_allclose(scores, [np.inf, 0.1, 0.8], rtol=1e-6)


def doubled(factor=2.5):
    """Neuron 3 is neuron 0 times a factor, before and after a ReLU; neuron 4 is off."""
    rng = np.random.default_rng(0)
    model = MLP((6, 5, 3), "relu", torch.float64)
    weight, bias = rng.normal(size=(5, 6)), rng.normal(size=5)
    weight[3], bias[3] = factor * weight[0], factor * bias[0]
    weight[4], bias[4] = 0.0, -1.0
    model.load([(weight, bias), (rng.normal(size=(3, 5)), rng.normal(size=3))])
    return model


@pytest.mark.parametrize(("name", "module"), [("cosine", cosine), ("correlation", correlation)])
def test_folding_a_double_is_exact(data, name, module):
    here = case_of(doubled(), data, options=find_criterion(name).resolve({}))
    scores = score(name, here)[0]
    # of the pair the smaller one goes; one that is always off is a constant to correlation alone
    first = [4, 0] if name == "correlation" else [0]
    assert scores.argsort()[: len(first)].tolist() == first
    kept = torch.ones(5, dtype=torch.bool)
    kept[first] = False
    assert scores[0] == pytest.approx(0.0, abs=1e-12)
    weights, biases = module.update(here, [kept])
    masked = [here.weights[0] * kept[:, None], weights[1]]
    got = here.outputs(data.images, masked, [here.biases[0] * kept, biases[1]])
    torch.testing.assert_close(got, here.outputs(data.images))
    assert not weights[1][:, ~kept].any()


def test_negative_correlation_is_no_likeness(data):
    model = MLP((6, 3, 3), "linear", torch.float64)
    rng = np.random.default_rng(0)
    weight = rng.normal(size=(3, 6))
    weight[1] = -weight[0]
    model.load([(weight, np.zeros(3)), (rng.normal(size=(3, 3)), np.zeros(3))])
    here = case_of(model, data)
    first = int(score("correlation", here)[0].argmin())
    r = np.corrcoef((here.train.images.numpy() @ weight.T).T)
    np.fill_diagonal(r, -2)
    assert first in np.unravel_index(r.argmax(), r.shape)
    assert {*np.unravel_index(r.argmax(), r.shape)} != {0, 1}


def test_the_line_of_a_folding_is_least_squares(data):
    model = MLP((6, 4, 3), "relu", torch.float64)
    rng = np.random.default_rng(5)
    model.load([(rng.normal(size=(4, 6)), np.ones(4)), (rng.normal(size=(3, 4)), np.zeros(3))])
    here = case_of(model, data, options=find_criterion("correlation").resolve({}))
    kept = torch.tensor([True, False, False, False])
    weights, biases = correlation.update(here, [kept])
    values = here.activity(data.images)[0].numpy()
    out = here.weights[1].numpy()
    slope, offset = out[:, 0].copy(), here.biases[1].numpy().copy()
    for j in (1, 2, 3):
        alpha, beta = np.polyfit(values[:, 0], values[:, j], 1)
        alpha, beta = (alpha, beta) if alpha > 0 else (0.0, values[:, j].mean())
        slope, offset = slope + out[:, j] * alpha, offset + out[:, j] * beta
    np.testing.assert_allclose(weights[1][:, 0], slope)
    np.testing.assert_allclose(biases[1], offset)


def test_the_classes_of_a_policy_are_its_binned_actions(case, data):
    images, actions = data.images, torch.linspace(-2.0, 3.0, 40).double()[torch.randperm(40)]
    thirds = np.argsort(np.argsort(actions.numpy())) * 3 // 40  # ranks 0 to 12, 13 to 26, 27 to 39
    one = case(train=Data(images, actions[:, None]), loss_name="squared", options={"bins": 3})
    named = case(train=Data(images, torch.from_numpy(thirds)))
    np.testing.assert_allclose(score("lda", one)[0], score("lda", named)[0], rtol=1e-12)
    chosen = torch.stack([actions, -actions, 0 * actions], 1)
    several = case(train=Data(images, chosen), loss_name="squared")
    signs = case(train=Data(images, (actions < 0).long()))
    np.testing.assert_allclose(score("lda", several)[0], score("lda", signs)[0], rtol=1e-12)
