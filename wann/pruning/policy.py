"""Policies: a dense network for a control task, trained by CMA-ES, and cells that are made of it."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

from wann.pruning.cell import CellResult, check_dense, result_of
from wann.pruning.dense import DenseNet, Score, check_hidden
from wann.pruning.learners.evolving import PolicyTraining
from wann.pruning.learners.fit import Report
from wann.pruning.learners.form import PolicyForm
from wann.pruning.learners.stage import Stage
from wann.pruning.model.mlp import one_thread
from wann.pruning.policy_checks import check_for_policies
from wann.pruning.policy_fit import fit_policy, initial_policy
from wann.pruning.policy_process import PolicyProcess
from wann.pruning.recipe.chain import links
from wann.pruning.recipe.recipe import Recipe
from wann.pruning.saved import NotSaved, Saved
from wann.pruning.streams import Stream, generator, number
from wann.tasks.task import Task


def train_policy(
    task: Task,
    hidden: Sequence[int],
    activation: str,
    seed: int,
    training: PolicyTraining,
    progress: Report | None = None,
    saved: Saved | None = None,
) -> DenseNet:
    """Train a dense policy by CMA-ES; equal arguments give equal weights on one machine, stopped or not.

    Its `checkpoints` hold the initial weights alone, its `steps` are iterations.

    Raises:
        UnknownMethod: of the activation.
        PruningError: a layer has no neurons.
        EvaluationError: every episode of an iteration failed.
    """
    check_hidden(hidden)
    started = time.perf_counter()
    sizes = (task.n_inputs, *hidden, task.n_outputs)
    initial = initial_policy(sizes, generator(seed, Stream.INITIAL))
    with one_thread(), Stage(task, PolicyForm(sizes, activation, task.output_activation)) as stage:
        draws = number(seed, Stream.DENSE)
        place = (saved or NotSaved()).next()
        layers = fit_policy(stage, initial, training, training.iterations, draws, "dense", progress, place)
        return DenseNet(
            sizes=sizes,
            activation=activation,
            seed=seed,
            checkpoints=[initial],
            layers=layers,
            best_epoch=0,
            score=stage.score(layers),
            steps=training.iterations,
            seconds=time.perf_counter() - started,
            env_steps=stage.env_steps,
        )


def untrained_policy(task: Task, hidden: Sequence[int], activation: str, seed: int) -> DenseNet:
    """Return a dense policy that is not trained: enough for what prunes before training."""
    sizes = (task.n_inputs, *hidden, task.n_outputs)
    initial = initial_policy(sizes, generator(seed, Stream.INITIAL))
    unknown = Score(math.nan, math.nan)
    return DenseNet(sizes, activation, seed, [initial], initial, 0, unknown, 0, 0.0, 0)


def prune_policy(
    task: Task,
    hidden: Sequence[int],
    activation: str,
    recipe: Recipe,
    density: float,
    seed: int,
    training: PolicyTraining,
    dense: DenseNet | None = None,
    progress: Report | None = None,
    saved: Saved | None = None,
) -> CellResult:
    """Prune a policy as a recipe says; equal arguments give equal weights on one machine, stopped or not.

    Args:
        task: with episodes.
        dense: what `train_policy` returned for the same task, sizes, seed and training; None = train it now.
        hidden, activation, recipe, density, seed, training, saved: as in `prune_cell`.
        progress: called after every iteration.

    Raises:
        UnknownMethod, BadDensity, CriterionDoesNotFit, NoGradient, NothingLeft, EvaluationError: why not.
    """
    chain = links(recipe, density, seed)
    check_for_policies(recipe)
    dense = dense or train_policy(task, hidden, activation, seed, training, progress, saved)
    sizes = (task.n_inputs, *hidden, task.n_outputs)
    check_dense(dense, (sizes, activation, seed))
    started = time.perf_counter()
    with one_thread(), Stage(task, PolicyForm(sizes, activation, task.output_activation)) as stage:
        process = PolicyProcess(stage, chain, training, dense, progress, saved or NotSaved())
        layers = process.run().masked_layers()
        score = stage.score(layers)
        spent = (process.steps, time.perf_counter() - started, stage.env_steps)
    return result_of(recipe, density, dense, layers, (process.score_before, score), spent)
