"""Pruned policies: each part against an independent truth, and whole cells."""

from __future__ import annotations

import dataclasses
import math
import pickle
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import gymnasium
import numpy as np
import pytest
import torch

from wann.errors import CriterionDoesNotFit, NothingLeft, PruningError, WannError
from wann.evaluation.lanes import Candidate, Lanes
from wann.evaluation.play import evaluate
from wann.evaluation.players.reference import evaluate_reference
from wann.evaluation.pools.pools import ChunkedPool
from wann.genome.layered import dense_genome
from wann.network.plan import compile_genome
from wann.pruning.cell import CellResult, prune_cell, train_dense
from wann.pruning.criteria.case import Case
from wann.pruning.criteria.catalogue import CRITERIA, find_criterion
from wann.pruning.criteria.registry import criterion
from wann.pruning.learners.cma import initial_policy
from wann.pruning.learners.evolving import PolicyTraining
from wann.pruning.learners.play import mean_returns
from wann.pruning.model.bridge import to_network_file_parts
from wann.pruning.recipe.presets import PRESETS
from wann.pruning.recipe.recipe import Recipe
from wann.pruning.streams import Stream, number
from wann.seeding import Purpose, episode_seeds
from wann.tasks.environments.environment import make_task

HIDDEN = (4,)
TRAINING = PolicyTraining(iterations=10, population=10, episodes=3, sigma=0.5)
LEAST = PolicyTraining(iterations=1, population=4, episodes=1)


@pytest.fixture(scope="module")
def cartpole():
    return make_task("CartPole-v1", max_episode_steps=200)


@pytest.fixture(scope="module")
def dense(cartpole):
    return train_dense(cartpole, HIDDEN, "tanh", 0, TRAINING)


@pytest.fixture(scope="module")
def prune(cartpole, dense):
    def prune(recipe, density=0.5, training=LEAST, **changes) -> CellResult:
        recipe = PRESETS[recipe] if isinstance(recipe, str) else recipe
        recipe = dataclasses.replace(recipe, **changes)
        return prune_cell(cartpole, HIDDEN, "tanh", recipe, density, 0, training, dense)

    return prune


@pytest.fixture(scope="module")
def seen(prune):
    """`seen(looks_at, look)`: what `look` makes of the case that a criterion gets of the dense policy."""

    def seen(looks_at: str, look: Callable[[Case], Any] = lambda case: case) -> Any:
        made = []

        @criterion("spy", "keeps what it gets", looks_at=looks_at)
        def spy(case):
            made.append(look(case))
            return [weight.abs() for weight in case.weights]

        try:
            prune(Recipe("spy", "spy", retraining="none"))
        finally:
            del CRITERIA["spy"]
        return made[0]

    return seen


def same(one, other):
    pairs = [pair for layers in zip(one, other, strict=True) for pair in zip(*layers, strict=True)]
    return all(np.array_equal(a, b) for a, b in pairs)


def candidate_of(layers, activation="tanh") -> Candidate:
    """The network of the layers' file."""
    genome, weights = to_network_file_parts(layers, activation)
    network = compile_genome(genome)
    return Candidate("c", network, weights[network.genes][None])


def outputs_of(layers, inputs):
    values = inputs
    for k, (weight, bias) in enumerate(layers):
        values = values @ weight.T + bias
        values = np.tanh(values) if k < len(layers) - 1 else values
    return values


# What criteria see


def test_the_data_are_what_the_policy_sees_and_does(dense, seen):
    case = seen("data")
    visited = []
    for seed in episode_seeds(number(0, Stream.CRITERION, 0), Purpose.TUNE, 16):
        environment = gymnasium.make("CartPole-v1", max_episode_steps=200)
        state, over = environment.reset(seed=int(seed))[0], False
        while not over:
            visited.append(state.astype(np.float64))
            action = int(np.argmax(outputs_of(dense.layers, visited[-1][None])[0]))
            state, _, terminated, truncated, _ = environment.step(action)
            over = terminated or truncated
        environment.close()
    assert case.train.images.numpy() == pytest.approx(np.array(visited), abs=0)
    assert case.train.labels.numpy() == pytest.approx(outputs_of(dense.layers, np.array(visited)), rel=1e-12)
    assert case.loss_name == "squared"
    assert float(case.loss(case.train)) == 0.0


def test_obd_is_the_gauss_newton_cost_of_a_policys_outputs(dense, seen):
    """h w^2 / 2, h the mean over the states of sum_o (d o / d w)^2, by differences."""
    case = seen("data")
    states, step = case.train.images.numpy(), 1e-6
    found = find_criterion("obd")(dataclasses.replace(case, options={"samples": 5000}))
    for k, (weight, _) in enumerate(dense.layers):
        expected = np.zeros_like(weight)
        for at in np.ndindex(weight.shape):
            moved = []
            for sign in (-1, 1):
                layers = [(w.copy(), b) for w, b in dense.layers]
                layers[k][0][at] += sign * step
                moved.append(outputs_of(layers, states))
            slope = (moved[1] - moved[0]) / (2 * step)
            expected[at] = 0.5 * np.square(slope).sum(1).mean() * weight[at] ** 2
        assert found[k].numpy() == pytest.approx(expected, rel=1e-6, abs=1e-12)
    assert any(score.any() for score in found)


def test_connection_effect_is_what_the_policy_loses(cartpole, dense, seen):
    found = seen("returns", find_criterion("connection-effect"))
    seeds = episode_seeds(number(0, Stream.CRITERION, 0), Purpose.TUNE, 32)

    def earned(layers) -> float:
        return evaluate(cartpole, candidate_of(layers), Lanes.product(1, seeds)).mean

    whole = earned(dense.layers)
    for k, (weight, _) in enumerate(dense.layers):
        for at in np.ndindex(weight.shape):
            layers = [(w.copy(), b.copy()) for w, b in dense.layers]
            layers[k][0][at] = 0.0
            assert float(found[k][at]) == pytest.approx(whole - earned(layers), abs=1e-9)
    assert any(score.any() for score in found)


def test_random_tries_are_chosen_by_return(seen):
    def masks(scores):
        return [score > 0.5 for score in scores]

    def look(case: Case):
        tries = {"options": {"tries": 6}, "choose": masks, "generator": generator()}
        chosen, again = find_criterion("random")(dataclasses.replace(case, **tries)), generator()
        shapes = [weight.shape for weight in case.weights]
        draws = [
            [torch.rand(shape, generator=again, dtype=torch.float64) for shape in shapes] for _ in range(6)
        ]
        policies = [
            ([w * mask for w, mask in zip(case.weights, masks(draw), strict=True)], case.biases)
            for draw in draws
        ]
        assert case.returns is not None
        return chosen, draws, np.asarray(case.returns(policies))

    chosen, draws, returns = seen("returns", look)
    assert len(set(returns)) > 1
    best = draws[int(returns.argmax())]
    assert all(torch.equal(one, other) for one, other in zip(chosen, best, strict=True))


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(3)


# Cells


def test_initial_weights_and_biases_have_the_variance_of_their_fan_in():
    layers = initial_policy((99, 400, 300), torch.Generator().manual_seed(0))
    for (weight, bias), fan_in in zip(layers, (100, 401), strict=True):
        assert (weight.shape[1], len(bias)) == (fan_in - 1, len(weight))
        for values in (weight, bias):  # a variance of n draws is right to sqrt(2 / n)
            assert values.var() == pytest.approx(1 / fan_in, rel=5 * np.sqrt(2 / values.size))


def test_what_plays_is_the_file_and_the_reference_agrees(cartpole, dense, prune):
    seeds = episode_seeds(0, Purpose.TEST, 100)
    for made in (dense, prune("magnitude"), prune("obd", rounds=2)):
        candidate = candidate_of(made.layers)
        assert evaluate_reference(cartpole, candidate, Lanes.product(1, seeds)).mean == made.score.test


def test_cma_es_trains(cartpole):
    training = PolicyTraining(iterations=12, population=12, episodes=4, sigma=0.5)
    made = train_dense(cartpole, HIDDEN, "tanh", 1, training)
    untrained = evaluate(
        cartpole, candidate_of(made.initial), Lanes.product(1, episode_seeds(0, Purpose.TEST, 100))
    ).mean
    assert made.score.test > untrained + 10
    assert made.env_steps is not None
    # every candidate and every common episode takes a step at least, and no more than all of them
    played = 12 * 12 * 4 + 32 * (1 + 2 + 1)
    assert played <= made.env_steps <= 200 * played


def test_equal_arguments_give_equal_cells(cartpole, dense, prune):
    torch.manual_seed(5)
    assert same(train_dense(cartpole, HIDDEN, "tanh", 0, TRAINING).layers, dense.layers)
    one, other = prune("obd", rounds=2), prune("obd", rounds=2)
    assert same(one.layers, other.layers)
    for name in ("score", "score_before", "env_steps", "training_steps", "effective_connections"):
        assert getattr(one, name) == getattr(other, name)
    assert same(pickle.loads(pickle.dumps(one)).layers, one.layers)


# What needs labels, a gradient where a policy has none, a training by gradient, or another activation.
_REFUSED = {
    *("snip", "grasp", "gradient", "taylor1"),
    *("lr-rewind", "weight-rewind", "gradual"),
    *("apoz", "cosine"),
}


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_every_preset_ends_at_its_density_or_says_in_one_line_why_not(prune, name):
    rounds = min(2, PRESETS[name].rounds)
    if name in _REFUSED:
        with pytest.raises(WannError) as caught:
            prune(name, rounds=rounds)
        assert len(str(caught.value).splitlines()) == 1
        return
    made = prune(name, rounds=rounds)
    kept = sum(np.count_nonzero(weight) for weight, _ in made.layers)
    assert kept <= round(0.5 * (4 * 4 + 4 * 2))
    if find_criterion(PRESETS[name].criterion).unit == "weight":
        assert kept == round(0.5 * (4 * 4 + 4 * 2))
    assert made.env_steps is not None
    assert np.isfinite(made.score.test)


@pytest.mark.parametrize("control", ["shuffle-layerwise", "shuffle-global"])
@pytest.mark.parametrize(
    "keys",
    [{"schedule": "iterative", "rounds": 3}, {"schedule": "levels", "level": 0.3}],
    ids=["iterative", "levels"],
)
def test_a_shuffle_after_rounds_leaves_as_many_connections(prune, keys, control):
    """What the shuffle uncovers was pruned in a round before; as a 0 it would never be trained."""
    made = prune("magnitude", control=control, **keys)
    assert sum(np.count_nonzero(weight) for weight, _ in made.layers) == round(0.5 * (4 * 4 + 4 * 2))


def test_a_shuffle_of_neurons_after_rounds_uncovers_whole_neurons(prune):
    made = prune("l1", schedule="iterative", rounds=3, control="shuffle-layerwise")
    (first, _), (second, _) = made.layers
    alive = first.any(1)
    assert alive.sum() == second.any(0).sum() == 2
    assert (first[alive] != 0).all()
    assert (second[:, alive] != 0).all()


def test_returns_are_averaged_in_the_episodes_order():
    """2**53 swallows a 1 that comes after it, so the sum's order shows."""
    earned = [2.0**53, *[1.0] * 20, -(2.0**53), *[0.1] * 10]

    class Played:
        task = SimpleNamespace(name="x", failure_return=None)

        def play(self, networks, weights, lanes):
            returns = np.array([np.tile(earned, len(weights))])
            return SimpleNamespace(returns=returns, steps=np.ones_like(returns))

    total = 0.0
    for each in earned:
        total += each
    assert total != np.sum(earned) != math.fsum(earned)
    network = compile_genome(dense_genome(2, (), 1, "tanh", "linear"))
    weights = np.ones((3, network.n_connections))
    found, steps = mean_returns(cast(ChunkedPool, Played()), network, weights, np.arange(len(earned)))
    assert found.tolist() == [total / len(earned)] * 3
    assert steps == 3 * len(earned)


@pytest.mark.parametrize("retraining", ["finetune", "reset", "reinit", "none"])
def test_what_is_pruned_stays_0_and_each_retraining_starts_where_it_should(prune, dense, retraining):
    made = prune("magnitude", retraining=retraining)
    bare = prune("magnitude", retraining="none")
    gone = [weight == 0 for weight, _ in bare.layers]
    assert all((weight == 0)[mask].all() for (weight, _), mask in zip(made.layers, gone, strict=True))
    if retraining == "none":
        assert distance(made.layers, dense.layers) == 0
        assert made.env_steps == dense.env_steps  # magnitude looks at weights alone
        assert made.training_steps == dense.steps
        return
    # an iteration moves a weight by some standard deviations (0.1) at most; what is drawn anew is further off
    starts = {"finetune": dense.layers, "reset": dense.initial}
    for name, start in starts.items():
        assert (distance(made.layers, start) < 0.5) == (name == retraining)
    assert made.training_steps == dense.steps + LEAST.iterations
    assert made.env_steps is not None
    assert dense.env_steps is not None
    assert made.env_steps > dense.env_steps


def distance(one, other) -> float:
    """The largest difference of weights that are not 0."""
    return max(
        float(np.abs((a - b)[a != 0]).max(initial=0)) for (a, _), (b, _) in zip(one, other, strict=True)
    )


@pytest.mark.parametrize("actions", ["grid", "discrete", "shifted", "lamps"])
@pytest.mark.parametrize("name", ["obd", "connection-effect"])
def test_any_environment_and_any_action_will_do(toys, actions, name):
    task = make_task(f"{toys}:toys/Mirror-v0", kwargs={"actions": actions})
    made = prune_cell(task, (3,), "tanh", dataclasses.replace(PRESETS[name], rounds=1), 0.8, 0, LEAST)
    seeds = episode_seeds(0, Purpose.TEST, 100)
    returns = evaluate(task, candidate_of(made.layers), Lanes.product(1, seeds)).returns
    assert np.cumsum(returns)[-1] / len(returns) == made.score.test  # added in the episodes' order


def test_before_training_nothing_of_the_dense_one_is_needed(prune, dense):
    made = prune("random")
    assert made.training_steps == LEAST.iterations
    assert made.env_steps is not None
    played = 4 + 32 * (1 + 1)
    assert played <= made.env_steps <= 200 * played


def test_a_chain_prunes_a_policy_before_and_after_training(prune, dense):
    once = prune("random", density=0.75, retraining="none")
    made = prune("random", density=0.4, until=0.75, then=(PRESETS["obd"],))
    # one whole training from the start, then the rounds of obd
    rounds = (PRESETS["obd"].rounds - 1) * LEAST.epochs_of_round(False) + LEAST.epochs_of_round(True)
    assert made.training_steps == LEAST.iterations + rounds
    kept = zip(made.layers, once.layers, strict=True)
    assert all(not ((weight != 0) & (old == 0)).any() for (weight, _), (old, _) in kept)
    total = sum(weight.size for weight, _ in made.layers)
    assert sum((weight != 0).sum() for weight, _ in made.layers) == round(0.4 * total)


@pytest.mark.parametrize(
    ("recipe", "changes", "error", "says"),
    [
        ("snip", {}, CriterionDoesNotFit, "no labels"),
        ("gradual", {}, PruningError, "use oneshot, iterative or levels"),
        ("lr-rewind", {}, PruningError, "use finetune, reset, reinit or none"),
        ("weight-rewind", {}, PruningError, "use finetune, reset, reinit or none"),
        ("taylor1", {}, CriterionDoesNotFit, "held against its own outputs, no slope"),
        ("gradient", {"when": "after"}, CriterionDoesNotFit, "no slope; use synflow or random"),
        ("obd", {"options": {"loss": "cross-entropy"}}, CriterionDoesNotFit, "use squared"),
    ],
)
def test_what_does_not_fit_is_said(prune, recipe, changes, error, says):
    with pytest.raises(error, match=says) as caught:
        prune(recipe, **changes)
    assert len(str(caught.value).splitlines()) == 1


def test_nothing_to_train_is_said(prune):
    with pytest.raises(NothingLeft, match="or a larger density"):
        prune("random", density=0.05)


@pytest.mark.parametrize("change", [{"iterations": 0}, {"population": 3}, {"episodes": 0}, {"sigma": 0.0}])
def test_wrong_training(change):
    with pytest.raises(PruningError, match=f"policy.{next(iter(change))}: expected"):
        PolicyTraining(**change)
