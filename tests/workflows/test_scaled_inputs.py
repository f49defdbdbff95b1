"""A data set whose inputs are scaled: every command sees the same numbers, and exports say what they were."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from wann.config import Config, PruneConfig, config_hash, parse_config, parse_prune_config
from wann.errors import ConfigError
from wann.export.c.source import write_c
from wann.records.network.file import NetworkFile
from wann.report.sheet import _tile
from wann.tasks.classification import ClassificationTask, make_classification
from wann.tasks.datasets import named as catalogue
from wann.workflows.build import build_task
from wann.workflows.comparing.settings import search_settings
from wann.workflows.exporting import to_export
from wann.workflows.tuning.fixed_topology import DenseRun

TEXT = "task: {dataset: %s, scale: %s}\ntopology: {hidden: [3]}\n"


def network_file(dataset: str, scale: str, folder: Path) -> NetworkFile:
    config = parse_config(TEXT % (dataset, scale), "c.yaml")
    path = folder / "network.json"
    DenseRun.of(config, folder=folder).network_file().save(path)
    return NetworkFile.load(path)


def scale_line(file: NetworkFile, folder: Path) -> list[str]:
    export, _, _ = to_export(file, folder / "network.json", "n")
    return [line for line in export.facts() if line.startswith("Scale: ")]


@pytest.mark.parametrize("scale", ["none", "standard", "minmax"])
def test_the_key_reaches_the_task_of_searches_prunings_and_files(scale, tmp_path):
    search: Config = parse_config(TEXT % ("digits", scale), "c.yaml")
    pruning: PruneConfig = parse_prune_config(
        f"task: {{dataset: digits, scale: {scale}}}\nprune: {{recipes: [snip], densities: [0.1]}}", "p.yaml"
    )
    expected = make_classification("digits", scale=scale).data
    for section in (search.task, pruning.task, network_file("digits", scale, tmp_path).task):
        task = build_task(section)
        assert isinstance(task, ClassificationTask)
        assert task.data.train.images is expected.train.images


def test_exports_say_how_images_are_to_be_scaled(tmp_path):
    assert scale_line(network_file("digits", "none", tmp_path), tmp_path) == []
    (line,) = scale_line(network_file("digits", "standard", tmp_path), tmp_path)
    told = re.fullmatch(r"Scale: give each input x as \(x - (\S+)\) / (\S+) \(standard\)", line)
    assert told
    raw, scaled = (make_classification("digits", scale=s).data.test.images for s in ("none", "standard"))
    np.testing.assert_array_equal(
        ((raw.astype(float) - float(told[1])) / float(told[2])).astype(np.float32), scaled
    )


def test_exports_of_tables_say_it_by_column_and_in_the_file(tmp_path):
    columns = 20  # more than names are listed of
    rng = np.random.default_rng(0)
    rows = np.column_stack([rng.normal(k, 1 + k, 60) for k in range(columns)] + [np.arange(60) % 2])
    names = ",".join([*(f"c{k}" for k in range(columns)), "label"])
    np.savetxt(tmp_path / "t.csv", rows, delimiter=",", header=names, comments="")
    file = network_file(str(tmp_path / "t.csv"), "minmax", tmp_path)
    (line,) = scale_line(file, tmp_path)
    told = re.findall(r"(\d+) \(x - (\S+)\) / ([0-9.e+-]+)", line)
    assert [int(k) for k, _, _ in told] == list(range(columns))
    raw, scaled = (
        make_classification(str(tmp_path / "t.csv"), scale=s).data.test.images for s in ("none", "minmax")
    )
    by_hand = np.column_stack([(raw[:, int(k)].astype(float) - float(c)) / float(s) for k, c, s in told])
    np.testing.assert_array_equal(by_hand.astype(np.float32), scaled)
    export, _, _ = to_export(file, tmp_path / "network.json", "n")
    with (tmp_path / "n.c").open("wb") as target:
        write_c(export, target)
    assert told[-1][1] in (tmp_path / "n.c").read_text()


def test_an_export_without_its_data_says_that_the_scale_is_not_known(tmp_path):
    np.savez(tmp_path / "i.npz", images=np.random.default_rng(0).random((30, 2, 2)), labels=np.arange(30) % 2)
    file = network_file(str(tmp_path / "i.npz"), "standard", tmp_path)
    catalogue._load.cache_clear()
    (tmp_path / "i.npz").unlink()
    (line,) = scale_line(file, tmp_path)
    assert line.startswith("Scale: standard, by the training data of ")
    assert line.endswith("could not be read here")


@pytest.mark.parametrize("scale", ["standard", "minmax"])
def test_images_look_as_they_did(scale):
    raw, scaled = (make_classification("digits", scale=s) for s in ("none", scale))
    for image in range(5):
        before, after = (np.asarray(_tile(task, image)).astype(int) for task in (raw, scaled))
        assert np.abs(before - after).max() <= 1


def test_only_data_sets_have_a_scale():
    with pytest.raises(ConfigError, match="only for a dataset"):
        parse_config("task: {env: CartPole-v1, scale: standard}", "c.yaml")
    with pytest.raises(ConfigError, match=r"task\.scale: unknown name: got 'standart'.*standard"):
        parse_config("task: {dataset: digits, scale: standart}", "c.yaml")


@pytest.mark.parametrize("task", ["{env: CartPole-v1", "{dataset: digits"])
def test_a_scale_of_none_is_no_other_config(task):
    """Runs that an earlier version began recorded it, for environments too, and are to go on."""
    recorded, now = (parse_config(f"task: {task}{rest}}}", "c.yaml") for rest in (", scale: none", ""))
    assert config_hash(recorded) == config_hash(now)
    assert recorded.task.to_json() == now.task.to_json()
    assert search_settings(recorded) == search_settings(now)


def test_the_config_of_a_run_of_the_version_before_has_its_hash():
    """Of `wann evolve configs/smoke.yaml` at 8f4b716, with a population of 24 and one worker."""
    text = """
task: {env: CartPole-v1, dataset: null, label: null, batch_size: null, scale: none, kwargs: {}, wrappers: [],
  instances: null, max_episode_steps: null, output_activation: linear, failure_return: null, compiled: true}
search: {population: 24, generations: 3, tournament_size: 8}
evaluation: {episodes: 2, backend: local, workers: 1}
"""
    assert config_hash(parse_config(text, "c.yaml")) == "672419142add4aa4"
