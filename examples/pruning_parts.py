"""A schedule, a retraining and a control of `wann prune` outside the package, one function each.

wann prune configs/prune/digits.yaml --set 'prune.recipes=[{name: own, criterion: magnitude,
  schedule: "examples/pruning_parts.py:halves", retraining: "examples/pruning_parts.py:shrunk"}]'
"""

from __future__ import annotations

from wann.pruning.recipe.controls import control
from wann.pruning.recipe.retraining import Start, retraining
from wann.pruning.recipe.schedules import Round, schedule


@schedule("halves", "half of the rest at a time")
def halves(recipe, density, start, last_layer):
    """Return the rounds; the last one ends at the density exactly."""
    rounds = []
    while start / 2 > density:
        start /= 2
        rounds.append(Round(start))
    return [*rounds, Round(density)]


@retraining("shrunk", "half of the weights that are left, with the whole schedule again", goes_on=True)
def shrunk(turn):
    """Return where the training after a round starts (Ash & Adams 2020, without the noise)."""
    return Start([(weight / 2, bias / 2) for weight, bias in turn.values])


@control("mirrored", "each layer's mask upside down", acts_on="mask")
def mirrored(marks):
    """Return as many places of each layer, in the opposite rows."""
    return [kept[::-1].copy() for kept in marks.kept]
