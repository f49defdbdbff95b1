"""Every criterion that is registered, shipped or a user's own, keeps the contract."""

from __future__ import annotations

import copy
import sys

import numpy as np
import pytest
import torch

from wann.errors import CriterionDoesNotFit, NoGradient, PruningError, TrainingDiverged, UnknownMethod
from wann.pruning.cell import prune_cell, train_dense
from wann.pruning.criteria.case import Case
from wann.pruning.criteria.catalogue import CRITERIA, find_criterion
from wann.pruning.criteria.options import Option
from wann.pruning.criteria.registry import criterion
from wann.pruning.learners.training import Training
from wann.pruning.recipe.chain import links
from wann.pruning.recipe.presets import PRESETS
from wann.pruning.recipe.recipe import Recipe

ALL = dict(CRITERIA)
OPTIONS = {"l0": {"magnitude_density": 0.3}}


def seeded(case, name, **fields) -> Case:
    generator = torch.Generator().manual_seed(7)
    options = find_criterion(name).resolve(OPTIONS.get(name, {}))
    return case(generator=generator, options=options, **fields)


@pytest.mark.parametrize("name", ALL)
def test_scores_have_the_units_shapes_and_are_numbers(case, name):
    here = seeded(case, name)
    scores = find_criterion(name)(here)
    expected = (
        [w.shape for w in here.weights]
        if CRITERIA[name].unit == "weight"
        else [b.shape for b in here.biases[:-1]]
    )
    assert [s.shape for s in scores] == expected
    assert not any(torch.isnan(s).any() or s.requires_grad for s in scores)
    assert any((s != s.flatten()[0]).any() for s in scores)


@pytest.mark.parametrize("name", ALL)
def test_a_criterion_changes_nothing_and_depends_on_its_generator_alone(case, name):
    here = seeded(case, name)
    before = copy.deepcopy((here.weights, here.biases, here.masks))
    scores = find_criterion(name)(here)
    for group, old in zip((here.weights, here.biases, here.masks), before, strict=True):
        assert all(torch.equal(*pair) for pair in zip(group, old, strict=True))
    torch.manual_seed(99)
    again = find_criterion(name)(seeded(case, name))
    assert all(torch.equal(*pair) for pair in zip(scores, again, strict=True))


@pytest.mark.parametrize("name", ALL)
def test_a_criterion_scores_a_network_that_is_pruned_already(case, name):
    here = seeded(case, name)
    for weight, mask in zip(here.weights, here.masks, strict=True):
        mask[0, ::2] = False
        weight *= mask
    assert not any(torch.isnan(s).any() for s in find_criterion(name)(here))


@pytest.mark.parametrize("name", ALL)
def test_nan_weights_are_no_ranking(case, name):
    here = seeded(case, name)
    for weight in here.weights:
        weight.fill_(torch.nan)
    with pytest.raises(TrainingDiverged, match="learning rate"):
        find_criterion(name)(here)


def test_every_criterion_says_what_it_is():
    for name, each in ALL.items():
        assert each.line
        assert each.source
        assert each.name == name
        assert "\n" not in each.line


def test_every_preset_has_its_criterion_and_every_criterion_a_preset():
    for recipe in PRESETS.values():
        found = find_criterion(recipe.criterion)
        found.resolve(recipe.options)
        if recipe.schedule != "gradual":
            assert recipe.when == found.when
    assert {recipe.criterion for recipe in PRESETS.values()} == ALL.keys()


@pytest.fixture(scope="module")
def dense(task):
    return train_dense(task, (8, 6), "relu", 0, Training(epochs=2, batch_size=40))


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_ends_at_its_density(task, dense, name):
    training = Training(epochs=2, batch_size=40)
    result = prune_cell(task, (8, 6), "relu", PRESETS[name], 0.4, 0, training, dense)
    size = sum(weight.size for weight, _ in result.layers)
    kept = sum(int(np.count_nonzero(weight)) for weight, _ in result.layers)
    if CRITERIA[PRESETS[name].criterion].unit == "neuron":
        assert 0.25 * size < kept <= 0.4 * size
    else:
        assert kept == round(0.4 * size)
    assert result.compression == pytest.approx(size / kept)
    assert result.density_per_layer == [np.count_nonzero(w) / w.size for w, _ in result.layers]


# A user's own


@criterion("alternating", "every second weight", source="this test", options={"first": 0})
def alternating(case):
    return [
        torch.arange(w.numel()).add(case.options["first"]).remainder(2).reshape(w.shape) for w in case.weights
    ]


def test_a_criterion_of_ones_own_is_one_function(task, dense, tmp_path, monkeypatch):
    (tmp_path / "my_pruning.py").write_text(
        "from wann.pruning.criteria.registry import criterion\n\n"
        '@criterion("heavy", "the sum of a neuron\'s weights", unit="neuron", source="me")\n'
        "def heavy(case):\n"
        "    return [weight.sum(1) for weight in case.weights[:-1]]\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    training = Training(epochs=1, batch_size=40)
    recipe = Recipe("mine", "my_pruning:heavy", scope="layer", retraining="none")
    result = prune_cell(task, (8, 6), "relu", recipe, 0.5, 0, training, dense)
    sums = dense.layers[0][0].sum(1)
    gone = ~result.layers[0][0].any(1)
    assert gone.any()
    assert sums[gone].max() < sums[~gone].min()
    CRITERIA.pop("heavy")


def test_options_reach_ones_own_criterion(task, dense):
    recipe = Recipe("mine", "alternating", retraining="none", options={"first": 1})
    result = prune_cell(task, (8, 6), "relu", recipe, 0.5, 0, Training(epochs=0), dense)
    flat = result.layers[0][0].ravel()
    assert (flat[::2] != 0).all()
    assert not flat[1::2].any()
    CRITERIA.pop("alternating")


@pytest.mark.parametrize("name", PRESETS)
def test_a_presets_scope_is_its_criterions(name):
    recipe = PRESETS[name]
    assert recipe.scope == find_criterion(recipe.criterion).scope_of(recipe.unit)


@pytest.mark.parametrize("name", ALL)
def test_a_recipe_that_names_no_scope_prunes_with_its_criterions(name):
    (link,) = links(Recipe("x", name), 0.5, 0)
    assert link.scope == (
        "erk" if name == "obs" else "global" if CRITERIA[name].unit == "weight" else "layer"
    )
    (of_neurons,) = links(Recipe("x", name, unit="neuron"), 0.5, 0)
    assert of_neurons.scope == "layer"
    (own,) = links(Recipe("x", name, scope="global"), 0.5, 0)
    assert own.scope == "global"


def test_the_scope_of_ones_own_criterion_is_what_prunes(task, dense):
    @criterion("evenly", "as it comes", scope="layer")
    def evenly(case):
        return [weight.abs() + 100.0 * k for k, weight in enumerate(case.weights)]

    try:
        recipe = Recipe("mine", "evenly", retraining="none")
        result = prune_cell(task, (8, 6), "relu", recipe, 0.5, 0, Training(epochs=0), dense)
    finally:
        CRITERIA.pop("evenly")
    assert result.density_per_layer == [0.5, 0.5, 0.5]


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"scope": "globe"}, "odd: scope: unknown 'globe'; .*; did you mean 'global'"),
        ({"scope": "erk", "unit": "neuron"}, "odd: scope: erk gives densities to weights"),
    ],
)
def test_a_scope_that_a_criterion_cannot_have(keys, says):
    with pytest.raises(PruningError, match=says):
        criterion("odd", "wrong", **keys)(lambda case: case.weights)


def test_a_name_that_is_taken_is_refused():
    with pytest.raises(PruningError, match="magnitude: a criterion of that name is in"):
        criterion("magnitude", "mine")(lambda case: case.weights)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("magnitud", "criterion: unknown 'magnitud'; known are .*; did you mean 'magnitude'"),
        ("no_such_module_here:x", "cannot import no_such_module_here"),
    ],
)
def test_unknown_criteria(name, message):
    with pytest.raises(PruningError, match=message):
        find_criterion(name)


def test_unknown_options_and_units():
    with pytest.raises(UnknownMethod, match="did you mean 'tries'"):
        find_criterion("random").resolve({"trys": 2})
    with pytest.raises(UnknownMethod, match="x: unit: unknown 'layer'"):
        Recipe("x", "random", unit="layer")
    with pytest.raises(CriterionDoesNotFit, match="scores neurons"):
        find_criterion("l1").unit_of("weight")


@pytest.mark.parametrize("name", ALL)
def test_every_option_has_a_check_that_its_default_passes(name):
    each = find_criterion(name)
    assert set(each.resolve({})) == {"loss", *each.options}
    for key, option in each.options.items():
        assert isinstance(option, Option)
        each.resolve({key: option.default})
        with pytest.raises(PruningError, match=rf"^{name}: options\.{key}: expected .*, got 'nonsense'"):
            each.resolve({key: "nonsense"})


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("random", {"tries": 0}),
        ("random", {"tries": True}),
        ("entropy", {"bins": 1}),
        ("l0", {"magnitude_density": 2}),
        ("grasp", {"temperature": 0}),
        ("grasp", {"temperature": float("nan")}),
        ("obs", {"damping": -1.0}),
        ("obd", {"samples": 1.5}),
    ],
)
def test_options_out_of_range(name, options):
    with pytest.raises(PruningError, match="expected"):
        find_criterion(name).resolve(options)


def test_scores_of_another_shape_are_refused(case):
    @criterion("flat", "wrong")
    def flat(case):
        return [weight.flatten() for weight in case.weights]

    with pytest.raises(PruningError, match=r"flat: expected scores of the shapes \[\(5, 6\)"):
        find_criterion("flat")(case())
    CRITERIA.pop("flat")


@pytest.mark.parametrize(
    ("made", "told"),
    [(None, "got a NoneType"), ([np.ones((5, 6))], "got a list of ndarray"), ("scores", "got a str")],
)
def test_what_is_no_list_of_tensors_is_refused(case, made, told):
    @criterion("odd", "wrong")
    def odd(case):
        return made

    with pytest.raises(PruningError, match=f"odd: expected a list of torch tensors, one a layer, {told}"):
        find_criterion("odd")(case())
    CRITERIA.pop("odd")


def test_nan_scores_of_sound_weights_name_the_criterion(case):
    @criterion("nan", "wrong")
    def nan(case):
        return [weight * torch.nan for weight in case.weights]

    with pytest.raises(TrainingDiverged, match="nan: scores are not numbers: the criterion is at fault"):
        find_criterion("nan")(case())
    CRITERIA.pop("nan")


@pytest.mark.parametrize("name", ["snip", "grasp", "gradient", "obd", "taylor1", "taylor2"])
def test_an_activation_that_passes_no_gradient_on_is_said(case, name):
    with pytest.raises(NoGradient, match=r"all gradients.* are zero \('step' passes none on"):
        find_criterion(name)(seeded(case, name, activation="step"))


@pytest.mark.parametrize(
    "text", ["def broken(:", "1 / 0", "import nothing_of_that_name", "raise SystemError"]
)
def test_a_file_of_ones_own_that_cannot_be_imported(tmp_path, monkeypatch, text):
    (tmp_path / "broken_criteria.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(PruningError, match="cannot import broken_criteria"):
        find_criterion("broken_criteria:thin")
    sys.modules.pop("broken_criteria", None)


def test_a_network_without_hidden_neurons_has_none_to_score(case):
    with pytest.raises(CriterionDoesNotFit, match="has none"):
        find_criterion("l1")(case(sizes=(6, 3)))
