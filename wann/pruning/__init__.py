"""Pruning: conventional networks made sparse, as rivals of a network that needs no weights.

A baseline is a `Recipe`: a criterion, a scope, a schedule and a retraining. What imports torch (`cell.py`,
`criteria/`, ...) is imported from its module.
"""

from __future__ import annotations

from wann.pruning.learners.training import Training
from wann.pruning.recipe.presets import PRESETS
from wann.pruning.recipe.recipe import Recipe

__all__ = ["PRESETS", "Recipe", "Training"]
