"""Config files of wann prune: what they may say, and how faults are told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wann.config import (
    config_hash,
    dump_config,
    load_config,
    load_prune_config,
    parse_config,
    parse_prune_config,
)
from wann.errors import ConfigError
from wann.pruning.learners.evolving import PolicyTraining
from wann.pruning.learners.training import Training
from wann.pruning.recipe.presets import PRESETS
from wann.workflows.pruning.checks import check
from wann.workflows.pruning.plan import cells_of, definition, recipes_of, training_of

SHIPPED = sorted((Path(__file__).parents[1] / "configs" / "prune").glob("*.yaml"))
HEAD = "task: {dataset: digits}\n"
LEAST = HEAD + "prune: {recipes: [magnitude], densities: [0.1]}\n"


def parsed(text: str, *overrides: str):
    return parse_prune_config(text, "c.yaml", overrides, check)


def fault(text: str, *overrides: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parsed(text, *overrides)
    assert len(caught.value.faults) == 1, caught.value.faults
    return caught.value.faults[0]


def test_defaults_are_the_librarys():
    config = parsed(LEAST)
    assert training_of(config) == Training()
    assert recipes_of(config) == [PRESETS["magnitude"]]
    assert (config.model.hidden, config.model.activation) == ((300, 100), "relu")
    assert (config.prune.seeds, config.evaluation.backend) == ((0,), "ray")


def test_a_preset_is_changed_key_by_key():
    text = HEAD + (
        "prune:\n  densities: [0.1]\n  recipes:\n"
        "    - {preset: lottery, level: 0.5, control: reinit}\n"
        "    - {preset: random, name: tries, options: {tries: 3}}\n"
        "    - {criterion: obd, scope: erk, retraining: weight-rewind, rewind: best, unit: weight}\n"
    )
    lottery, tries, obd = recipes_of(parsed(text))
    assert (lottery.name, lottery.level, lottery.control) == ("lottery+reinit", 0.5, "reinit")
    assert (lottery.schedule, lottery.retraining) == ("levels", "reset")
    assert (tries.name, tries.criterion, dict(tries.options)) == ("tries", "random", {"tries": 3})
    assert (obd.name, obd.scope, obd.schedule, obd.rewind) == ("obd", "erk", "oneshot", "best")


def test_a_chain_has_stages_a_name_and_a_definition():
    text = HEAD + (
        "prune:\n  densities: [0.05]\n  controls: [reinit]\n  recipes:\n"
        "    - {preset: snip, until: 0.3, then: [gradual, {preset: han, rounds: 2}]}\n"
    )
    chain, control = recipes_of(parsed(text))
    assert chain.name == "snip+gradual+han"
    assert [(s.criterion, s.schedule) for s in chain.stages] == [
        ("snip", "oneshot"),
        ("magnitude", "gradual"),
        ("magnitude", "iterative"),
    ]
    assert (chain.until, chain.stages[2].rounds) == (0.3, 2)
    assert control.name == "snip+gradual+han+reinit"
    assert [stage.control for stage in control.stages] == [None, None, "reinit"]
    assert json.loads(json.dumps(definition(chain)))["then"][1]["rounds"] == 2


def test_a_later_gradual_stage_prunes_a_trained_network():
    text = (
        HEAD + "prune: {recipes: [{preset: l2, until: 0.3, then: [gradual, magnitude]}], densities: [0.05]}"
    )
    (chain,) = recipes_of(parsed(text))
    assert [stage.when for stage in chain.stages] == ["after", "after", "after"]
    (first,) = recipes_of(parsed(text.replace("l2", "snip")))
    assert [stage.when for stage in first.stages] == ["before", "before", "after"]


def test_a_criterion_alone_prunes_when_it_is_meant_to():
    text = (
        HEAD
        + "prune: {densities: [1], recipes: [{criterion: snip}, {criterion: obd}, "
        + "{criterion: snip, when: after, name: a}]}"
    )
    snip, obd, late = recipes_of(parsed(text))
    assert (snip.when, snip.retraining) == ("before", "reset")
    assert (obd.when, obd.retraining) == ("after", "finetune")
    assert late.when == "after"


def scopes_of(*recipes: str) -> list[str | None]:
    text = HEAD + "prune: {densities: [0.5], recipes: [" + ", ".join(recipes) + "]}"
    return [recipe.scope for recipe in recipes_of(parsed(text))]


def test_a_recipe_without_a_scope_has_its_criterions():
    found = scopes_of(
        "{name: a, criterion: cosine}",
        "{name: b, criterion: obs}",
        "{name: c, criterion: magnitude}",
        "{name: d, criterion: snip, unit: neuron}",
        "{name: e, criterion: obs, unit: neuron}",
        "{name: f, preset: snip, criterion: cosine}",
        "{name: g, preset: han, criterion: obs}",
        "{name: h, preset: obs, criterion: obd}",
        "{name: i, preset: obs, unit: neuron}",
        "{name: j, preset: obs}",
    )
    expected = ["layer", "erk", "global", "layer", "layer", "layer", "erk", "global", "layer", "erk"]
    assert found == expected


def test_a_recipes_own_scope_is_kept():
    assert scopes_of(
        "{name: a, criterion: cosine, scope: global}",
        "{name: b, preset: obs, scope: global}",
        "{name: c, preset: han, criterion: obs, scope: layer}",
    ) == ["global", "global", "layer"]


def test_a_chains_stages_have_the_scopes_of_their_criteria():
    text = HEAD + (
        "prune: {densities: [0.1], recipes: [{criterion: lda, until: 0.5, then: [{criterion: obs}, han]}]}"
    )
    (chain,) = recipes_of(parsed(text))
    assert [stage.scope for stage in chain.stages] == ["layer", "erk", "global"]


def test_another_criterion_does_not_get_the_presets_options():
    text = HEAD + "prune: {recipes: [{preset: l0, criterion: magnitude, unit: neuron}], densities: [1]}"
    (changed,) = recipes_of(parsed(text))
    assert (changed.name, dict(changed.options), changed.scope) == ("l0+magnitude", {}, "layer")


def test_cells_are_all_of_recipes_sizes_seeds_and_controls():
    text = HEAD + (
        "prune: {recipes: [snip, magnitude], densities: [0.5, 0.1], connections: [100], seeds: [3, 7], "
        "controls: [invert]}"
    )
    cells = cells_of(parsed(text))
    assert len(cells) == len({cell.name for cell in cells}) == 4 * 3 * 2
    assert [cell.name for cell in cells[:4]] == [
        "snip-d0.5-s3",
        "snip+invert-d0.5-s3",
        "magnitude-d0.5-s3",
        "magnitude+invert-d0.5-s3",
    ]
    assert cells[-1].name == "magnitude+invert-n100-s7"
    assert (cells[-1].density, cells[-1].wanted) == (None, 100)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_configs_load_and_survive_a_round_trip(path: Path):
    config = load_prune_config(path, (), check)
    assert path.read_text().startswith("# ")
    assert parsed(dump_config(config)) == config


def test_shipped_configs_are_what_they_are_named_for():
    loaded = {path.stem: load_prune_config(path, (), check) for path in SHIPPED}
    swingup, digits, grid = (loaded[name] for name in ("cartpole_swingup", "digits", "grid"))
    mnist16, mnist28, lenet, methods = (
        loaded[name] for name in ("mnist16", "mnist28", "mnist_lenet", "mnist_methods")
    )
    assert swingup.task.env == "wann_envs:wann/CartPoleSwingUp-v0"
    assert (swingup.model.hidden, swingup.model.activation) == ((10,), "tanh")
    assert len(cells_of(swingup)) == 4 * 3 * 3
    assert len(cells_of(grid)) == 8 * 5 * 3
    assert mnist16.prune.connections == (500, 1000, 1849, 5000)
    assert mnist28.prune.connections == (500, 1000, 1849, 5000, 13_000, 26_000)
    both = {recipe.name for recipe in (*recipes_of(lenet), *recipes_of(methods))}
    assert both >= PRESETS.keys() - {"connection-effect"}
    assert (digits.task.dataset, lenet.task.dataset) == ("digits", "mnist28")


def test_keys_of_the_task_that_belong_to_searches():
    text = LEAST.replace("{dataset: digits}", "{dataset: digits, output_activation: tanh}")
    assert "c.yaml:1:" in fault(text)
    assert "task.output_activation: expected linear" in fault(text)
    text = LEAST.replace("{dataset: digits}", "{dataset: digits, batch_size: 50}")
    assert "task.batch_size: is of a search; here it is training.batch_size" in fault(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "prune:\n  recipes: [magnitud]\n  densities: [0.1]",
            "c.yaml:3:13: prune.recipes[0].preset: unknown",
        ),
        ("prune: {recipes: [magnitud], densities: [0.1]}", "did you mean 'magnitude'?"),
        ("prune: {recipes: [{preset: snip, scope: glob}], densities: [0.1]}", "[0].scope: unknown name: got"),
        ("prune: {recipes: [{criterion: snib}], densities: [0.1]}", "did you mean 'snip'?"),
        ("prune: {recipes: [{name: a}], densities: [0.1]}", "has neither a preset nor a criterion"),
        ("prune: {recipes: [{preset: random, options: {trys: 2}}], densities: [0.1]}", "'tries'"),
        ("prune: {recipes: [snip, snip], densities: [0.1]}", "2 recipes are called 'snip'"),
        ("prune: {recipes: [snip], densities: [0.1], controls: [invrt]}", "did you mean 'invert'?"),
        ("prune: {recipes: [{preset: snip, name: ../x}], densities: [0.1]}", "recipes[0].name: not a name"),
        ("prune: {recipes: [{preset: snip, name: dense}], densities: [0.1]}", "choose another name"),
        ("prune: {recipes: [snip], densities: [2]}", "prune.densities[0]: out of range: got 2"),
        ("prune: {recipes: [snip]}", "prune.densities: missing"),
        (
            "prune: {recipes: [{preset: snip, retraining: finetune}], densities: [1]}",
            "there is one; use reset",
        ),
        ("prune: {recipes: [{preset: han, unit: neuron, scope: erk}], densities: [1]}", "take global or la"),
        (
            "prune: {recipes: [{preset: lottery, unit: neuron, last_layer: 0.1}], densities: [1]}",
            "outputs, wh",
        ),
        ("prune: {recipes: [{preset: linear, criterion: l1}], densities: [1]}", "no hidden neurons for l1"),
        (
            "prune: {recipes: [{preset: weight-rewind, rewind: 50}], densities: [1]}",
            "at most training.epochs",
        ),
        ("prune: {recipes: [{preset: han, options: {loss: squared}}], densities: [1]}", "looks at no loss"),
        ("prune: {recipes: [{preset: small-dense, scope: erk}], densities: [1]}", "small-dense is not prun"),
        ("prune: {recipes: [{preset: small-dense, then: [han]}], densities: [1]}", "small-dense is not prun"),
        (
            "prune: {recipes: [{preset: han, then: ["
            + ", ".join(["magnitude"] * 15)
            + "]}], densities: [1]}",
            "is too long for the name of a file",
        ),
        ("prune: {recipes: [{preset: han, network: liner}], densities: [1]}", "did you mean 'linear'"),
        (
            "prune: {recipes: [{preset: han, then: [linear]}], densities: [1]}",
            "stage 2 has the network",
        ),
        ("prune: {recipes: [{preset: magnitude, rounds: 3}], densities: [1]}", "rounds: is for schedule: it"),
        ("prune: {recipes: [{preset: lottery, rewind: 3}], densities: [1]}", "and here it is reset; set th"),
        ("prune: {recipes: [{preset: random, options: {tries: 0}}], densities: [1]}", "1 or more, got 0"),
        ("prune: {recipes: [{preset: l1, unit: weight}], densities: [1]}", "l1: unit: weight is not poss"),
        ("prune: {recipes: [apoz], densities: [1]}\nmodel: {activation: tanh}", "apoz: expected one of th"),
        ("prune: {recipes: [{preset: snip, then: [gradul]}], densities: [1]}", "then[0].preset: unknown p"),
        ("prune: {recipes: [{preset: han, then: [snip]}], densities: [1]}", "stage 2 (snip) prunes before t"),
        ("prune: {recipes: [{preset: snip, until: 0.1}], densities: [0.05]}", "there is no next stage; leav"),
        (
            "prune: {recipes: [{preset: snip, until: 0.1, then: [han]}], densities: [0.2]}",
            "until: 0.1 is below the density 0.2 of prune.densities",
        ),
        ("prune: {recipes: [{preset: snip, rewind: bset}], densities: [1]}", "or best"),
        (
            "training: {optimizer: adan}\n" + LEAST[len(HEAD) :],
            "training.optimizer: unknown name: got 'adan'",
        ),
        (
            "prune: {recipes: [snip], densities: [0.1], seed: 1}",
            "prune.seed: unknown key; did you mean 'seeds'?",
        ),
    ],
)
def test_faults_have_a_place_and_a_cure(text: str, told: str):
    assert told in fault(HEAD + text)


def test_an_override_is_named():
    told = fault(LEAST, "prune.recipes=[snob]")
    assert told.startswith("--set prune.recipes=[snob]: prune.recipes[0].preset: unknown preset 'snob'")


POLICY = "task: {env: CartPole-v1}\nprune: {recipes: [magnitude], densities: [0.1]}\n"


def test_a_policys_defaults_are_the_librarys():
    config = parsed(POLICY)
    assert training_of(config) == PolicyTraining()
    assert (config.model.hidden, config.model.activation) == ((16,), "tanh")
    assert parsed(POLICY + "model: {hidden: [4]}").model.activation == "tanh"
    assert parsed(POLICY + "model: {activation: relu}").model.activation == "relu"
    changed = parsed(POLICY, "policy.iterations=7", "policy.round_iterations=2", "policy.sigma=0.5")
    assert training_of(changed) == PolicyTraining(iterations=7, round_iterations=2, sigma=0.5)
    for text in (POLICY, LEAST):
        assert parsed(dump_config(parsed(text))) == parsed(text)
        assert config_hash(parsed(dump_config(parsed(text)))) == config_hash(parsed(text))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (POLICY + "training: {epochs: 3}", "c.yaml:3:1: training: is for data sets; policies are trained by"),
        (LEAST + "policy: {episodes: 3}", "c.yaml:3:1: policy: is for environments; a data set has the sec"),
        (POLICY + "policy: {episodes: 0}", "policy.episodes: out of range: got 0, expected a whole number"),
        (POLICY + "model: 5", "model: wrong type: got 5, expected a section"),
        (POLICY.replace("magnitude", "gradual"), "c.yaml:2:19: prune.recipes[0]: gradual: schedule"),
        (POLICY.replace("magnitude", "snip"), "an untrained policy has no labels"),
        (POLICY.replace("magnitude", "lr-rewind"), "lr-rewind is for training by gradient"),
        (POLICY.replace("magnitude", "{preset: obd, options: {loss: cross-entropy}}"), "use squared"),
    ],
)
def test_what_policies_cannot_be_is_said(text: str, told: str):
    assert told in fault(text)


def test_each_command_knows_the_others_configs(tmp_path):
    with pytest.raises(ConfigError, match=r"^c.yaml:1:1: is a config of wann prune .* try: wann prune$"):
        parse_config(LEAST, "c.yaml")
    assert "is a config of a search; try: wann evolve" in fault("task: {env: a}\nsearch: {population: 8}")
    with pytest.raises(ConfigError, match="is a config of wann prune"):
        load_config(SHIPPED[0])


def test_a_preset_with_another_criterion_is_not_called_by_the_presets_name():
    recipes = "[snip, {preset: snip, criterion: magnitude}, {preset: snip, name: own, criterion: obd}]"
    config = parsed(HEAD + f"prune: {{recipes: {recipes}, densities: [0.1]}}")
    assert [recipe.name for recipe in recipes_of(config)] == ["snip", "snip+magnitude", "own"]
