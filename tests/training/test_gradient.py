"""Training by gradient, on scikit-learn's digits: it learns, it chooses by validation, it resumes exactly."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from torch.nn import functional

from wann.errors import TuneError
from wann.genome.layered import dense_genome
from wann.network.plan import compile_genome
from wann.network.reference import forward
from wann.tasks.datasets import Split
from wann.training.gradient import GradientTrainer
from wann.training.settings import GradientSettings
from wann.training.start import random_start


@pytest.fixture(scope="module")
def digits() -> tuple[Split, Split, Split]:
    images, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(labels))
    images, labels = images[order].astype(np.float32) / 16, labels[order].astype(np.int64)
    cut = [slice(0, 1100), slice(1100, 1400), slice(1400, None)]
    parts = [Split(images[part], labels[part]) for part in cut]
    return parts[0], parts[1], parts[2]


def accuracy(network, weights: np.ndarray, data: Split) -> float:
    outputs = forward(network, np.tile(weights, (len(data), 1)), data.images.astype(float))
    return float((outputs.argmax(axis=1) == data.labels).mean())


def loss(network, weights: np.ndarray, data: Split) -> float:
    outputs = forward(network, np.tile(weights, (len(data), 1)), data.images.astype(float))
    return float(functional.cross_entropy(torch.tensor(outputs), torch.tensor(data.labels)))


def make(digits, hidden=(), seed: int = 0, **settings) -> tuple[GradientTrainer, object]:
    network = compile_genome(dense_genome(64, hidden, 10, "relu", "linear"))
    given = GradientSettings(**settings)
    trainer = GradientTrainer(network, random_start(network, 0), digits[0], digits[1], given, seed)
    return trainer, network


def train(trainer, epochs: int, state=None):
    state = trainer.init() if state is None else state
    for _ in range(epochs):
        if not state.over:
            state, _ = trainer.step(state)
    return state


def test_a_linear_model_is_as_good_as_logistic_regression(digits):
    trainer, network = make(digits, learning_rate=0.003)
    state = trainer.finish(train(trainer, 120))
    theirs = LogisticRegression(max_iter=2000).fit(digits[0].images, digits[0].labels)
    expected = theirs.score(digits[2].images, digits[2].labels)
    # two standard errors of the difference between two accuracies on so many images
    margin = 2 * math.sqrt(2 * expected * (1 - expected) / len(digits[2]))
    assert accuracy(network, state.weights, digits[2]) > expected - margin > 0.9


def test_a_hidden_layer_learns_the_training_images(digits):
    trainer, network = make(digits, (32,))
    state = train(trainer, 40)
    assert loss(network, state.weights, digits[0]) < 0.05
    assert accuracy(network, state.weights, digits[2]) > 0.95


def test_the_first_step_is_adams(digits):
    # one batch of all images; gradient clipped to length 1
    trainer, network = make(digits, batch=1100, learning_rate=0.01)
    state = trainer.init()
    weights = torch.tensor(state.weights, requires_grad=True)
    into = torch.tensor(np.asarray(network.targets) - network.first_computed)
    images = torch.tensor(np.column_stack([np.ones(1100), digits[0].images]))[:, network.sources.astype(int)]
    outputs = torch.zeros(1100, 10, dtype=torch.float64).index_add(1, into, images * weights)
    functional.cross_entropy(outputs, torch.tensor(digits[0].labels)).backward()
    torch.nn.utils.clip_grad_norm_([weights], 1.0)
    torch.optim.Adam([weights], lr=0.01).step()
    after, info = trainer.step(state)
    np.testing.assert_allclose(after.method["weights"], weights.detach().numpy(), atol=1e-5)
    assert info.mean == pytest.approx(-loss(network, state.weights, digits[0]), rel=1e-5)


def test_the_figures_are_those_of_the_validation_images(digits):
    trainer, network = make(digits, (8,))
    state = trainer.init()
    assert state.score == pytest.approx(accuracy(network, state.start, digits[1]))
    assert (state.source, state.evaluations, state.env_steps) == ("start", 1, 300)
    for _ in range(3):
        state, info = trainer.step(state)
        assert info.best == pytest.approx(accuracy(network, state.method["weights"], digits[1]))
    assert state.score == max(row.best for row in state.rows) == info.select
    assert state.score == pytest.approx(accuracy(network, state.weights, digits[1]))
    assert (state.source, state.evaluations, state.env_steps) == ("epoch", 1 + 3 * 12, 300 + 3 * 1400)


def test_a_start_that_is_never_beaten_is_kept(digits):
    trainer, network = make(digits, (16,))
    good = train(trainer, 30).weights
    wild = GradientTrainer(
        network, good, digits[0], digits[1], GradientSettings(300, 2, 10.0, patience=1, falls=0), 0
    )
    state = train(wild, 5)
    assert (state.source, state.iteration, state.over) == ("start", 1, True)
    np.testing.assert_allclose(state.weights, good)


def test_the_learning_rate_falls_and_then_it_is_over(digits):
    trainer, _ = make(digits, learning_rate=5.0, patience=2, falls=2, batch=2)
    state = train(trainer, 100)
    rates = [row.spread for row in state.rows]
    assert sorted(set(rates), reverse=True) == pytest.approx([5.0, 5 / 3, 5 / 9])
    assert rates == sorted(rates, reverse=True)
    assert state.over
    assert len(rates) < 100
    since = [row.best for row in state.rows]
    assert max(since[-2:]) <= max(since)


@pytest.mark.parametrize("stop", [1, 4])
def test_resuming_equals_not_having_stopped(digits, stop):
    settings = {"learning_rate": 0.5, "patience": 1, "falls": 5, "batch": 2}
    whole = train(make(digits, (8,), **settings)[0], 7)
    first = train(make(digits, (8,), **settings)[0], stop)
    copied = {name: array.copy() for name, array in first.method.items()}
    again = train(make(digits, (8,), **settings)[0], 7 - stop, replace(first, method=copied))
    assert again.weights.tobytes() == whole.weights.tobytes()
    for name in whole.method:
        assert again.method[name].tobytes() == whole.method[name].tobytes(), name
    assert [row.best for row in again.rows] == [row.best for row in whole.rows]


def test_seeds_order_the_images_differently(digits):
    one, two = (train(make(digits, seed=seed)[0], 1) for seed in (0, 1))
    assert one.start.tobytes() == two.start.tobytes()
    assert one.weights.tobytes() != two.weights.tobytes()


def test_values_beyond_all_bounds_do_no_harm(digits):
    # squares of squares overflow float32: the loss is no number, and no step is made from it
    network = compile_genome(dense_genome(64, [4] * 8, 10, "square", "linear"))
    start = np.full(network.n_connections, 5.0)
    trainer = GradientTrainer(network, start, digits[0], digits[1], GradientSettings(), 0)
    state, info = trainer.step(trainer.init())
    assert np.isfinite(state.method["weights"]).all()
    assert 0 <= info.best <= 1


@pytest.mark.parametrize(
    ("images", "labels", "told"),
    [
        (np.zeros((5, 63)), np.zeros(5, int), r"training images: expected \(N, 64\)"),
        (np.zeros((5, 64)), np.zeros(4, int), r"\(4,\)"),
        (np.zeros((5, 64)), np.full(5, 10), "training labels: expected at least one, each in 0..9"),
        (np.zeros((0, 64)), np.zeros(0, int), "at least one"),
    ],
)
def test_images_that_do_not_fit_are_refused(digits, images, labels, told):
    network = compile_genome(dense_genome(64, [], 10, "relu", "linear"))
    with pytest.raises(TuneError, match=told):
        GradientTrainer(
            network, random_start(network, 0), Split(images, labels), digits[1], GradientSettings(), 0
        )
