"""Recipes that are known by name."""

from __future__ import annotations

from typing import Any

from wann.pruning.recipe import Recipe


def _before(name: str, **keys: Any) -> Recipe:
    return Recipe(name, name, retraining="reset", when="before", **keys)


def _neurons(name: str, **keys: Any) -> Recipe:
    # Scores of neurons seldom compare between layers, so each layer loses the same share.
    return Recipe(name, name, scope="layer", **keys)


# name -> the recipe behind it; sources are those of the criteria, and of the schedules and retrainings.
PRESETS: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        _before("snip"),
        _before("grasp"),
        _before("synflow", schedule="iterative", rounds=100),
        _before("random"),
        _before("gradient"),
        Recipe("magnitude", "magnitude"),
        Recipe("han", "magnitude", schedule="iterative"),
        Recipe("obd", "obd", schedule="iterative"),
        Recipe("obs", "obs", schedule="iterative"),
        Recipe("connection-effect", "connection-effect"),
        Recipe("lottery", "magnitude", schedule="levels", retraining="reset"),
        Recipe("weight-rewind", "magnitude", schedule="levels", retraining="weight-rewind"),
        Recipe("lr-rewind", "magnitude", schedule="levels", retraining="lr-rewind"),
        Recipe("gradual", "magnitude", schedule="gradual", retraining="none", when="before"),
        Recipe("small-dense", "random", retraining="reset", when="before", network="small-dense"),
        Recipe("linear", "magnitude", network="linear"),
        _neurons("l1"),
        _neurons("l2"),
        _neurons("l0", options={"magnitude_density": 0.1}),
        _neurons("taylor1"),
        _neurons("taylor2"),
        _neurons("activation"),
        _neurons("apoz"),
        _neurons("correlation"),
        _neurons("cosine"),
        _neurons("entropy"),
        _neurons("lda"),
    )
}
