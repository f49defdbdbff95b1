"""Scopes, neurons, schedules and controls: exact counts, ties, ends, sums."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from wann.errors import BadDensity, CriterionDoesNotFit, NothingLeft, PruningError, UnknownMethod
from wann.pruning.learners.training import Training
from wann.pruning.masks.neurons import choose_neurons, expand
from wann.pruning.masks.scopes import check_density, choose, erk_densities
from wann.pruning.recipe.controls import shuffled
from wann.pruning.recipe.recipe import Recipe
from wann.pruning.recipe.schedules import gradual_densities, gradual_sparsity, rounds

SHAPES = ((8, 6), (5, 8), (3, 5))


def full(shapes=SHAPES):
    return [np.ones(shape, bool) for shape in shapes]


def kept_of(masks):
    return sum(int(mask.sum()) for mask in masks)


@pytest.mark.parametrize("scope", ["global", "layer", "erk"])
@pytest.mark.parametrize("total", [10, 37, 60, 102, 103])
def test_exactly_k_are_kept_when_all_scores_are_equal(scope, total):
    masks = choose([np.ones(shape) for shape in SHAPES], full(), total, scope, keep_at_least=1)
    assert kept_of(masks) == total
    for mask in masks:  # the lower index where they tie
        flat = mask.ravel()
        assert flat[: flat.sum()].all()


@given(st.integers(0, 999), st.sampled_from(["global", "layer", "erk"]), st.integers(0, 4))
def test_masks_are_exact_nested_and_the_best(seed, scope, least):
    rng = np.random.default_rng(seed)
    available = full()
    for total in (80, 50, 31, 20):
        scores = [rng.integers(0, 9, shape).astype(float) for shape in SHAPES]
        masks = choose(scores, available, total, scope, max(1, least))
        assert kept_of(masks) == total
        for mask, old, score in zip(masks, available, scores, strict=True):
            assert not (mask & ~old).any()
            assert mask.sum() >= max(1, least)
            if (old & ~mask).any():
                assert score[mask].min() >= score[old & ~mask].max()
        available = masks


def test_global_keeps_the_best_of_all():
    scores = [np.array([[5.0, 1.0]]), np.array([[4.0], [3.0]])]
    assert [m.tolist() for m in choose(scores, full([(1, 2), (2, 1)]), 2)] == [
        [[True, False]],
        [[True], [False]],
    ]


def test_layers_have_the_same_density():
    masks = choose([np.ones(shape) for shape in SHAPES], full(), 51, "layer")
    assert [int(mask.sum()) for mask in masks] == [24, 20, 7]  # half of 48, 40 and 15


@given(
    st.floats(0.01, 1.0), st.lists(st.tuples(st.integers(1, 40), st.integers(1, 40)), min_size=1, max_size=5)
)
def test_erk_sums(density, shapes):
    found = erk_densities(shapes, density)
    size = np.array([rows * columns for rows, columns in shapes])
    assert (found * size).sum() == pytest.approx(density * size.sum())
    assert (found <= 1.0).all()
    open_ = found < 1.0
    raw = np.array([(r + c) / (r * c) for r, c in shapes])
    np.testing.assert_allclose((found / raw)[open_], (found / raw)[open_][:1].repeat(open_.sum()))


def test_an_emptied_layer_is_said_and_can_be_prevented():
    scores = [np.ones(shape) * (10 - k) for k, shape in enumerate(SHAPES)]
    with pytest.raises(NothingLeft, match=r"layer 2, 3 of 3 would lose all its weights.*keep_at_least"):
        choose(scores, full(), 20)
    masks = choose(scores, full(), 20, keep_at_least=2)
    assert [int(mask.sum()) for mask in masks] == [16, 2, 2]
    with pytest.raises(NothingLeft, match="keep_at_least: 9"):
        choose(scores, full(), 20, keep_at_least=9)


@pytest.mark.parametrize("density", [0, -0.1, 1.5, float("nan"), "much", True, None])
def test_densities_out_of_range(density):
    with pytest.raises(BadDensity, match=r"\(0, 1\]"):
        check_density(density)


def test_the_last_layer_can_be_set_apart():
    masks = choose([np.ones(shape) for shape in SHAPES], full(), 50, "layer", last_layer=0.8)
    assert int(masks[-1].sum()) == 12
    assert kept_of(masks) == 50
    recipe = Recipe("x", "magnitude", schedule="levels", last_layer=0.1)
    found = rounds(recipe, 0.8**3)
    assert [r.last_layer for r in found] == pytest.approx([0.9, 0.81, 0.729])


@pytest.mark.parametrize("last_layer", [0.01, 0.5, 1.0])
@pytest.mark.parametrize("keep_at_least", [0, 3, 10])
@pytest.mark.parametrize("scope", ["global", "layer", "erk"])
def test_a_last_layer_of_its_own_leaves_every_layer_its_least(last_layer, keep_at_least, scope):
    rng = np.random.default_rng(3)
    scores = [rng.random(shape) for shape in SHAPES]
    masks = choose(scores, full(), 45, scope, max(1, keep_at_least), last_layer)
    assert kept_of(masks) == 45
    assert min(mask.sum() for mask in masks) >= max(1, keep_at_least)


def test_a_last_layer_that_takes_all_is_named():
    scores = [np.zeros(shape) for shape in SHAPES]
    with pytest.raises(NothingLeft, match="12 of them in the last layer, as last_layer says"):
        choose(scores, full(), 12, last_layer=1.0)


# Neurons


def test_a_row_and_the_next_column_go_together():
    kept = [np.array([True, False]), np.array([False, True, True])]
    masks = expand(kept, full([(2, 4), (3, 2), (2, 3)]))
    assert masks[0].tolist() == [[True] * 4, [False] * 4]
    assert masks[1].tolist() == [[False, False], [True, False], [True, False]]
    assert masks[2].tolist() == [[False, True, True]] * 2


@pytest.mark.parametrize("scope", ["layer", "global"])
def test_as_many_neurons_as_fit(scope):
    rng = np.random.default_rng(0)
    scores = [rng.random(8), rng.random(5)]
    free = [np.ones(8, bool), np.ones(5, bool)]
    for total in (100, 60, 30, 12):
        kept = choose_neurons(scores, free, full(), total, scope, keep_at_least=1)
        assert kept_of(expand(kept, full())) <= total
        for mask, score in zip(kept, scores, strict=True):
            assert mask.all() or score[mask].min() > score[~mask].max()
    everything = choose_neurons(scores, free, full(), 103, scope)
    assert kept_of(expand(everything, full())) == 103


def test_neurons_that_tie_go_by_index():
    kept = choose_neurons([np.ones(8), np.ones(5)], [np.ones(8, bool), np.ones(5, bool)], full(), 40)
    for mask in kept:
        assert mask[: mask.sum()].all()


def test_an_emptied_hidden_layer_is_said():
    scores, free = [np.ones(8), np.zeros(5)], [np.ones(8, bool), np.ones(5, bool)]
    with pytest.raises(NothingLeft, match="hidden layer 2 would lose all its neurons"):
        choose_neurons(scores, free, full(), 20, "global")
    with pytest.raises(NothingLeft, match="keep_at_least"):
        choose_neurons(scores, free, full(), 20, "global", keep_at_least=3)
    with pytest.raises(CriterionDoesNotFit, match="erk"):
        choose_neurons(scores, free, full(), 20, "erk")


# Schedules


def test_rounds_end_exactly_at_the_density_and_fall():
    for schedule in ("oneshot", "iterative", "levels"):
        for spacing in ("exponential", "linear"):
            for density in (0.037, 0.5, 0.9, 1.0):
                recipe = Recipe("x", "magnitude", schedule=schedule, spacing=spacing)
                found = [each.density for each in rounds(recipe, density)]
                assert found[-1] == density
                assert found == sorted(found, reverse=True)


def test_rounds_by_hand():
    def densities(density, **keys):
        return [each.density for each in rounds(Recipe("x", "magnitude", **keys), density)]

    assert densities(0.16, schedule="iterative", rounds=2) == pytest.approx([0.4, 0.16])
    assert densities(0.2, schedule="iterative", rounds=4, spacing="linear") == pytest.approx(
        [0.8, 0.6, 0.4, 0.2]
    )
    assert densities(0.512, schedule="levels") == pytest.approx([0.8, 0.64, 0.512])
    assert densities(0.5, schedule="levels") == pytest.approx([0.8, 0.64, 0.512, 0.5])


def test_gradual_end_points():
    assert gradual_sparsity(10, 10, 50, 0.9) == 0.0
    assert gradual_sparsity(50, 10, 50, 0.9) == 0.9
    assert gradual_sparsity(0, 10, 50, 0.9, 0.2) == 0.2
    assert gradual_sparsity(99, 10, 50, 0.9, 0.2) == 0.9
    assert gradual_sparsity(30, 10, 50, 0.9) == pytest.approx(0.9 - 0.9 * 0.5**3)
    found = gradual_densities(1000, 0.1)
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert max(found) == 700
    assert found[700] == 0.1
    assert list(gradual_densities(1, 0.1).values()) == [0.1]


def test_learning_rates():
    cosine = Training(learning_rate=1.0, schedule="cosine", lowest=0.1)
    assert [cosine.rate(s) for s in (0.0, 0.5, 1.0)] == pytest.approx([1.0, 0.55, 0.1])
    steps = Training(learning_rate=1.0, schedule="steps")
    assert [steps.rate(s) for s in (0.0, 0.49, 0.5, 0.75, 1.0)] == [1.0, 1.0, 0.1, 0.01, 0.01]
    assert Training(schedule="constant").rate(0.7) == Training().learning_rate


def test_the_learning_rate_of_finetuning_is_its_own():
    own = Training(schedule="steps", finetune_rate=0.5)
    assert [own.finetuning_rate(s) for s in (0.0, 0.5, 1.0)] == pytest.approx([0.5, 0.25, 0.0])
    assert [own.rate(s) for s in (0.0, 0.5, 1.0)] == pytest.approx([2e-3, 2e-4, 2e-5])
    constant = Training(finetune_rate=0.5, finetune_schedule="constant")
    assert {constant.finetuning_rate(s) for s in (0.0, 0.5, 1.0)} == {0.5}
    assert Training(learning_rate=0.3).finetuning_rate(0.0) == 0.6
    for wrong, told in (({"finetune_rate": -1.0}, "0 or more"), ({"finetune_schedule": "cos"}, "cosine")):
        with pytest.raises(PruningError, match=told):
            Training(**wrong)


# Controls


def test_shuffles_keep_the_counts():
    rng = np.random.default_rng(0)
    masks = [rng.random(shape) < share for shape, share in zip(SHAPES, (0.9, 0.5, 0.1), strict=True)]
    everywhere = [np.ones(shape, bool) for shape in SHAPES]
    inside = shuffled(masks, everywhere, False, torch.Generator().manual_seed(0))
    assert [m.sum() for m in inside] == [m.sum() for m in masks]
    assert any((a != b).any() for a, b in zip(inside, masks, strict=True))
    across = shuffled(masks, everywhere, True, torch.Generator().manual_seed(0))
    assert kept_of(across) == kept_of(masks)
    assert [m.sum() for m in across] != [m.sum() for m in masks]
    assert [m.shape for m in across] == [m.shape for m in masks]


def test_shuffles_stay_where_there_was_something_to_choose_from():
    rng = np.random.default_rng(1)
    there = [rng.random(shape) < 0.6 for shape in SHAPES]
    masks = [place & (rng.random(place.shape) < 0.5) for place in there]
    for across in (False, True):
        found = shuffled(masks, there, across, torch.Generator().manual_seed(0))
        assert kept_of(found) == kept_of(masks)
        assert not any((mask & ~place).any() for mask, place in zip(found, there, strict=True))
        assert any((a != b).any() for a, b in zip(found, masks, strict=True))


# Recipes


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (
            {"scope": "globe"},
            "x: scope: unknown 'globe'; known are .*; did you mean 'global'",
        ),
        ({"schedule": "level"}, "did you mean 'levels'"),
        ({"retraining": "finetuning"}, "did you mean 'finetune'"),
        ({"when": "during"}, "known are before, after"),
        ({"control": "shuffle"}, "control: unknown 'shuffle'"),
    ],
)
def test_unknown_words_in_a_recipe(keys, message):
    with pytest.raises(UnknownMethod, match=message):
        Recipe("x", "magnitude", **keys)


@pytest.mark.parametrize(
    "keys",
    [{"rounds": 0}, {"level": 1.0}, {"keep_at_least": -1}, {"rewind": "first"}, {"last_layer": 0.0}],
)
def test_wrong_numbers_in_a_recipe(keys):
    with pytest.raises(PruningError, match=f"x: {next(iter(keys))}: expected"):
        Recipe("x", "magnitude", **keys)


@pytest.mark.parametrize(
    "keys", [{"epochs": -1}, {"batch_size": 0}, {"patience": 0}, {"learning_rate": 0.0}, {"optimizer": "rms"}]
)
def test_wrong_training(keys):
    with pytest.raises(PruningError, match=f"training.{next(iter(keys))}"):
        Training(**keys)
