"""Config files: what they may say, how faults are told, and that they survive a round trip."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from wann.activations import DEFAULT_SET, NAMES
from wann.config import (
    Config,
    PruneConfig,
    config_hash,
    describe_keys,
    dump_config,
    load_config,
    parse_config,
)
from wann.config.keys import all_keys, schema_at
from wann.config.page import EXAMPLE, page
from wann.errors import ConfigError

ROOT = Path(__file__).parents[1]
PRUNING = sorted((ROOT / "configs" / "prune").glob("*.yaml"))
SHIPPED = sorted(set((ROOT / "configs").rglob("*.yaml")) - set(PRUNING))
OWN = [ROOT / "configs" / f"{name}.yaml" for name in ("cartpole", "cartpole_swingup", "smoke")]
PAPER = [ROOT / "configs" / "paper" / f"{name}.yaml" for name in ("swingup", "swingup_laptop")]
TASK = "task: {env: CartPole-v1}\n"


def faults(text: str, *overrides: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse_config(text, "c.yaml", overrides)
    return caught.value.faults


def fault(text: str, *overrides: str) -> str:
    found = faults(text, *overrides)
    assert len(found) == 1, found
    return found[0]


# What a config holds


def test_only_the_environment_is_required():
    config = parse_config(TASK, "c.yaml")
    assert config.task.env == "CartPole-v1"
    assert config.task.kwargs == {}
    assert config.task.compiled is True
    assert config.task.output_activation == "linear"
    assert config.task.max_episode_steps is None
    assert config.task.failure_return is None
    search = config.search
    assert (search.population, search.generations, search.tournament_size) == (64, 128, 8)
    assert (search.elite_ratio, search.cull_ratio) == (0.2, 0.2)
    assert (search.complexity_probability, search.initial_connection_probability) == (0.8, 0.5)
    assert search.activations == DEFAULT_SET
    assert search.crowding == "nsga2"
    assert search.mutation.model_dump() == {
        "change_activation": 0.5,
        "add_node": 0.25,
        "add_connection": 0.2,
        "enable_connection": 0.05,
        "remove_connection": 0.0,
        "remove_node": 0.0,
    }
    assert search.crossover_probability == 0.0
    assert config.evaluation.shared_weights == (-2, -1, -0.5, 0.5, 1, 2)
    assert (config.evaluation.episodes, config.evaluation.backend, config.evaluation.workers) == (
        4,
        "ray",
        None,
    )
    assert config.run.model_dump() == {
        "seed": 0,
        "solved_score": None,
        "max_seconds": None,
        "max_env_steps": None,
    }


def test_mutation_keys_are_the_operators():
    from wann.genome.mutation import OPERATORS

    assert tuple(parse_config(TASK, "c.yaml").search.mutation.model_dump()) == tuple(OPERATORS)


def test_a_config_is_frozen_and_can_be_pickled():
    config = parse_config(TASK, "c.yaml")
    with pytest.raises(ValidationError):
        config.search.population = 3
    assert pickle.loads(pickle.dumps(config)) == config


def test_whole_numbers_serve_as_floats_and_1e_3_is_a_number():
    config = parse_config(
        TASK + "run: {solved_score: 495, max_seconds: 1e-3}\nevaluation: {shared_weights: [1e-3, -1E2, 1_0]}",
        "c.yaml",
    )
    assert isinstance(config.run.solved_score, float)
    assert config.run.max_seconds == 0.001
    assert config.evaluation.shared_weights == (0.001, -100.0, 10.0)


def test_an_empty_section_has_its_defaults():
    text = TASK.replace("}", ", kwargs: }") + "search:\n  mutation:\nrun:\n"
    assert parse_config(text, "c.yaml") == parse_config(TASK, "c.yaml")


def test_keyword_arguments_are_plain_yaml():
    config = parse_config(
        "task:\n  env: a\n  kwargs: {on: yes, n: 1e-3, s: 2020-01-01, o: 010, l: [1, {x: null}], t: 1:30}",
        "c.yaml",
    )
    assert config.task.kwargs == {
        "on": True,
        "n": 0.001,
        "s": "2020-01-01",
        "o": 10,
        "l": [1, {"x": None}],
        "t": "1:30",
    }


@pytest.mark.parametrize("model", [Config, PruneConfig])
def test_every_number_has_two_bounds(model):
    for path in all_keys(model):
        schema = schema_at(path, model)
        for part in (schema, schema.get("items", {})):
            if part.get("type") in ("integer", "number"):
                assert "minimum" in part, path
                assert "maximum" in part or "exclusiveMaximum" in part, path


# Shipped files


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_configs_load_and_begin_with_a_comment(path: Path):
    load_config(path)
    assert path.read_text().startswith("# ")


def test_shipped_configs_say_what_they_are_named_for():
    cartpole, swingup, smoke = map(load_config, OWN)
    assert (cartpole.task.env, cartpole.run.solved_score) == ("CartPole-v1", 495)
    assert (cartpole.search.population, cartpole.search.generations, cartpole.evaluation.episodes) == (
        64,
        128,
        4,
    )
    assert swingup.task.env == "wann_envs:wann/CartPoleSwingUp-v0"
    assert (swingup.search.generations, swingup.search.elite_ratio, swingup.evaluation.episodes) == (
        256,
        0.05,
        3,
    )
    assert (smoke.evaluation.backend, smoke.search.population, smoke.search.generations) == ("local", 16, 3)


def test_paper_configs_hold_the_papers_settings():
    for path, population, tournament, elite in zip(PAPER, (192, 64), (16, 8), (0.2, 0.05), strict=True):
        config = load_config(path)
        search = config.search
        assert (search.population, search.generations) == (population, 1024)
        assert (search.tournament_size, search.elite_ratio, search.cull_ratio) == (tournament, elite, 0.2)
        assert (search.complexity_probability, search.initial_connection_probability) == (0.8, 0.5)
        assert config.evaluation.episodes == 3
        assert config.evaluation.shared_weights == (-2, -1, -0.5, 0.5, 1, 2)


# Faults in a file


def test_unknown_key_is_told_with_place_and_nearest_key():
    text = "task:\n  env: CartPole-v1\nsearch:\n  populatoin: 64\n"
    assert fault(text) == "c.yaml:4:3: search.populatoin: unknown key; did you mean 'population'?"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("serach: {}", "serach: unknown key; did you mean 'search'?"),
        (
            "search: {mutation: {add_nod: 1}}",
            "search.mutation.add_nod: unknown key; did you mean 'add_node'?",
        ),
        (
            "search: {episodes: 4}",
            "search.episodes: unknown key; it belongs to 'evaluation' (evaluation.episodes)",
        ),
        ("population: 4", "population: unknown key; it belongs to 'search' (search.population)"),
        ("evaluation: {generation: 4}", "unknown key; did you mean 'search.generations'?"),
        ("run: {zzz: 4}", "the keys of run are seed, solved_score, max_seconds, max_env_steps"),
        ("zzz: 4", "the keys of a config are task, search, evaluation, run, topology"),
        ("topology: {hidden: [], hiden: [4]}", "topology.hiden: unknown key; did you mean 'hidden'?"),
        ("hidden: [4]", "hidden: unknown key; it belongs to 'topology' (topology.hidden)"),
    ],
)
def test_unknown_keys(text: str, told: str):
    assert told in fault(TASK + text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("search: {population: '64'}", "2 to 1_000_000; write it without quotes"),
        ("search: {population: true}", "wrong type: got true, expected a whole number"),
        ("search: {population: 64.0}", "got 64.0, expected a whole number, 2 to 1_000_000; write 64"),
        ("search: {population: null}", "wrong type: got null"),
        ("search: {elite_ratio: true}", "wrong type: got true, expected a number, 0 to 1"),
        ("search: {activations: tanh}", "wrong type: got 'tanh', expected a list of names"),
        ("search: {activations: {tanh: 1}}", "wrong type: got a mapping, expected a list of names"),
        ("search: {mutation: [1]}", "wrong type: got a list of 1, expected a section with the keys change_"),
        ("search: 5", "search: wrong type: got 5, expected a section with the keys population"),
        ("run: []", "run: wrong type: got [], expected a section with the keys seed"),
        ("evaluation: {shared_weights: [1, x]}", "shared_weights[1]: wrong type: got 'x', expected a number"),
        ("evaluation: {shared_weights: [[1]]}", "evaluation.shared_weights[0]: wrong type: got a list of 1"),
        ("topology: {hidden: 10}", "topology.hidden: wrong type: got 10, expected a list of whole numbers"),
        ("topology: {hidden: [a]}", "topology.hidden[0]: wrong type: got 'a', expected a whole number"),
        ("topology: [10]", "topology: wrong type: got a list of 1, expected a section with the keys hidden"),
        ("run: {max_env_steps: 1e6}", "expected a whole number or null, 1 to 1e15; write 1000000"),
    ],
)
def test_wrong_types(text: str, told: str):
    assert told in fault(TASK + text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("search: {population: 1}", "out of range: got 1, expected a whole number, 2 to 1_000_000"),
        ("search: {population: 1000001}", "got 1000001, expected a whole number, 2 to 1_000_000"),
        ("search: {generations: 0}", "1 to 10_000_000"),
        ("search: {generations: 10000001}", "1 to 10_000_000"),
        ("search: {cull_ratio: 1}", "out of range: got 1, expected a number, 0 to below 1"),
        ("search: {elite_ratio: -0.1}", "got -0.1, expected a number, 0 to 1"),
        ("search: {complexity_probability: 1.5}", "got 1.5, expected a number, 0 to 1"),
        ("evaluation: {shared_weights: [1000001]}", "got 1000001, expected a number, -1_000_000 to 1_"),
        ("evaluation: {workers: 0}", "got 0, expected a whole number or null, 1 to 10_000"),
        ("run: {seed: 9223372036854775808}", "expected a whole number, 0 to 9_223_372_036_854_775_807"),
        ("run: {seed: -1}", "run.seed: out of range: got -1"),
        ("topology: {hidden: [0]}", "topology.hidden[0]: out of range: got 0, expected a whole number, 1 to"),
        ("run: {max_seconds: 0}", "got 0, expected a number or null, 0.001 to 1e9"),
        (f"run: {{seed: {'9' * 5000}}}", "run.seed: cannot be read as int; expected a plain value"),
    ],
)
def test_out_of_range(text: str, told: str):
    assert told in fault(TASK + text)


@pytest.mark.parametrize("number", [".nan", ".inf", "-.inf", "1e400"])
@pytest.mark.parametrize(
    "text", ["evaluation: {shared_weights: [1, #]}", "search: {elite_ratio: #}", "run: {solved_score: #}"]
)
def test_numbers_are_finite(text: str, number: str):
    assert "not a finite number" in fault(TASK + text.replace("#", number))


def test_lists_are_not_empty_and_hold_nothing_twice():
    assert "evaluation.shared_weights: too few: got []" in fault(TASK + "evaluation: {shared_weights: []}")
    assert "search.activations: too few: got []" in fault(TASK + "search: {activations: []}")
    assert "listed more than once: 1.0, 2.0" in fault(TASK + "evaluation: {shared_weights: [1, 2, 1.0, 2]}")
    assert "listed more than once: tanh" in fault(TASK + "search: {activations: [tanh, abs, tanh]}")


def test_unknown_names():
    told = fault(TASK + "search:\n  activations: [tanh, relU]")
    assert told.startswith("c.yaml:3:23: search.activations[1]: unknown name: got 'relU', expected a name")
    assert ", ".join(NAMES) in told
    assert told.endswith("did you mean 'relu'?")
    assert fault("task: {env: a, output_activation: tahn}").endswith("did you mean 'tanh'?")
    assert fault(TASK + "evaluation: {backend: Ray}").endswith("one of ray, local; did you mean 'ray'?")
    assert "one of nsga2, release" in fault(TASK + "search: {crowding: 2}")


@pytest.mark.parametrize("text", ["task:\n  kwargs: {}\n", "task:\n", "task: {}", "search: {population: 8}"])
def test_the_environment_is_required(text: str):
    assert fault(text).startswith("c.yaml:1:1: task.env: missing: Gymnasium id such as CartPole-v1")


@pytest.mark.parametrize(
    ("task", "told"),
    [
        ("{env: a, dataset: digits}", "task.dataset: has both env and dataset; expected one of them"),
        ("{env: a, batch_size: 5}", "task.batch_size: only for a dataset"),
        ("{dataset: digits, kwargs: {a: 1}}", "task.kwargs: only for an env"),
        ("{dataset: digits, compiled: false}", "task.compiled: only for an env"),
    ],
)
def test_a_task_is_an_environment_or_a_data_set(task: str, told: str):
    assert told in fault(f"task: {task}")


def test_a_data_set_is_a_task():
    config = parse_config("task: {dataset: digits, batch_size: 100}", "c.yaml")
    assert (config.task.env, config.task.dataset, config.task.batch_size) == (None, "digits", 100)


def test_the_hash_leaves_out_what_is_at_its_default():
    assert config_hash(parse_config(TASK + "search: {population: 64}", "c.yaml")) == config_hash(
        parse_config(TASK, "c.yaml")
    )


@pytest.mark.parametrize("env", ["''", "'a b'", "a" + "b" * 4000, "5", "[a]"])
def test_the_environment_is_a_name(env: str):
    assert "task.env: " in fault(f"task: {{env: {env}}}")


def test_operator_probabilities_add_up_to_one():
    told = fault(TASK + "search:\n  mutation: {add_node: 0.5}")
    assert told.startswith("c.yaml:3:3: search.mutation: the probabilities add up to 1.25, expected 1")
    assert "add_node 0.5 + add_connection 0.2" in told
    text = "{change_activation: 0.1, add_node: 0.2, add_connection: 0.7, enable_connection: 0}"
    config = parse_config(f"{TASK}search: {{mutation: {text}}}", "c.yaml")
    assert config.search.mutation.add_connection == 0.7


@pytest.mark.parametrize(
    ("kwargs", "told"),
    [
        ("{id: a}", "task.kwargs.id: not allowed here; set task.env instead"),
        ("{max_episode_steps: 5}", "not allowed here; set task.max_episode_steps instead"),
        ("{a: [1, {b: .nan}]}", "task.kwargs.a[1].b: got nan, expected a number; .inf and -.inf are some"),
        ("{a: 99999999999999999999}", "task.kwargs.a: a whole number beyond +-2**63"),
        ("{a: !!binary abc}", "task.kwargs.a: cannot be read as binary; expected a plain value"),
        ("{a: !!python/object/apply:os.getcwd []}", "task.kwargs.a: cannot be read as python/object"),
        ("{a: !!set {b, c}}", "task.kwargs.a: cannot be read as set"),
        ("{[a]: 1}", "task.kwargs: a key that is a list or mapping: expected a name"),
        ("{a: " + "[" * 30 + "]" * 30 + "}", "more than 20 levels inside each other"),
        ("5", "task.kwargs: wrong type: got 5, expected a mapping"),
    ],
)
def test_faulty_keyword_arguments(kwargs: str, told: str):
    assert told in fault(f"task: {{env: a, kwargs: {kwargs}}}")


def test_keys_are_given_once():
    text = TASK + "search:\n  population: 64\n  generations: 5\n  population: 32\n"
    assert fault(text) == "c.yaml:5:3: search.population: given twice: first in line 3"
    assert fault(TASK, "run={seed: 1, seed: 2}").endswith(": run.seed: given twice")


def test_all_faults_are_told_at_once_from_the_top_down():
    text = """\
search:
  population: 0
  populatoin: 3
  elite_ratio: "0.2"
  elite_ratio: 0.2
  activations: [tanh, foo]
evaluation:
  shared_weights: [.nan, 1]
run: {seed: -1}
"""
    found = faults(text, "run.max_seconds=x")
    places = [
        "c.yaml:1:1: task.env",
        "c.yaml:2:3: search.population",
        "c.yaml:3:3: search.populatoin",
        "c.yaml:4:3: search.elite_ratio",
        "c.yaml:5:3: search.elite_ratio",
        "c.yaml:6:23: search.activations[1]",
        "c.yaml:8:20: evaluation.shared_weights[0]",
        "c.yaml:9:7: run.seed",
        "--set run.max_seconds=x: run.max_seconds",
    ]
    assert len(found) == len(places)
    for line, place in zip(found, places, strict=True):
        assert line.startswith(place + ": ")


# Texts and files that hold no config


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "null"])
def test_an_empty_file(text: str):
    assert fault(text).startswith("c.yaml:1:1: got nothing, expected the sections task, search, ")


@pytest.mark.parametrize(
    ("text", "got"), [("- 1", "a list of 1"), ("5", "5"), ("CartPole-v1", "'CartPole-v1'")]
)
def test_the_top_level_is_a_mapping(text: str, got: str):
    assert f"c.yaml:1:1: got {got}, expected the sections" in fault(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("task: [1\nrun: 2", "c.yaml:2:4: not valid YAML: while parsing a flow sequence begun in line 1"),
        ("task:\n\tenv: a", "c.yaml:2:1: not valid YAML: while scanning"),
        ("task:\n\tenv: a", "indent with spaces"),
        ("a: 1\nb\x07: 2", "c.yaml:2:2: not valid YAML: a character that YAML does not allow"),
        (TASK + "---\na: 1", "found another document"),
        ("task: *a", "c.yaml:1:7: not valid YAML: found undefined alias"),
        ("task: &a [*a]", "too many levels inside each other"),
        ("[" * 5000, "too many levels inside each other"),
        ('a: "\\UFFFFFFFF"', "not valid YAML: something in it cannot be read"),
    ],
)
def test_texts_that_are_not_yaml(text: str, told: str):
    assert told in fault(text)


def test_aliases_are_read_but_cannot_grow_without_bound():
    text = "task: {env: a, kwargs: {a: &x [1, 2], b: *x}}"
    assert parse_config(text, "c.yaml").task.kwargs == {"a": [1, 2], "b": [1, 2]}
    bomb = "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True):
        bomb += f"{name}: &{name} [{', '.join(['*' + before] * 10)}]\n"
    assert "too many values" in fault(bomb)


def test_files_that_cannot_be_read(tmp_path: Path):
    def told(path: Path) -> str:
        with pytest.raises(ConfigError) as caught:
            load_config(path)
        (line,) = caught.value.faults
        return line

    (tmp_path / "swingup.yaml").write_text(TASK)
    (tmp_path / "latin.yaml").write_bytes(b"task:\n  env: \xe9t\xe9\n")
    (tmp_path / "large.yaml").write_text("#" * 1_000_001)
    missing = tmp_path / "swing-up.yaml"
    assert told(missing) == f"{missing}: no such file; did you mean 'swingup.yaml'?"
    assert told(tmp_path / "no" / "c.yaml").endswith("no such file")
    assert told(tmp_path) == f"{tmp_path}: a directory: expected a YAML file"
    assert told(tmp_path / "swingup.yaml" / "c.yaml").endswith("cannot be read: Not a directory")
    assert told(tmp_path / "latin.yaml").endswith("latin.yaml:2:8: not UTF-8 text: byte 0xe9")
    assert "larger than 1 MB" in told(tmp_path / "large.yaml")


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path: Path):
    path = tmp_path / "c.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + TASK.encode())
    assert load_config(str(path)).task.env == "CartPole-v1"


def test_a_fault_is_one_line_whatever_a_key_holds():
    (line,) = faults(TASK + '"a\\nb\\u2028c' + "d" * 500 + '": 1')
    assert "\n" not in line
    assert "\\nb\\u2028c" in line
    assert len(line) < 200


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from("task:env \n-[]{},#&*!|>'\"%@`1.e\t\\Ux?<"), max_size=60))
def test_any_text_is_a_config_or_a_config_error(text: str):
    try:
        parse_config(text, "c.yaml", [text])
        told = ["nothing"]
    except ConfigError as error:
        told = error.faults
    assert told
    assert not any("\n" in line for line in told)


# --set


def test_overrides_replace_values_and_the_last_one_wins():
    text = TASK + "search: {population: '64'}\n"
    config = parse_config(
        text,
        "c.yaml",
        [
            "search.population=8",
            "search.population = 16",
            "evaluation.shared_weights=[1e-1, 2]",
            "run.solved_score=null",
            "task.kwargs.gravity=5",
            "task.kwargs.wind.x=[1]",
            "search.mutation={change_activation: 0, add_node: 1, add_connection: 0, enable_connection: 0}",
        ],
    )
    assert config.search.population == 16
    assert config.search.mutation.add_node == 1
    assert config.evaluation.shared_weights == (0.1, 2)
    assert config.task.kwargs == {"gravity": 5, "wind": {"x": [1]}}


def test_overrides_can_name_the_environment():
    assert parse_config("search: {population: 8}", "c.yaml", ["task.env=a:b/c-v0"]).task.env == "a:b/c-v0"


@pytest.mark.parametrize(
    ("override", "told"),
    [
        ("search.population", "expected section.key=value, such as search.population=64"),
        ("=5", "expected section.key=value"),
        ("search..population=5", "expected section.key=value"),
        ("search.population=", "search.population: nothing after '='; write null for none"),
        ("search.populatoin=5", "search.populatoin: unknown key; did you mean 'population'?"),
        ("serach.population=5", "serach: unknown key; did you mean 'search'?"),
        ("population=5", "population: unknown key; it belongs to 'search' (search.population)"),
        ("search.population=1", "search.population: out of range: got 1, expected a whole number"),
        ("search.population=x", "search.population: wrong type: got 'x'"),
        ("search.activations=[tanh, foo]", "search.activations[1]: unknown name: got 'foo'"),
        ("search.activations=[tanh", "not valid YAML: "),
        ("search=5", "search: wrong type: got 5, expected a section"),
        ("run.seed.x=5", "run.seed: wrong type: got a mapping"),
        ("evaluation.shared_weights.0=5", "cannot be set: evaluation.shared_weights is a list of 2"),
    ],
)
def test_faulty_overrides(override: str, told: str):
    text = TASK + "evaluation: {shared_weights: [1, 2]}\n"
    assert fault(text, override).startswith(f"--set {override}: ")
    assert told in fault(text, override)


# Dump and hash


def test_a_dump_is_readable_and_in_a_fixed_order():
    text = dump_config(parse_config("run: {seed: 3}\ntask: {kwargs: {b: 1, a: {}}, env: x}", "c.yaml"))
    assert [line for line in text.splitlines() if line[0] != " "] == [
        "task:",
        "search:",
        "evaluation:",
        "run:",
    ]
    assert "  shared_weights: [-2.0, -1.0, -0.5, 0.5, 1.0, 2.0]\n" in text
    assert text.index("    a: {}") < text.index("    b: 1")
    assert text.isascii()


def test_the_hash_is_of_what_is_said_not_how():
    one = parse_config("task: {env: x, kwargs: {a: 1, b: 2}}", "c.yaml")
    same = parse_config("search: {population: 64}\ntask: {kwargs: {b: 2, a: 1}, env: x}", "d.yaml")
    other = parse_config("task: {env: x, kwargs: {a: 1, b: 3}}", "c.yaml")
    assert config_hash(one) == config_hash(same) != config_hash(other)
    assert len(config_hash(one)) == 16
    assert int(config_hash(one), 16) >= 0


def test_a_topology_is_optional_and_may_be_empty():
    assert parse_config(TASK, "c.yaml").topology is None
    assert parse_config(TASK + "topology:\n", "c.yaml").topology is None
    linear = parse_config(TASK + "topology: {hidden: []}", "c.yaml").topology
    assert linear is not None
    assert (linear.hidden, linear.activation) == ((), "tanh")
    assert "topology.hidden: missing" in fault(TASK + "topology: {}")
    assert parse_config(TASK + "topology: {hidden: [4]}", "c.yaml", ["topology=null"]).topology is None
    assert (
        parse_config(TASK, "c.yaml", ["topology.hidden=[4, 4]"]).topology
        == parse_config(TASK + "topology: {hidden: [4, 4]}", "d.yaml").topology
    )


def test_a_config_without_a_topology_is_what_it_was_before_there_were_any():
    config = parse_config(TASK, "c.yaml")
    assert "topology" not in dump_config(config)
    assert config_hash(config) == "349b3260f3f7acbd"
    assert config_hash(parse_config(TASK + "topology: {hidden: [1]}", "c.yaml")) != config_hash(config)


def numbers(low: float, high: float, **more: Any) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False, **more)


def either(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


TRICKY = st.sampled_from(
    ["1e-3", "010", "yes", "on", "~", "", "<<", "=", "2020-01-01", "1:30", ".nan", "0x1f", "- a"]
)
WORDS = st.text(max_size=12) | TRICKY
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
SHARES = st.lists(st.integers(0, 100), min_size=4, max_size=4).filter(any)
CONFIGS = st.fixed_dictionaries(
    {
        "task": st.fixed_dictionaries(
            {"env": st.from_regex(r"[\w:./-]{1,40}", fullmatch=True)},
            optional={
                "kwargs": st.dictionaries(
                    WORDS.filter(lambda k: k not in ("id", "max_episode_steps")), PLAIN, max_size=3
                ),
                "max_episode_steps": either(st.integers(1, 10_000_000)),
                "output_activation": st.sampled_from(NAMES),
                "failure_return": either(numbers(-1e12, 1e12)),
                "compiled": st.booleans(),
            },
        )
    },
    optional={
        "search": st.fixed_dictionaries(
            {},
            optional={
                "population": st.integers(2, 1_000_000),
                "generations": st.integers(1, 10_000_000),
                "cull_ratio": numbers(0, 1, exclude_max=True),
                "elite_ratio": numbers(0, 1),
                "mutation": SHARES.map(
                    lambda parts: {
                        key: part / sum(parts)
                        for key, part in zip(
                            ("change_activation", "add_node", "add_connection", "enable_connection"),
                            parts,
                            strict=True,
                        )
                    }
                ),
                "activations": st.lists(st.sampled_from(NAMES), min_size=1, unique=True),
                "crowding": st.sampled_from(["nsga2", "release"]),
            },
        ),
        "evaluation": st.fixed_dictionaries(
            {},
            optional={
                "shared_weights": st.lists(numbers(-1e6, 1e6), min_size=1, max_size=9, unique=True),
                "backend": st.sampled_from(["ray", "local"]),
                "workers": either(st.integers(1, 10_000)),
            },
        ),
        "run": st.fixed_dictionaries(
            {},
            optional={
                "seed": st.integers(0, 2**63 - 1),
                "solved_score": either(numbers(-1e12, 1e12)),
                "max_seconds": either(numbers(0.001, 1e9)),
                "max_env_steps": either(st.integers(1, 10**15)),
            },
        ),
        "topology": either(
            st.fixed_dictionaries(
                {"hidden": st.lists(st.integers(1, 100_000), max_size=5)},
                optional={"activation": st.sampled_from(NAMES)},
            )
        ),
    },
)


@settings(max_examples=200, deadline=None)
@given(CONFIGS)
def test_a_dump_parses_to_the_same_config(values: dict[str, Any]):
    config = Config.model_validate(values)
    again = parse_config(dump_config(config), "dump")
    assert again == config
    assert repr(again) == repr(config)  # types too: 1 is not 1.0
    assert dump_config(again) == dump_config(config)
    assert config_hash(again) == config_hash(config)
    # Other readers of YAML understand it as well.
    assert Config.model_validate(yaml.safe_load(dump_config(config))) == config


# Documentation


def test_every_key_is_described():
    described = {path: rest for path, *rest in describe_keys()}
    config = parse_config(TASK + "topology: {hidden: [1]}", "c.yaml").model_dump()
    expected = set()
    for section, keys in config.items():
        for key, value in keys.items():
            inner = value if key == "mutation" else {}
            expected |= {f"{section}.{key}.{name}" for name in inner} or {f"{section}.{key}"}
    expected |= {"topology.hidden", "topology.activation"}
    assert set(described) == expected
    assert described["search.population"] == [
        "whole number",
        "64",
        "2 to 1_000_000",
        "Genomes in a generation.",
    ]
    assert described["task.env"][1] == described["task.dataset"][1] == "null"
    assert all(rest[3].endswith(".") for rest in described.values())


def test_the_committed_page_is_the_generated_one():
    assert (ROOT / "docs" / "config.md").read_text() == page(), "run: python -m wann.config > docs/config.md"


def test_the_pages_example_is_a_config():
    assert EXAMPLE in page()
    assert parse_config(EXAMPLE, "example").run.solved_score == 495


def test_the_import_stays_light():
    code = "import sys, wann.config.page; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"numba", "torch", "ray", "gymnasium", "matplotlib"} & set(done.stdout.split())
    printed = subprocess.run(
        [sys.executable, "-m", "wann.config"], capture_output=True, text=True, check=True
    )
    assert printed.stdout == page()
