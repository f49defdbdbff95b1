"""Searches with the operators that are off by default: they run, repeat themselves and can be resumed."""

from __future__ import annotations

from pathlib import Path

import pytest

from wann.config import override, parse_config
from wann.records.run.history import read_history
from wann.records.storage.paths import RunPaths
from wann.workflows.search.evolve import resume, start

BASE = parse_config(
    "task: {env: CartPole-v1}\nsearch: {population: 24}\nevaluation: {episodes: 1, backend: local}\n",
    "c.yaml",
)
SHRINK = (
    "search.mutation={change_activation: 0.25, remove_connection: 0.25, remove_node: 0.1, add_node: 0.15}"
)
CROSS = "search.crossover_probability=0.5"


def digests(folder: Path) -> list[str]:
    return [row.digest for row in read_history(RunPaths(folder).history)]


@pytest.mark.parametrize(
    "changes", [[SHRINK], [CROSS], [SHRINK, CROSS]], ids=["removal", "crossover", "both"]
)
def test_it_repeats_itself_and_resumes_to_the_same_digests(tmp_path, changes):
    config = override(BASE, [*changes, "search.generations=12"])
    start(config, tmp_path / "whole", "whole")
    start(config, tmp_path / "again", "again")
    start(override(config, ["search.generations=5"]), tmp_path / "parts", "parts")
    resume(tmp_path / "parts", generations=12)
    assert len(digests(tmp_path / "whole")) == 12
    assert digests(tmp_path / "whole") == digests(tmp_path / "again") == digests(tmp_path / "parts")


def test_each_changes_what_a_search_finds(tmp_path):
    found = []
    for k, changes in enumerate([[], [SHRINK], [CROSS], [SHRINK, CROSS]]):
        start(override(BASE, [*changes, "search.generations=4"]), tmp_path / str(k), "one")
        found.append(digests(tmp_path / str(k)))
    assert len({rows[0] for rows in found}) == 1  # the first generation is the same
    assert len({rows[-1] for rows in found}) == 4


def test_a_search_that_only_removes_ends_in_small_genomes(tmp_path):
    only = "search.mutation={change_activation: 0, add_node: 0, add_connection: 0, enable_connection: 0, "
    config = override(BASE, [only + "remove_connection: 1}", "search.generations=10", "search.elite_ratio=0"])
    genomes = start(config, tmp_path / "run", "run").state.population
    assert max(genome.enabled.sum() for genome in genomes) <= 4
    assert max(len(genome.source) for genome in genomes) < 10
