"""Train a policy by CMA-ES: what of it has an effect, and nothing else."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import torch

from wann.errors import NothingLeft
from wann.pruning.learners.evolving import PolicyTraining
from wann.pruning.learners.learner import Plan, Progress, Report
from wann.pruning.learners.stage import Stage
from wann.pruning.masks.simplify import Layers
from wann.pruning.saved import NOWHERE, Place
from wann.training.cma import CmaEs
from wann.training.control import ControlTrainer
from wann.training.settings import CmaSettings
from wann.training.state import TuneState


def initial_policy(sizes: Sequence[int], generator: torch.Generator) -> Layers:
    """Draw weights and biases of variance 1 / (n_in + 1), as `random_start` does for a fixed topology.

    Biases are drawn too: one that is 0 would be no connection until it is trained.
    """
    layers = []
    for n_in, n_out in pairwise(sizes):
        rows = torch.randn(n_out, n_in + 1, generator=generator, dtype=torch.float64) / math.sqrt(n_in + 1)
        layers.append((rows[:, 1:].numpy().copy(), rows[:, 0].numpy().copy()))
    return layers


def fit_policy(
    stage: Stage,
    layers: Layers,
    training: PolicyTraining,
    plan: Plan,
    progress: Report | None = None,
    place: Place = NOWHERE,
) -> Layers:
    """Return the layers with trained weights; what is 0 because it was pruned stays 0.

    Of the start, the means and the best candidates, the one that earns most on common `tune` episodes is
    taken (`ControlTrainer`), so that training never makes a policy worse there.

    Args:
        stage: where it plays.
        layers: `(out, in)` weights and `(out,)` biases to begin with, masks applied, float64.
        training: population, episodes and first standard deviation.
        plan: how many iterations, and the seed of candidates and episodes.
        progress: what is called after every iteration.
        place: what was kept at this place of the same training is gone on with.

    Raises:
        NothingLeft: no weight has an effect.
        EvaluationError: every episode of an iteration failed.
    """
    iterations, seed = plan.epochs, plan.draw
    part = stage.form.effective(layers)
    if not (part.network.sources > 0).any():  # biases alone see nothing
        raise NothingLeft(
            "no connection is left on a path from an input to an output, so there is nothing to train; try "
            "a larger density, keep_at_least, or another scope (layer, erk)"
        )
    settings = CmaSettings(iterations, training.population, training.episodes, training.sigma)
    optimiser = CmaEs(part.weights, settings, seed)
    trainer = ControlTrainer(stage.pool, part.network, optimiser, part.weights, training.episodes, seed)
    snapshot = place.found()
    state = TuneState.of_parts(*snapshot) if snapshot else trainer.init()
    while state.iteration < iterations:
        state, _ = trainer.step(replace(state, rows=()))
        if progress is not None:
            progress(Progress(plan.stage, state.iteration, iterations, None, state.score, _density(layers)))
        place.keep(state.parts, state.iteration == iterations)
    state = trainer.finish(state)
    stage.env_steps += state.env_steps
    return stage.form.with_weights(layers, part, state.weights)


def _density(layers: Layers) -> float:
    weights = [weight for weight, _ in layers]
    return sum(int((weight != 0).sum()) for weight in weights) / sum(weight.size for weight in weights)
