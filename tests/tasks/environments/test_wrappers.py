"""Wrappers that a config names are there wherever an episode is played, and nothing is silently left out."""

from __future__ import annotations

import numpy as np
import pytest

from wann.config import TaskConfig, config_hash, dump_config, parse_config
from wann.errors import ConfigError, MissingPackage, TaskError
from wann.evaluation.lanes import Candidate, Lanes
from wann.evaluation.play import evaluate
from wann.evaluation.players.stepped.episode import Episode
from wann.genome.genome import Genome
from wann.network.plan import compile_genome
from wann.tasks.environments.environment import environment_of, make_task
from wann.tasks.environments.wrappers import wrap
from wann.workflows.build import build_task

WIRE = compile_genome(Genome(1, 1, [0], [1], [2], [True], [0]))
LANES = Lanes.product(1, np.array([1, 2]))


def earned(task):
    result = evaluate(task, Candidate.shared("wire", WIRE, [1.0]), LANES)
    assert result.error is None, result.error
    return result.returns.tolist()


def test_wrappers_are_applied_in_their_order(toys):
    env = f"{toys}:toys/Echo-v0"  # earns 1 in each of 2 steps
    assert earned(make_task(env, wrappers=["wann_toys:Scaled", "wann_toys:Shifted"])) == [6.0, 6.0]
    assert earned(make_task(env, wrappers=["wann_toys:Shifted", "wann_toys:Scaled"])) == [8.0, 8.0]
    assert earned(make_task(env, wrappers=[{"wann_toys:Scaled": {"factor": 10}}])) == [20.0, 20.0]


def test_a_task_is_read_off_the_wrapped_environment():
    task = make_task(
        "CartPole-v1", wrappers=[{"gymnasium.wrappers:FrameStackObservation": {"stack_size": 3}}]
    )
    assert task.n_inputs == 12


def test_wrappers_are_never_left_out_by_compiled_dynamics(toys):
    assert make_task("CartPole-v1").compiled
    assert not make_task("CartPole-v1", wrappers=["wann_toys:Scaled"]).compiled


def test_films_see_the_wrapped_environment(toys):
    task = make_task(f"{toys}:toys/Echo-v0", wrappers=["wann_toys:Scaled"])
    episode = Episode.fresh(task, 1)
    episode.step(np.array([1.0]))
    assert episode.earned == 2.0


def test_an_episode_ends_though_a_wrapper_hides_its_limit(toys):
    task = make_task(f"{toys}:toys/Endless-v0", max_episode_steps=7, wrappers=["wann_toys:Patient"])
    assert earned(task) == [7.0, 7.0]


def test_without_a_limit_an_episode_ends_all_the_same(toys):
    assert earned(make_task(f"{toys}:toys/Endless-v0")) == [1000.0, 1000.0]


@pytest.mark.parametrize(
    ("wrapper", "kind", "words"),
    [
        ("no_such_module:Any", MissingPackage, "name it: file.py:Wrapper"),
        ("wann_toys:Scalde", TaskError, "did you mean 'Scaled'?"),
        ("wann_toys:KINDS", TaskError, "is a dict, expected a wrapper class"),
        ("builtins:len", TaskError, "does not take this environment"),
        ("builtins:str", TaskError, "gives a str without 'reset'"),
        ({"wann_toys:Scaled": {"fact": 1}}, TaskError, "unexpected keyword argument 'fact'"),
    ],
)
def test_what_is_no_wrapper_is_one_line_and_the_environment_is_closed(toys, wrapper, kind, words):
    import wann_toys

    task = make_task(f"{toys}:toys/Single-v0")
    environment = environment_of(task)
    with pytest.raises(kind, match=words.replace("?", r"\?")) as caught:
        wrap(environment, [wrapper])
    assert "\n" not in str(caught.value)
    assert wann_toys.Single.there == 0


CONFIG = """
task:
  env: CartPole-v1
  kwargs: {range: [0.7, .inf], deep: {low: -.inf, words: [".inf", inf]}}
  wrappers: ["a.b:C", {"d:E": {}}, {"f:G.H": {k: [.inf]}}]
  instances: 1
"""


def test_infinite_values_survive_every_file():
    import json

    config = parse_config(CONFIG, "c.yaml")
    assert config.task.kwargs["range"] == [0.7, np.inf]
    assert config.task.wrappers == ("a.b:C", "d:E", {"f:G.H": {"k": [np.inf]}})
    again = parse_config(dump_config(config), "c.yaml")
    assert again == config
    assert config_hash(again) == config_hash(config)
    text = json.dumps(config.task.to_json(exclude_none=True), allow_nan=False)
    assert TaskConfig.model_validate(json.loads(text)) == config.task


def test_an_environment_gets_the_infinite_values_of_its_config(toys):
    section = parse_config(f"task: {{env: '{toys}:toys/Echo-v0', kwargs: {{length: .inf}}}}", "c").task
    task = build_task(section)
    environment = environment_of(task)  # type: ignore[arg-type]
    assert environment.unwrapped.length == np.inf


@pytest.mark.parametrize(
    ("wrappers", "words"),
    [
        ("[Scaled]", "got 'Scaled', expected module:name"),
        ("[gymnasium.wrappers.FlattenObservation]", "write gymnasium.wrappers:FlattenObservation"),
        ("[{a:B: 1}]", "expected a mapping of keyword arguments"),
        ("[{a:B: {}, c:D: {}}]", "expected module:name"),
        ("[1]", "got 1, expected module:name"),
        ("a:B", "write ['a:B']"),
    ],
)
def test_malformed_wrappers_are_told(wrappers, words):
    with pytest.raises(ConfigError) as caught:
        parse_config(f"task: {{env: A, wrappers: {wrappers}}}", "c.yaml")
    assert words in str(caught.value)


@pytest.mark.parametrize("key", ["wrappers: [a:B]", "instances: 1"])
def test_a_data_set_has_no_environment(key):
    with pytest.raises(ConfigError, match="only for an env"):
        parse_config(f"task: {{dataset: digits, {key}}}", "c.yaml")
