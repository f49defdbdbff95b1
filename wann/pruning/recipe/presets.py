"""Recipes that are known by name."""

from __future__ import annotations

from typing import Any

from wann.pruning.recipe.recipe import Recipe


def _weights(name: str, criterion: str, scope: str = "global", **keys: Any) -> Recipe:
    return Recipe(name, criterion, scope, **keys)


def _before(name: str, **keys: Any) -> Recipe:
    return _weights(name, name, retraining="reset", when="before", **keys)


def _neurons(name: str, **keys: Any) -> Recipe:
    return Recipe(name, name, scope="layer", **keys)


# name -> the recipe behind it, its scope that of its criterion (`Criterion.scope_of`); sources are those of
# the criteria, and of the schedules and retrainings.
PRESETS: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        _before("snip"),
        _before("grasp"),
        _before("synflow", schedule="iterative", rounds=100),
        _before("random"),
        _before("gradient"),
        _weights("magnitude", "magnitude"),
        _weights("han", "magnitude", schedule="iterative"),
        _weights("obd", "obd", schedule="iterative"),
        _weights("obs", "obs", scope="erk", schedule="iterative"),
        _weights("connection-effect", "connection-effect"),
        _weights("lottery", "magnitude", schedule="levels", retraining="reset"),
        _weights("weight-rewind", "magnitude", schedule="levels", retraining="weight-rewind"),
        _weights("lr-rewind", "magnitude", schedule="levels", retraining="lr-rewind"),
        _weights("gradual", "magnitude", schedule="gradual", retraining="none", when="before"),
        _weights("small-dense", "random", retraining="reset", when="before", network="small-dense"),
        _weights("linear", "magnitude", network="linear"),
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
