"""Chains: recipes that go on with what the one before has left."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wann.errors import PruningError
from wann.pruning.cell import prune_cell, train_dense
from wann.pruning.learners.training import Training
from wann.pruning.recipe.chain import links
from wann.pruning.recipe.presets import PRESETS
from wann.pruning.recipe.recipe import Recipe

HIDDEN = (8, 6)
TRAINING = Training(epochs=4, batch_size=20, learning_rate=0.02, retrain_epochs=2)


@pytest.fixture(scope="module")
def dense(task):
    return train_dense(task, HIDDEN, "relu", 0, TRAINING)


@pytest.fixture(scope="module")
def prune(task, dense):
    def prune(recipe, density=0.3, training=TRAINING):
        return prune_cell(task, HIDDEN, "relu", recipe, density, 0, training, dense)

    return prune


def chain(*stages, name="chain"):
    first, *then = [PRESETS[stage] if isinstance(stage, str) else stage for stage in stages]
    return dataclasses.replace(first, name=name, then=tuple(then))


def step(preset, **keys):
    return dataclasses.replace(PRESETS[preset], **keys)


def bare(preset, **keys):
    return step(preset, retraining="none", **keys)


def masks(result):
    return [weight != 0 for weight, _ in result.layers]


def same(one, other):
    pairs = [pair for layers in zip(one, other, strict=True) for pair in zip(*layers, strict=True)]
    return all(np.array_equal(a, b) for a, b in pairs)


def inside(small, large):
    return all(not (a & ~b).any() for a, b in zip(masks(small), masks(large), strict=True))


def ends(recipe, density):
    return [link.density for link in links(recipe, density, 0)]


# Where stages end


def test_stages_end_evenly_unless_they_say_where():
    assert ends(chain("snip", "gradual", "magnitude"), 0.001) == pytest.approx([0.1, 0.01, 0.001])
    assert ends(chain(step("snip", until=0.5), "gradual", "magnitude"), 0.005) == pytest.approx(
        [0.5, 0.05, 0.005]
    )
    assert ends(chain("snip", step("gradual", until=0.04), "magnitude"), 0.01) == pytest.approx(
        [0.2, 0.04, 0.01]
    )
    assert ends(chain(step("snip", until=0.1), "magnitude"), 0.2) == [0.2, 0.2]  # a budget's bisection


@given(
    st.lists(st.none() | st.floats(1e-4, 0.99), min_size=1, max_size=6),
    st.floats(1e-5, 1.0, exclude_min=True),
)
def test_densities_never_rise_and_end_where_they_should(wanted, density):
    given_ends = iter(sorted((end for end in wanted if end is not None), reverse=True))
    stages = [bare("magnitude", until=None if end is None else next(given_ends)) for end in wanted]
    found = ends(chain(*stages, "magnitude"), density)
    assert found[-1] == density
    assert all(b <= a * (1 + 1e-12) for a, b in pairwise([1.0, *found]))


# What they do


def test_two_cuts_of_magnitude_are_one(prune):
    twice = prune(chain(bare("magnitude", until=0.6), bare("magnitude")))
    assert same(twice.layers, prune(bare("magnitude")).layers)
    rounds = bare("magnitude", schedule="iterative", rounds=3)
    assert same(prune(chain(rounds, rounds)).layers, twice.layers)
    levels = bare("magnitude", schedule="levels", level=0.3)
    assert same(prune(chain(bare("magnitude"), levels)).layers, twice.layers)


def test_before_training_while_training_and_after_it(dense, prune):
    result = prune(chain(step("snip", until=0.7), step("gradual", until=0.5), "magnitude"), 0.2)
    total = sum(mask.size for mask in masks(result))
    assert sum(mask.sum() for mask in masks(result)) == round(0.2 * total)
    # SNIP's mask is found on the initial weights; the training of `gradual` is the first one.
    assert inside(result, prune(bare("snip"), 0.7))
    per_epoch = dense.steps // 4
    assert result.training_steps == (4 + 2) * per_epoch
    assert result.score.validation > result.score_before.validation


def test_what_is_pruned_before_training_is_trained_once(dense, prune):
    result = prune(chain(step("random", until=0.6), "snip"))
    assert result.training_steps == dense.steps
    assert inside(result, prune(bare("random"), 0.6))


def test_weight_rewinding_goes_back_in_the_chains_own_training(prune):
    last = step("magnitude", retraining="weight-rewind", rewind=4)
    rewound = prune(
        chain(step("snip", until=0.6), last), training=dataclasses.replace(TRAINING, retrain_epochs=4)
    )
    assert same(rewound.layers, prune(chain(step("snip", until=0.6), bare("magnitude"))).layers)


def test_neurons_then_weights_then_neurons(prune):
    neurons = prune(bare("l1"), 0.6)
    result = prune(chain(bare("l1", until=0.6), bare("magnitude")), 0.2)
    assert inside(result, neurons)
    for (weight, bias), (old, _) in zip(result.layers[:-1], neurons.layers[:-1], strict=True):
        assert not bias[~old.any(1)].any()
        assert weight.any()
    assert sum(mask.sum() for mask in masks(result)) == round(0.2 * sum(mask.size for mask in masks(result)))
    # l0 needs a mask to tell neurons apart, and here it has one
    counted = prune(chain(bare("magnitude", until=0.5), bare("l0", options={}, keep_at_least=1)), 0.2)
    assert inside(counted, prune(bare("magnitude"), 0.5))
    assert sum(mask.sum() for mask in masks(counted)) <= 0.2 * sum(mask.size for mask in masks(counted))


def test_equal_chains_are_equal_and_stages_draw_apart(prune):
    recipe = chain(step("random", until=0.5), "random")
    assert same(prune(recipe).layers, prune(recipe).layers)
    # with the same draw, the second cut would be the first one's again
    assert not same(prune(recipe).layers, prune(step("random")).layers)


def test_controls_of_a_chain(prune):
    real = chain(bare("snip", until=0.6), step("magnitude"))
    fresh = real.with_control("reinit")
    assert [stage.control for stage in fresh.stages] == [None, "reinit"]
    assert same([masks(prune(fresh))], [masks(prune(real))])
    assert not same(prune(fresh).layers, prune(real).layers)
    assert [stage.control for stage in real.with_control("invert").stages] == ["invert", "invert"]
    shuffled = prune(real.with_control("shuffle-layerwise"))
    assert shuffled.density_per_layer == prune(real).density_per_layer
    assert inside(shuffled, prune(bare("snip"), 0.6))


# What cannot follow what


@pytest.mark.parametrize(
    ("stages", "message"),
    [
        (("magnitude", "snip"), r"stage 2 \(snip\) prunes before training.*put it first"),
        (("gradual", "synflow"), r"stage 2 \(synflow\)"),
        (("magnitude", "gradual"), "set its when: after"),
        ((step("snip", until=0.2), step("gradual", until=0.4), "magnitude"), r"fall, got 0\.4 after 0\.2"),
        (("snip", step("magnitude", until=0.4)), "the last stage ends at the density"),
        (("snip", chain("magnitude", "magnitude")), "a chain of its own"),
        (("snip", "random", "lottery", "random"), r"stage 4 \(random\)"),
    ],
)
def test_orders_that_make_no_sense(stages, message):
    with pytest.raises(PruningError, match=message):
        chain(*stages)


def test_an_end_without_a_next_stage(prune):
    with pytest.raises(PruningError, match="until: there is no next stage"):
        prune(step("magnitude", until=0.5))
    with pytest.raises(PruningError, match="until: expected a share between 0 and 1"):
        Recipe("x", "magnitude", until=1.0)
