"""The example of parts of a recipe in a file of one's own: examples/pruning_parts.py."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from wann.config import parse_prune_config
from wann.errors import ConfigError
from wann.pruning.cell import prune_cell, train_dense
from wann.pruning.learners.training import Training
from wann.pruning.recipe.recipe import Recipe
from wann.pruning.recipe.schedules import rounds
from wann.tasks.classification import make_classification
from wann.workflows.pruning.checks import check
from wann.workflows.pruning.plan import recipes_of

FILE = Path(__file__).parents[2] / "examples" / "pruning_parts.py"
TEXT = """
task: {dataset: digits}
prune:
  densities: [0.2]
  controls: ["FILE:mirrored"]
  recipes: [{name: own, criterion: magnitude, schedule: "FILE:halves", retraining: "FILE:shrunk"}]
"""


def test_a_config_names_them_and_a_cell_is_made_of_them():
    config = parse_prune_config(TEXT.replace("FILE", str(FILE)), "c.yaml", (), check)
    own, control = recipes_of(config)
    assert control.name == "own+mirrored"
    assert [each.density for each in rounds(own, 0.2)] == [0.5, 0.25, 0.2]
    task, training = make_classification("digits"), Training(epochs=1)
    dense = train_dense(task, (6,), "relu", 0, training)
    plain = prune_cell(task, (6,), "relu", own, 0.2, 0, training, dense)
    mirrored = prune_cell(task, (6,), "relu", control, 0.2, 0, training, dense)
    assert sum(np.count_nonzero(weight) for weight, _ in plain.layers) == round(0.2 * (64 * 6 + 6 * 10))
    for (left, _), (right, _) in zip(plain.layers, mirrored.layers, strict=True):
        assert np.count_nonzero(left) == np.count_nonzero(right)
        assert np.array_equal(left.any(1), right.any(1)[::-1])


def test_shrunk_begins_with_half_of_each_weight():
    task, none = make_classification("digits"), Training(epochs=0, retrain_epochs=0)
    recipe = Recipe("own", "magnitude", retraining=f"{FILE}:shrunk")
    dense = train_dense(task, (6,), "relu", 0, none)
    cell = prune_cell(task, (6,), "relu", recipe, 1.0, 0, none, dense)
    assert np.allclose(cell.layers[0][0], dense.layers[0][0] / 2)


@pytest.mark.parametrize("part", ["halves", "shrunk", "mirrored"])
def test_a_name_that_the_file_has_not_is_a_fault_with_its_place(part):
    text = TEXT.replace("FILE", str(FILE)).replace(f":{part}", f":{part}x")
    with pytest.raises(ConfigError, match=f"did you mean '{part}'"):
        parse_prune_config(text, "c.yaml", (), check)
