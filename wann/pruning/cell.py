"""One cell of a comparison: a recipe at a density and a seed, from a dense network to a sparse one."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wann.errors import NothingLeft, PruningError
from wann.pruning.course import Course
from wann.pruning.dense import DenseNet, sizes_of, train_dense
from wann.pruning.learners.learner import Report, Score, Settings
from wann.pruning.masks.simplify import count
from wann.pruning.model.mlp import Layers, one_thread
from wann.pruning.recipe.chain import links
from wann.pruning.recipe.recipe import Recipe
from wann.pruning.saved import NotSaved, Saved

__all__ = ["CellResult", "DenseNet", "Score", "prune_cell", "train_dense"]


@dataclass(frozen=True, eq=False)
class CellResult:
    """A pruned network with what is known of it.

    Attributes:
        recipe, density, seed: what was asked for.
        score_before: after the last round of pruning, before what follows it.
        score: at the end.
        dense_score: of the trained dense network.
        connections, effective_connections, density_per_layer, compression, speedup, neurons_alive: as in
            `simplify.Counts`.
        training_steps: of the optimiser, the dense training included where the recipe needs it.
        seconds: the same.
        layers: `(out, in)` weights and `(out,)` biases of every layer, float64, masks applied.
        activation: of the hidden neurons.
        env_steps: environment steps, counted as `training_steps`; None for a data set.
    """

    recipe: Recipe
    density: float
    seed: int
    score_before: Score
    score: Score
    dense_score: Score
    connections: int
    effective_connections: int
    density_per_layer: list[float]
    compression: float
    speedup: float
    neurons_alive: list[int]
    training_steps: int
    seconds: float
    layers: Layers
    activation: str
    env_steps: int | None = None


def prune_cell(
    task: Any,
    hidden: Sequence[int],
    activation: str,
    recipe: Recipe,
    density: float,
    seed: int,
    training: Settings,
    dense: DenseNet | None = None,
    progress: Report | None = None,
    saved: Saved | None = None,
) -> CellResult:
    """Prune a network as a recipe says; equal arguments give equal weights on one machine, stopped or not.

    Args:
        task: a data set, or one with episodes.
        hidden, activation: neurons of each hidden layer, and what they compute.
        recipe: the method.
        density: share of weights that are kept.
        seed: of initial weights, orders and draws.
        training: of the dense network, and after each round.
        dense: what `train_dense` returned for the same task, sizes, seed and training; None = train it now.
        progress: called after every epoch, or iteration.
        saved: where trainings keep what they have come to.

    Raises:
        UnknownMethod, BadDensity, CriterionDoesNotFit, NoGradient, NothingLeft, TrainingDiverged,
        EvaluationError, PruningError: why not.
    """
    chain, sizes = links(recipe, density, seed), sizes_of(task, hidden)
    training.check(recipe)
    dense = dense or train_dense(task, hidden, activation, seed, training, progress, saved)
    if (got := (dense.sizes, dense.activation, dense.seed)) != (expected := (sizes, activation, seed)):
        raise PruningError(f"dense: expected sizes, activation and seed {expected}, got {got}")
    started = time.perf_counter()
    with one_thread(), training.learner(task, sizes, activation) as learner:
        course = Course(learner, chain, training, dense, progress, saved or NotSaved())
        model = course.run()
        scores = (course.score_before, learner.score(model))
    spent = (course.steps, time.perf_counter() - started, learner.env_steps)
    return _result(recipe, density, dense, model.masked_layers(), scores, spent)


def _result(
    recipe: Recipe,
    density: float,
    dense: DenseNet,
    layers: Layers,
    scores: tuple[Score, Score],
    spent: tuple[int, float, int | None],
) -> CellResult:
    """Return what a cell has come to.

    Args:
        recipe, density, dense: what it was made of.
        layers: masks applied, float64.
        scores: before what follows the last round, and at the end.
        spent: training steps, seconds and environment steps of the cell alone.

    Raises:
        NothingLeft: no weight is on a path from an input to an output.
    """
    counts = count(layers, dense.activation)
    if not counts.effective_weights:
        raise NothingLeft(
            f"{recipe.name} at density {density:g}: no connection is left on a path from an input to an "
            f"output; try a larger density, keep_at_least, or another scope (layer, erk)"
        )
    steps, seconds, env_steps = spent
    if recipe.when == "after":
        steps, seconds = steps + dense.steps, seconds + dense.seconds
        env_steps = None if env_steps is None else env_steps + (dense.env_steps or 0)
    return CellResult(
        recipe=recipe,
        density=density,
        seed=dense.seed,
        score_before=scores[0],
        score=scores[1],
        dense_score=dense.score,
        connections=counts.connections,
        effective_connections=counts.effective_connections,
        density_per_layer=counts.density_per_layer,
        compression=counts.compression,
        speedup=counts.speedup,
        neurons_alive=counts.neurons_alive,
        training_steps=steps,
        seconds=seconds,
        layers=layers,
        activation=dense.activation,
        env_steps=env_steps,
    )
