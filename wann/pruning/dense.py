"""The dense network that a recipe starts from: initial weights, trained ones, and those of every epoch."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wann.errors import PruningError
from wann.pruning.learners.learner import Plan, Report, Score, Settings
from wann.pruning.model.mlp import Layers, one_thread
from wann.pruning.saved import NotSaved, Saved
from wann.pruning.streams import Stream, number


@dataclass(frozen=True, eq=False)
class DenseNet:
    """A dense network with its history; plain arrays, so that it can be sent to other processes.

    Attributes:
        sizes: inputs, hidden neurons of each layer, classes.
        activation: of the hidden neurons.
        seed: of its initial weights and its training.
        checkpoints: weights and biases before the first epoch and after every one; of a policy,
            before alone.
        layers: those that the training ended with.
        best_epoch: the checkpoint with the best validation accuracy, the first of equals.
        score: of `layers`.
        steps, seconds: what the training took.
        env_steps: environment steps that it took, None for a data set.
    """

    sizes: tuple[int, ...]
    activation: str
    seed: int
    checkpoints: list[Layers]
    layers: Layers
    best_epoch: int
    score: Score
    steps: int
    seconds: float
    env_steps: int | None = None

    @property
    def initial(self) -> Layers:
        """The weights and biases before the first epoch."""
        return self.checkpoints[0]


def train_dense(
    task: Any,
    hidden: Sequence[int],
    activation: str,
    seed: int,
    training: Settings,
    progress: Report | None = None,
    saved: Saved | None = None,
) -> DenseNet:
    """Train a dense MLP; equal arguments give equal weights on one machine, be it stopped on the way or not.

    Raises:
        UnknownMethod: of the activation.
        PruningError: a layer has no neurons.
        TrainingDiverged: the loss is no number any more.
        EvaluationError: every episode of an iteration failed.
    """
    check_hidden(hidden)
    started = time.perf_counter()
    sizes = sizes_of(task, hidden)
    with one_thread(), training.learner(task, sizes, activation) as learner:
        model = learner.model()
        model.load(learner.initial(number(seed, Stream.INITIAL)))
        plan = Plan("dense", training.epochs, number(seed, Stream.DENSE), keep_checkpoints=True)
        made = learner.fit(model, plan, progress, (saved or NotSaved()).next())
        return DenseNet(
            sizes,
            activation,
            seed,
            made.checkpoints,
            model.values(),
            made.best_epoch,
            learner.score(model),
            made.steps,
            time.perf_counter() - started,
            learner.env_steps,
        )


def untrained(task: Any, hidden: Sequence[int], activation: str, seed: int, training: Settings) -> DenseNet:
    """Return a dense network that is not trained: enough for what prunes before training.

    Raises:
        UnknownMethod, PruningError: as `train_dense`.
    """
    check_hidden(hidden)
    sizes = sizes_of(task, hidden)
    with training.learner(task, sizes, activation) as learner:
        initial = learner.initial(number(seed, Stream.INITIAL))
        unknown = Score(math.nan, math.nan)
        return DenseNet(sizes, activation, seed, [initial], initial, 0, unknown, 0, 0.0, learner.env_steps)


def sizes_of(task: Any, hidden: Sequence[int]) -> tuple[int, ...]:
    """Inputs, hidden neurons of each layer, outputs."""
    return (task.n_inputs, *hidden, task.n_outputs)


def check_hidden(hidden: Sequence[int]) -> None:
    """Raise PruningError unless every hidden layer has neurons."""
    if any(not isinstance(width, int) or width < 1 for width in hidden):
        raise PruningError(
            f"hidden: expected whole numbers from 1, neurons of each layer, got {list(hidden)}"
        )
