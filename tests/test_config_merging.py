"""Merge keys and notes in config files, against PyYAML's own reading of merge keys."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from wann.config import parse_config
from wann.config.document import read_yaml
from wann.config.faults import Place
from wann.errors import ConfigError


def read(text: str) -> object:
    document = read_yaml(text, lambda line, column: Place("c.yaml", line, column))
    assert not document.faults, document.faults
    return document.value


def fault(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parse_config(text, "c.yaml")
    (found,) = caught.value.faults
    return found


def test_a_section_takes_over_what_a_note_holds():
    config = parse_config(
        "x-common: &common {population: 32, generations: 3}\n"
        "task: {env: CartPole-v1}\n"
        "search: {<<: *common, generations: 4}\n",
        "c.yaml",
    )
    assert (config.search.population, config.search.generations) == (32, 4)


def test_one_section_takes_over_another_ones_mapping():
    config = parse_config(
        "task:\n  env: wann_envs:wann/CartPoleSwingUp-v0\n  kwargs: &physics {gravity: 5.0}\n"
        "  x-why: a lighter world\n",
        "c.yaml",
    )
    assert config.task.kwargs == {"gravity": 5.0}


@pytest.mark.parametrize(
    "text",
    [
        "a: &a {k: 1, l: 2}\nb: {<<: *a, k: 3}",
        "a: &a {k: 1}\nb: &b {k: 2, l: 3}\nc: {<<: [*a, *b], m: 4}",
        "a: &a {k: 1}\nb: &b {<<: *a, l: 2}\nc: {<<: *b, k: 5}",
        "a: &a {k: {deep: 1}}\nb: {k: {other: 2}, <<: *a}",
        "a: &a {}\nb: {<<: *a}",
        'b: {"<<": 1}',
    ],
)
def test_merging_is_that_of_yaml(text: str):
    assert read(text) == yaml.safe_load(text)


_KEYS = st.sampled_from("klm")
_MAPPING = st.dictionaries(_KEYS, st.integers(0, 9), max_size=3)


@settings(max_examples=100, deadline=None)
@given(st.lists(_MAPPING, min_size=1, max_size=3), _MAPPING, st.booleans())
def test_any_mappings_merge_as_in_yaml(sources: list[dict[str, int]], own: dict[str, int], last: bool):
    flow = lambda mapping: ", ".join(f"{key}: {value}" for key, value in mapping.items())  # noqa: E731
    lines = [f"s{k}: &s{k} {{{flow(source)}}}" for k, source in enumerate(sources)]
    parts = [f"<<: [{', '.join(f'*s{k}' for k in range(len(sources)))}]", *([flow(own)] if own else [])]
    text = "\n".join([*lines, f"all: {{{', '.join(reversed(parts) if last else parts)}}}"])
    assert read(text) == yaml.safe_load(text)


def test_notes_may_hold_anything_and_are_nobodys_at_the_top_and_in_sections():
    config = parse_config(
        "x-note: {deep: [1, {x: 2}]}\ntask: {env: CartPole-v1, x-note: mine}\nrun: {x-: 1}\n", "c.yaml"
    )
    assert config == parse_config("task: {env: CartPole-v1}\n", "c.yaml")


def test_arguments_of_an_environment_are_no_notes():
    config = parse_config("task: {env: A-v0, kwargs: {x-axis: 1}}\n", "c.yaml")
    assert config.task.kwargs == {"x-axis": 1}


@pytest.mark.parametrize("value", ["3", "[1, 2]", "text", "null"])
def test_only_mappings_can_be_taken_over(value: str):
    assert "expected an alias of one" in fault(f"task: {{env: CartPole-v1, <<: {value}}}\n")


def test_a_fault_in_what_was_taken_over_names_the_line_where_it_is_written():
    told = fault("x-a: &a\n  popluation: 3\ntask: {env: CartPole-v1}\nsearch:\n  <<: *a\n")
    assert told.startswith("c.yaml:2:3: search.popluation: unknown key")


def test_a_key_given_twice_stays_a_fault():
    assert "given twice" in fault("x-a: &a {env: B-v0}\ntask: {env: A-v0, env: C-v0, <<: *a}\n")


def test_a_mapping_that_takes_over_itself_is_refused():
    assert "too many levels" in fault("task: &a {env: CartPole-v1, <<: *a}\n")


def test_few_lines_cannot_describe_endless_keys():
    lines = ["x-0: &a0 {k: 1}"]
    for level in range(1, 12):
        aliases = ", ".join([f"*a{level - 1}"] * 9)
        lines.append(f"x-{level}: &a{level} {{<<: [{aliases}], k{level}: 1}}")
    assert "too many values" in fault("\n".join([*lines, "task: {<<: *a11}"]))
