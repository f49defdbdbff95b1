"""The example criterion of docs/pruning.md, as the page has it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from wann.pruning.cell import prune_cell, train_dense
from wann.pruning.criteria.catalogue import CRITERIA, find_criterion
from wann.pruning.learners.training import Training
from wann.pruning.recipe.presets import PRESETS
from wann.pruning.recipe.recipe import Recipe
from wann.tasks.classification import make_classification

PAGE = Path(__file__).parents[2] / "docs" / "pruning.md"


@pytest.fixture
def name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    (code,) = (
        block for block in re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.S) if "@cr" in block
    )
    (tmp_path / "my_module.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    yield "my_module:lamp"
    sys.modules.pop("my_module", None)
    CRITERIA.pop("lamp", None)


@pytest.mark.parametrize("power", [2.0, 1.0])
def test_it_scores_what_its_line_says(case, name, power):
    """abs(w)^power over the sum of those of its layer that are as large, one by one."""
    here = case(options={"power": power})
    for weight, got in zip(here.weights, find_criterion(name)(here), strict=True):
        sizes = [abs(float(w)) ** power for w in weight.flatten()]
        expected = [size / sum(other for other in sizes if other >= size) for size in sizes]
        assert got.flatten().tolist() == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("density", [0.1, 0.05])
def test_it_beats_random_on_digits(name, density):
    task, training = make_classification("digits"), Training(epochs=5, batch_size=20)
    dense = train_dense(task, (32, 16), "relu", 0, training)
    ours, random = (
        prune_cell(task, (32, 16), "relu", recipe, density, 0, training, dense).score.test
        for recipe in (Recipe("lamp", name), PRESETS["random"])
    )
    assert ours > random + 0.2
