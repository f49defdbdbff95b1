"""The dense network that a recipe starts from: initial weights, trained ones, and those of every epoch."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from wann.errors import PruningError
from wann.pruning.learners.fit import Plan, Report, accuracy, fit, sizes_of, tensors
from wann.pruning.learners.training import Training
from wann.pruning.model.mlp import MLP, Layers, from_layers, initial_layers, one_thread
from wann.pruning.saved import NotSaved, Saved
from wann.pruning.streams import Stream, generator
from wann.tasks.classification import ClassificationTask


@dataclass(frozen=True)
class Score:
    """Accuracy on the validation and on the test images; only the first may choose anything.

    Of a policy: mean return over the `select` and over the `test` episodes.
    """

    validation: float
    test: float


@dataclass(frozen=True, eq=False)
class DenseNet:
    """A dense network with its history; plain arrays, so that it can be sent to other processes.

    Attributes:
        sizes: inputs, hidden neurons of each layer, classes.
        activation: of the hidden neurons.
        seed: of its initial weights and its training.
        checkpoints: weights and biases before the first epoch and after every one, float32.
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
    task: ClassificationTask,
    hidden: Sequence[int],
    activation: str,
    seed: int,
    training: Training,
    progress: Report | None = None,
    saved: Saved | None = None,
) -> DenseNet:
    """Train a dense MLP; equal arguments give equal weights on one machine, be it stopped on the way or not.

    Raises:
        UnknownMethod: of the activation.
        PruningError: a layer has no neurons.
        TrainingDiverged: the loss is no number any more.
    """
    check_hidden(hidden)
    started = time.perf_counter()
    sizes = sizes_of(task, tuple(hidden))
    with one_thread():
        model = MLP(sizes, activation)
        model.load(initial_layers(sizes, generator(seed, Stream.INITIAL)))
        plan = Plan(training, "dense", training.epochs, keep_checkpoints=True)
        train, validation = tensors(task.data.train), tensors(task.data.validation)
        place = (saved or NotSaved()).next()
        made = fit(model, train, validation, plan, generator(seed, Stream.DENSE), progress, place)
        return DenseNet(
            sizes,
            activation,
            seed,
            made.checkpoints,
            model.values(),
            made.best_epoch,
            score_of(task, model),
            made.steps,
            time.perf_counter() - started,
        )


def untrained(task: ClassificationTask, hidden: Sequence[int], activation: str, seed: int) -> DenseNet:
    """Return a dense network that is not trained: enough for what prunes before training.

    Raises:
        UnknownMethod, PruningError: as `train_dense`.
    """
    return train_dense(task, hidden, activation, seed, Training(epochs=0))


def check_hidden(hidden: Sequence[int]) -> None:
    """Raise PruningError unless every hidden layer has neurons."""
    if any(not isinstance(width, int) or width < 1 for width in hidden):
        raise PruningError(
            f"hidden: expected whole numbers from 1, neurons of each layer, got {list(hidden)}"
        )


@torch.no_grad()
def score_of(task: ClassificationTask, model: MLP) -> Score:
    """Return a model's accuracies, masks applied, in float64."""
    exact = from_layers(model.masked_layers(), model.activation)
    validation, test = (tensors(split).double() for split in (task.data.validation, task.data.test))
    return Score(accuracy(exact, validation), accuracy(exact, test))
