"""Population REINFORCE: its estimate is the gradient, and its state is all there is to it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from wann.training.reinforce import Reinforce, centred_ranks
from wann.training.settings import ReinforceSettings


def make(start, **settings) -> Reinforce:
    return Reinforce(np.asarray(start, float), ReinforceSettings(**settings), seed=3)


def test_ranks_are_centred_and_ties_share_theirs():
    assert centred_ranks(np.array([5.0, -1e9, 7.0])).tolist() == [0.0, -0.5, 0.5]
    assert centred_ranks(np.array([2.0, 1.0, 2.0, 9.0, 2.0])).tolist() == [0.0, -0.5, 0.0, 0.5, 0.0]
    assert centred_ranks(np.zeros(6)).tolist() == [0.0] * 6


def test_every_candidate_has_its_mirror_image():
    optimiser = make([1.0, -2.0, 3.0], population=10, sigma=0.2)
    candidates = optimiser.ask(optimiser.init())
    assert candidates.shape == (10, 3)
    np.testing.assert_allclose(candidates[:5] + candidates[5:], np.tile([2.0, -4.0, 6.0], (5, 1)))
    assert make(np.zeros(500), population=40, sigma=0.2).ask(
        make(np.zeros(500), population=40).init()
    ).std() == pytest.approx(0.2, rel=0.03)


def test_plain_steps_go_up_the_gradient():
    # on a plane, the ranks of many candidates rise with their place along its slope
    slope = np.array([3.0, -1.0, 0.0, 2.0])
    optimiser = make(np.zeros(4), population=20_000, sigma=0.1, learning_rate=1.0, optimiser="sgd")
    state = optimiser.init()
    state = optimiser.tell(state, optimiser.ask(state) @ slope)
    # E[(Phi(z) - 1/2) z] = 1 / (2 sqrt(pi)) along the slope, for z standard normal
    expected = slope / np.linalg.norm(slope) / (2 * np.sqrt(np.pi)) / 0.1
    np.testing.assert_allclose(state["mean"], expected, atol=4 * 0.3 / 0.1 / np.sqrt(20_000))


def test_adams_steps_are_torchs():
    optimiser = make([0.5, -0.5], population=8, sigma=0.1, learning_rate=0.02)
    plain = make([0.5, -0.5], population=8, sigma=0.1, learning_rate=1.0, optimiser="sgd")
    state, weights = optimiser.init(), torch.tensor([0.5, -0.5], dtype=torch.float64, requires_grad=True)
    adam = torch.optim.Adam([weights], lr=0.02, maximize=True)
    for _ in range(5):
        fitness = -(optimiser.ask(state) ** 2).sum(axis=1)
        gradient = plain.tell({**state, "first": 0 * state["mean"]}, fitness)["mean"] - state["mean"]
        weights.grad = torch.tensor(gradient)
        adam.step()
        state = optimiser.tell(state, fitness)
        np.testing.assert_allclose(state["mean"], weights.detach().numpy(), rtol=1e-9)


@pytest.mark.parametrize("kind", ["adam", "sgd"])
def test_it_finds_the_top_of_a_hill(kind):
    rate = {"adam": 0.05, "sgd": 0.1}[kind]
    optimiser = make(np.zeros(5), population=40, sigma=0.1, learning_rate=rate, optimiser=kind)
    state, top = optimiser.init(), np.array([1.0, -1.0, 0.5, 2.0, 0.0])
    for _ in range(400):
        state = optimiser.tell(state, -((optimiser.ask(state) - top) ** 2).sum(axis=1))
    assert np.abs(optimiser.mean(state) - top).max() < 0.15
    assert optimiser.spread(state) == 0.1


def test_equal_fitness_moves_nothing_and_steps_are_pure():
    optimiser = make([1.0, 2.0], population=6)
    state = optimiser.init()
    after = optimiser.tell(state, np.full(6, 3.0))
    assert after["mean"].tolist() == [1.0, 2.0]
    assert (int(state["step"][0]), int(after["step"][0])) == (0, 1)
    assert not np.array_equal(optimiser.ask(state), optimiser.ask(after))
    assert make([1.0, 2.0], population=6).ask(after).tobytes() == optimiser.ask(after).tobytes()
