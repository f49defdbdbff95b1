"""Every shipped config loads and runs a generation of itself."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from wann.config import Config, load_config, override
from wann.evaluation.pools.backends import make_pool
from wann.search.search import init
from wann.tasks.datasets import missing_files
from wann.workflows.build import build_task
from wann.workflows.search.generation import next_generation, select_episodes
from wann.workflows.tuning.fixed_topology import DenseRun

LARGEST = 8  # networks on images, which are slower than episodes
FOLDER = Path(__file__).parents[2] / "configs"
CONFIGS = sorted(set(FOLDER.rglob("*.yaml")) - set((FOLDER / "prune").glob("*.yaml")))


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_config_runs_a_generation(path: Path, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    config = load_config(path)
    if config.task.dataset in ("mnist16", "mnist28"):
        request.getfixturevalue("mnist")
    if config.task.dataset == "fashion" and missing_files("fashion"):
        pytest.skip("Fashion-MNIST is not there: wann data download fashion")
    if config.search.population > LARGEST and config.task.dataset:
        config = override(config, [f"search.population={LARGEST}", "search.tournament_size=2"])
    if config.topology:
        _check_topology(config, tmp_path)
        return
    task = build_task(config.task)
    state = init(config.search, config.run.seed, task.n_inputs, task.n_outputs, task.output_activation)
    with make_pool(task) as pool:
        state, info = next_generation(state, pool, config)
    assert state.generation == info.generation == 1
    assert np.isfinite([info.best, info.median, info.peak, info.champion]).all()
    assert len(state.population) == config.search.population
    weights = len(config.evaluation.shared_weights)
    played = config.search.population * weights * config.evaluation.episodes
    assert info.evaluations == played + select_episodes(task) * weights


def _check_topology(config: Config, folder: Path) -> None:
    """A dense run holds a perceptron of the sizes that its config names."""
    assert config.topology
    task, genome = build_task(config.task), DenseRun.of(config, folder=folder).network_file().genome
    sizes = [task.n_inputs, *config.topology.hidden, task.n_outputs]
    assert len(genome.source) == sum((below + 1) * above for below, above in pairwise(sizes))
