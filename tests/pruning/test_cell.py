"""Whole cells: trainings, rewinds, controls, counts, determinism, and what is refused."""

from __future__ import annotations

import dataclasses
import itertools
import pickle

import networkx as nx
import numpy as np
import pytest
import torch

from wann.errors import BadDensity, NoGradient, NothingLeft, PruningError, TrainingDiverged, UnknownMethod
from wann.pruning.cell import prune_cell, train_dense
from wann.pruning.learners.training import Training
from wann.pruning.recipe.presets import PRESETS
from wann.pruning.recipe.recipe import Recipe
from wann.pruning.recipe.retraining import Turn, starting_point

HIDDEN = (8, 6)
TRAINING = Training(epochs=4, batch_size=20, learning_rate=0.02)


@pytest.fixture(scope="module")
def dense(task):
    return train_dense(task, HIDDEN, "relu", 0, TRAINING)


@pytest.fixture(scope="module")
def prune(task, dense):
    def prune(recipe, density=0.3, training=TRAINING, **keys):
        if isinstance(recipe, str):
            recipe = PRESETS[recipe]
        return prune_cell(task, HIDDEN, "relu", recipe, density, 0, training, dense, **keys)

    return prune


def same(one, other):
    pairs = [pair for layers in zip(one, other, strict=True) for pair in zip(*layers, strict=True)]
    return all(np.array_equal(a, b) for a, b in pairs)


def masks(result):
    return [weight != 0 for weight, _ in result.layers]


def test_training_learns_and_reports(task):
    seen = []
    net = train_dense(task, HIDDEN, "relu", 0, TRAINING, seen.append)
    assert net.score.test > 0.9
    assert [(p.stage, p.epoch, p.epochs) for p in seen] == [("dense", k, 4) for k in (1, 2, 3, 4)]
    assert seen[-1].loss < seen[0].loss
    assert seen[-1].accuracy == pytest.approx(net.score.validation)
    assert net.steps == 4 * -(-len(task.data.train) // 20)
    assert len(net.checkpoints) == 5
    assert same(net.checkpoints[-1], net.layers)


def test_the_same_seed_gives_the_same_bits_whatever_torchs_own_seed(task, dense, prune):
    torch.manual_seed(5)
    assert same(train_dense(task, HIDDEN, "relu", 0, TRAINING).layers, dense.layers)
    assert not same(train_dense(task, HIDDEN, "relu", 1, TRAINING).layers, dense.layers)
    first = prune("snip")
    torch.manual_seed(6)
    assert same(prune("snip").layers, first.layers)


def test_results_and_dense_networks_can_be_sent(dense, prune):
    assert same(pickle.loads(pickle.dumps(dense)).layers, dense.layers)
    result = prune("magnitude")
    assert pickle.loads(pickle.dumps(result)).score == result.score


def test_without_a_dense_network_one_is_trained(task, prune):
    result = prune_cell(task, HIDDEN, "relu", PRESETS["magnitude"], 0.3, 0, TRAINING)
    assert same(result.layers, prune("magnitude").layers)


def test_early_stopping_takes_the_best_weights(task):
    training = dataclasses.replace(TRAINING, epochs=40, patience=2)
    seen = []
    net = train_dense(task, HIDDEN, "relu", 0, training, seen.append)
    assert len(seen) < 40
    assert net.score.validation == pytest.approx(max(p.accuracy for p in seen))
    assert same(net.layers, net.checkpoints[net.best_epoch])


def test_magnitude_keeps_the_largest_of_the_trained_weights(dense, prune):
    result = prune(dataclasses.replace(PRESETS["magnitude"], retraining="none"))
    flat = np.concatenate([weight.ravel() for weight, _ in dense.layers])
    kept = np.concatenate([mask.ravel() for mask in masks(result)])
    assert np.abs(flat[kept]).min() >= np.abs(flat[~kept]).max()
    assert same(result.layers, [(w * m, b) for (w, b), m in zip(dense.layers, masks(result), strict=True)])
    assert result.score == result.score_before


def test_retraining_leaves_the_mask_and_changes_the_rest(prune):
    bare = prune(dataclasses.replace(PRESETS["magnitude"], retraining="none"))
    tuned = prune("magnitude")
    assert same([masks(bare)], [masks(tuned)])
    assert not same(bare.layers, tuned.layers)
    assert tuned.score_before == bare.score
    assert tuned.score.validation > bare.score.validation


def test_rounds_are_nested(prune):
    recipe = Recipe("x", "random", schedule="iterative", rounds=3, retraining="none")
    small = prune(recipe, 0.1)
    wide = prune(dataclasses.replace(recipe, rounds=1), 0.1 ** (1 / 3))
    # equal first rounds: what the first kept holds all that the third keeps
    assert all(not (a & ~b).any() for a, b in zip(masks(small), masks(wide), strict=True))


def test_where_each_retraining_starts(dense):
    def start(mode, before=False, **keys):
        recipe = Recipe("x", "magnitude", retraining=mode, **keys)
        return starting_point(Turn(recipe, dense, lambda: dense.checkpoints[3]), before)

    assert start("none") is None
    assert start("finetune").values is None
    assert start("finetune").finetunes
    assert start("lr-rewind").values is None
    assert not start("lr-rewind").finetunes
    assert same(start("reset").values, dense.checkpoints[0])
    rewound = start("weight-rewind", rewind=2)
    assert rewound.epoch == 2
    assert same(rewound.values, dense.checkpoints[2])
    assert same(start("weight-rewind", rewind="best").values, dense.checkpoints[dense.best_epoch])
    assert same(start("reinit").values, dense.checkpoints[3])
    assert same(start("reinit", before=True).values, dense.checkpoints[3])
    assert start("none", before=True) is None
    assert start("reset", before=True).values is None
    with pytest.raises(PruningError, match="expected at most 4"):
        start("weight-rewind", rewind=5)


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe("oneshot", "magnitude"),
        Recipe("rounds", "magnitude", schedule="iterative", rounds=2),
        Recipe("gradual", "magnitude", schedule="gradual", when="before"),
        dataclasses.replace(PRESETS["snip"], until=0.6, then=(Recipe("after", "magnitude"),)),
    ],
    ids=lambda recipe: recipe.name,
)
def test_finetune_runs_at_its_own_rate_wherever_it_comes(prune, recipe):
    def with_rate(rate, retraining="finetune"):
        stages = [dataclasses.replace(stage, retraining=retraining) for stage in recipe.stages[-1:]]
        then = tuple(stages) if recipe.then else ()
        changed = dataclasses.replace(recipe, then=then) if then else stages[0]
        return prune(changed, training=dataclasses.replace(TRAINING, finetune_rate=rate))

    # At a rate of 0 nothing moves; at one of its own what the schedule says plays no part.
    assert same(with_rate(0.0).layers, with_rate(None, "none").layers)
    assert same(with_rate(None).layers, with_rate(2 * TRAINING.learning_rate).layers)
    assert not same(with_rate(None).layers, with_rate(TRAINING.learning_rate).layers)
    assert same(with_rate(0.0, "lr-rewind").layers, with_rate(0.5, "lr-rewind").layers)


def test_a_finetune_that_diverges_names_its_own_rate(prune):
    training = dataclasses.replace(TRAINING, finetune_rate=1e30)
    with pytest.raises(TrainingDiverged, match=r"lower training.finetune_rate than 1e\+30"):
        prune("magnitude", training=training)


def test_a_lottery_ticket_without_training_has_its_initial_weights(dense, prune):
    result = prune("lottery", training=dataclasses.replace(TRAINING, retrain_epochs=0))
    assert same(result.layers, [(w * m, b) for (w, b), m in zip(dense.initial, masks(result), strict=True)])


def test_weight_rewinding_trains_the_rest_of_the_schedule(dense, prune):
    recipe = Recipe("x", "magnitude", retraining="weight-rewind", rewind=3)
    per_epoch = dense.steps // 4
    assert prune(recipe).training_steps == dense.steps + per_epoch


def test_what_needs_the_dense_training_counts_it(dense, prune):
    assert prune("snip").training_steps == dense.steps
    assert prune("magnitude").training_steps == 2 * dense.steps
    assert prune("gradual").training_steps == dense.steps


def test_synflow_loses_no_layer_where_magnitude_at_the_start_may(prune):
    assert all(mask.any() for mask in masks(prune("synflow", 0.05)))


def on_a_path(kept):
    """How many of the kept weights lie on a path from an input to an output, asked of networkx."""
    graph = nx.DiGraph()
    for layer, mask in enumerate(kept):
        graph.add_edges_from(((layer, i), (layer + 1, j)) for j, i in np.argwhere(mask))
    inputs = [node for node in graph if node[0] == 0]
    outputs = [node for node in graph if node[0] == len(kept)]
    ahead = set(inputs).union(*(nx.descendants(graph, node) for node in inputs))
    behind = set(outputs).union(*(nx.ancestors(graph, node) for node in outputs))
    return sum(a in ahead and b in behind for a, b in graph.edges)


@pytest.mark.parametrize("density", [0.05, 0.1, 0.2])
@pytest.mark.parametrize("seed", range(3))
def test_all_that_synflow_keeps_is_on_a_path(task, density, seed):
    recipe = dataclasses.replace(PRESETS["synflow"], retraining="none")
    kept = masks(prune_cell(task, (60, 40), "relu", recipe, density, seed, TRAINING))
    count = sum(mask.sum() for mask in kept)
    assert count == round(density * sum(mask.size for mask in kept))
    assert on_a_path(kept) == count


def test_controls(dense, prune):
    def control(name, retraining="none"):
        return prune(dataclasses.replace(PRESETS["snip"], retraining=retraining, control=name))

    real, inverted = control(None), control("invert")
    assert not any((a & b).any() for a, b in zip(masks(real), masks(inverted), strict=True))
    inside, across = control("shuffle-layerwise"), control("shuffle-global")
    assert inside.density_per_layer == real.density_per_layer
    assert not same([masks(inside)], [masks(real)])
    assert across.density_per_layer != real.density_per_layer
    sizes = [sum(mask.sum() for mask in masks(result)) for result in (real, inside, across)]
    assert len(set(sizes)) == 1
    for result in (inside, across):  # the initial weights at other places
        assert same(
            result.layers, [(w * m, b) for (w, b), m in zip(dense.initial, masks(result), strict=True)]
        )
    fresh = control("reinit", "reset")
    assert same([masks(fresh)], [masks(real)])
    assert not same(fresh.layers, control(None, "reset").layers)


@pytest.mark.parametrize("preset", ["gradual", "magnitude"])
def test_the_control_reinit_trains_fresh_weights_even_without_retraining(prune, preset):
    bare = dataclasses.replace(PRESETS[preset], retraining="none")
    plain, fresh = prune(bare), prune(dataclasses.replace(bare, control="reinit"))
    assert same([masks(fresh)], [masks(plain)])
    assert not same(fresh.layers, plain.layers)
    assert fresh.training_steps > plain.training_steps


def test_gradual_pruning_takes_what_retraining_it_is_given(dense, prune):
    def after(mode, training=TRAINING, **keys):
        return prune(dataclasses.replace(PRESETS["gradual"], retraining=mode, **keys), training=training)

    found = {mode: after(mode) for mode in ("none", "finetune", "lr-rewind", "weight-rewind", "reset")}
    assert all(same([masks(result)], [masks(found["none"])]) for result in found.values())
    for one, other in itertools.combinations(found.values(), 2):
        assert not same(one.layers, other.layers)
    still = after("reset", dataclasses.replace(TRAINING, retrain_epochs=0))
    assert same(still.layers, [(w * m, b) for (w, b), m in zip(dense.initial, masks(still), strict=True)])
    # its own fourth epoch, not that of the dense network
    back = after("weight-rewind", rewind=4)
    assert same(back.layers, found["none"].layers)


def test_gradual_pruning_does_not_stop_before_it_is_done(prune):
    seen = []
    training = dataclasses.replace(TRAINING, epochs=20, patience=2)
    prune("gradual", training=training, progress=seen.append)
    assert sum(abs(now.density - 0.3) < 0.01 for now in seen) >= 2
    best = max((now for now in seen if abs(now.density - 0.3) < 0.01), key=lambda now: now.accuracy)
    assert prune("gradual", training=training).score.validation == pytest.approx(best.accuracy)


@pytest.mark.parametrize("control", ["shuffle-layerwise", "shuffle-global"])
def test_shuffled_masks_of_a_criterion_that_makes_up_for_what_goes(prune, control):
    recipe = dataclasses.replace(PRESETS["obs"], schedule="oneshot", retraining="none")
    real, mixed = prune(recipe), prune(dataclasses.replace(recipe, control=control))
    assert sum(m.sum() for m in masks(mixed)) == sum(m.sum() for m in masks(real))
    assert not same([masks(mixed)], [masks(real)])


@pytest.mark.parametrize("preset", ["magnitude", "l2"])
def test_what_a_shuffle_after_rounds_uncovers_is_not_0(prune, preset):
    keys = {"schedule": "iterative", "rounds": 3}
    real = prune(dataclasses.replace(PRESETS[preset], **keys))
    mixed = prune(dataclasses.replace(PRESETS[preset], control="shuffle-layerwise", **keys))
    counts = [[np.count_nonzero(w) for w, _ in made.layers] for made in (real, mixed)]
    assert counts[0] == counts[1]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("preset", ["l2", "correlation", "cosine"])
def test_neurons_at_random_places_fit_the_density(task, preset, seed):
    recipe = dataclasses.replace(
        PRESETS[preset], scope="global", control="shuffle-global", keep_at_least=1, retraining="none"
    )
    made = prune_cell(task, (20, 6), "relu", recipe, 0.4, seed, TRAINING)
    total = sum(weight.size for weight, _ in made.layers)
    assert sum(mask.sum() for mask in masks(made)) <= round(0.4 * total)


@pytest.mark.parametrize(("preset", "options"), [("synflow", {}), ("random", {"tries": 5})])
def test_criteria_that_try_masks_prune_neurons_too(prune, preset, options):
    recipe = dataclasses.replace(PRESETS[preset], unit="neuron", keep_at_least=1, options=options)
    for (weight, bias), (onward, _) in itertools.pairwise(prune(recipe, 0.4).layers):
        gone = ~weight.any(1)
        assert not bias[gone].any()
        assert not onward[:, gone].any()


@pytest.mark.parametrize("control", ["shuffle-layerwise", "shuffle-global", "invert"])
def test_controls_of_neurons(prune, control):
    recipe = dataclasses.replace(PRESETS["l1"], control=control, keep_at_least=1)
    result = prune(recipe, 0.4)
    assert all(width >= 1 for width in result.neurons_alive)


def test_a_weight_criterion_can_prune_neurons(prune):
    result = prune(Recipe("x", "magnitude", scope="layer", unit="neuron", retraining="none"), 0.5)
    (first, bias), (second, _), _ = result.layers
    gone = ~first.any(1)
    assert gone.any()
    assert not second[:, gone].any()
    assert not bias[gone].any()
    assert first[~gone].all()


@pytest.mark.parametrize("name", ["l1", "cosine", "correlation"])
def test_neurons_that_are_gone_stay_gone(prune, name):
    result = prune(name, 0.4)
    for (weight, bias), (onward, _) in zip(result.layers[:-1], result.layers[1:], strict=True):
        gone = ~weight.any(1)
        assert gone.any()
        assert not bias[gone].any()
        assert not onward[:, gone].any()


def test_density_1_is_the_dense_network(dense, prune):
    result = prune(dataclasses.replace(PRESETS["magnitude"], retraining="none"), 1.0)
    assert result.score == dense.score
    assert result.compression == 1.0


# What is refused


@pytest.mark.parametrize("density", [0.0, 1.01, -1])
def test_densities_outside_the_range(prune, density):
    with pytest.raises(BadDensity):
        prune("magnitude", density)


def test_no_connection_left(prune):
    with pytest.raises(NothingLeft, match=r"no connection is left at density 0\.001"):
        prune("magnitude", 0.001)


def test_no_path_left(task, dense, prune, monkeypatch):
    from wann.pruning.criteria.registry import CRITERIA, criterion

    @criterion("apart", "first layer feeds neuron 0, the second listens to neuron 1")
    def apart(case):
        scores = [torch.zeros_like(weight) for weight in case.weights]
        scores[0][0, 0] = scores[1][0, 1] = scores[2][0, 0] = 1.0
        return scores

    with pytest.raises(NothingLeft, match="no connection is left on a path"):
        prune(Recipe("x", "apart", retraining="none"), 3.4 / sum(w.size for w, _ in dense.layers))
    CRITERIA.pop("apart")


def test_a_diverged_training_is_said(task):
    with pytest.raises(
        TrainingDiverged, match=r"dense: the loss of epoch 1 is nan.*lower training.learning_rate"
    ):
        train_dense(task, HIDDEN, "square", 0, Training(1, 40, 1e12, optimizer="sgd", schedule="constant"))


def test_gradients_that_are_all_zero_are_said(task):
    off = train_dense(task, HIDDEN, "relu", 0, Training(epochs=0))
    for weight, bias in off.checkpoints[0]:
        weight[:], bias[:] = 0.0, -1.0
    with pytest.raises(NoGradient):
        prune_cell(task, HIDDEN, "relu", PRESETS["snip"], 0.3, 0, TRAINING, off)


def test_what_does_not_fit_the_dense_network(task, dense):
    with pytest.raises(PruningError, match="dense: expected sizes"):
        prune_cell(task, (8, 7), "relu", PRESETS["snip"], 0.3, 0, TRAINING, dense)
    with pytest.raises(PruningError, match="hidden: expected whole numbers"):
        train_dense(task, (8, 0), "relu", 0, TRAINING)
    with pytest.raises(UnknownMethod, match="activation"):
        train_dense(task, (8,), "rely", 0, TRAINING)
