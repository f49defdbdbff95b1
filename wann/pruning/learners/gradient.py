"""Training by gradient: classifiers, on images."""

from __future__ import annotations

from typing import Any, Self

import torch

from wann.pruning.criteria.case import Data
from wann.pruning.learners.fit import accuracy, fit
from wann.pruning.learners.learner import Fitted, Plan, Report, Score
from wann.pruning.learners.training import Training
from wann.pruning.model.mlp import MLP, Layers, from_layers, initial_layers
from wann.pruning.recipe.chain import Link
from wann.pruning.saved import Place
from wann.tasks.classification import ClassificationTask
from wann.tasks.datasets import Split


class GradientLearner:
    """Classifies images; see `Learner`."""

    env_steps = None
    loss = None

    def __init__(
        self, task: ClassificationTask, training: Training, sizes: tuple[int, ...], activation: str
    ) -> None:
        self._task, self._training, self._sizes, self._activation = task, training, sizes, activation
        self.data = tensors(task.data.train), tensors(task.data.validation)
        self.steps_of_epoch = -(-len(self.data[0]) // training.batch_size)

    def model(self) -> MLP:
        """In float32."""
        return MLP(self._sizes, self._activation)

    def initial(self, draw: int) -> Layers:
        """Of variance 2 / (n_in + n_out), biases 0."""
        return initial_layers(self._sizes, torch.Generator().manual_seed(draw))

    def fit(self, model: MLP, plan: Plan, report: Report | None, place: Place) -> Fitted:
        """By minibatches of training images.

        Raises:
            TrainingDiverged: the loss is no number any more.
        """
        return fit(model, *self.data, self._training, plan, report, place)

    @torch.no_grad()
    def score(self, model: MLP) -> Score:
        """Accuracies."""
        exact = from_layers(model.masked_layers(), model.activation)
        splits = (self._task.data.validation, self._task.data.test)
        return Score(*(accuracy(exact, tensors(split).double()) for split in splits))

    def look(self, model: MLP, link: Link, draw: int) -> dict[str, Any]:
        """Nothing that changes: criteria look at the images."""
        return {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        pass


def tensors(split: Split) -> Data:
    """Return a split as tensors, float32."""
    return Data(torch.tensor(split.images), torch.tensor(split.labels))
