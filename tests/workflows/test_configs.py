"""Every shipped config loads and runs a generation of itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from wann.config import load_config
from wann.evaluation.pools import make_pool
from wann.search.search import init
from wann.workflows.build import build_task
from wann.workflows.generation import next_generation

FOLDER = Path(__file__).parents[2] / "configs"
CONFIGS = sorted(set(FOLDER.rglob("*.yaml")) - set((FOLDER / "prune").glob("*.yaml")))


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_config_runs_a_generation(path: Path) -> None:
    config = load_config(path)
    task = build_task(config.task)
    state = init(config.search, config.run.seed, task.n_inputs, task.n_outputs, task.output_activation)
    with make_pool(task) as pool:
        state, info = next_generation(state, pool, config)
    assert state.generation == info.generation == 1
    assert np.isfinite([info.best, info.median, info.peak, info.champion]).all()
    assert len(state.population) == config.search.population
    lanes = len(config.evaluation.shared_weights) * config.evaluation.episodes
    assert info.evaluations == config.search.population * lanes + 32 * len(config.evaluation.shared_weights)
