"""Training by gradient for classification: cross-entropy, Adam, and the weights that validate best."""

from __future__ import annotations

import math
import time
from dataclasses import replace

import numpy as np
import torch
from torch.nn import functional

from wann.errors import TuneError
from wann.network.network import Network
from wann.seeding import Purpose, generator
from wann.tasks.datasets import Split
from wann.training.module import NetworkModule
from wann.training.settings import GradientSettings
from wann.training.state import Arrays, TuneInfo, TuneState

# Gradients are shortened to this norm: one batch on which a steep network goes astray does little harm.
_LONGEST = 1.0
# What the learning rate is divided by when the validation score stands still.
_FALL = 3.0
_BLOCK = 1000
# Patience in batches, for data sets whose epochs are over in a moment.
_LEAST_BATCHES = 500


class GradientTrainer:
    """A `Trainer` for labelled images: an iteration is an epoch over all of `train` in a new order.

    The score is the accuracy on `validation`, and among equal ones the lower loss there. Where `patience`
    epochs bring no better one, the learning rate falls; where it has fallen `falls` times, training is over.
    The result is the start or the epoch with the best score. Values are float32.

    Raises:
        TuneError: the images do not fit the network.
    """

    def __init__(
        self,
        network: Network,
        start: np.ndarray,
        train: Split,
        validation: Split,
        settings: GradientSettings,
        seed: int,
    ) -> None:
        torch.set_num_threads(1)
        for name, data in (("training", train), ("validation", validation)):
            _check(name, data, network)
        self._start = start.astype(np.float32).astype(np.float64)
        self._train, self._validation = _tensors(train), _tensors(validation)
        self._settings, self._seed = settings, seed
        self._n_batches = -(-len(train) // settings.batch)
        self._module = NetworkModule(network, start, torch.float32)

    def init(self) -> TuneState:
        """Return the state before the first epoch, in which the start has its score."""
        self._load(self._start)
        accuracy, loss = self._validate()
        method = {
            "weights": self._start,
            "first": np.zeros(len(self._start), np.float32),  # Adam's moments, and its steps
            "second": np.zeros(len(self._start), np.float32),
            "steps": np.zeros(1, np.int64),
            "learning_rate": np.array([self._settings.learning_rate]),
            "loss": np.array([loss]),  # of the best weights
            "stale": np.zeros(1, np.int64),  # epochs since the best, or since the learning rate fell
            "falls": np.zeros(1, np.int64),
        }
        return TuneState(0, self._start, method, self._start, accuracy, "start", 1, len(self._validation[1]))

    def step(self, state: TuneState) -> tuple[TuneState, TuneInfo]:
        """Train for an epoch, and see how good it was."""
        started, iteration = time.perf_counter(), state.iteration + 1
        learning_rate = float(state.method["learning_rate"][0])
        method, train_loss = self._epoch(state.method, iteration)
        accuracy, loss = self._validate()
        state = replace(
            state,
            iteration=iteration,
            evaluations=state.evaluations + self._n_batches + 1,
            env_steps=state.env_steps + len(self._train[1]) + len(self._validation[1]),
        )
        if (accuracy, -loss) > (state.score, -float(method["loss"][0])):
            method = method | {"loss": np.array([loss]), "stale": np.zeros(1, np.int64)}
            state = replace(state, weights=method["weights"], score=accuracy, source="epoch")
        else:
            method = self._wait(method)
        state = replace(
            state,
            method=method,
            over=int(method["falls"][0]) > self._settings.falls,
            seconds=state.seconds + time.perf_counter() - started,
        )
        info = TuneInfo(
            iteration=iteration,
            best=accuracy,
            mean=-train_loss,
            spread=learning_rate,
            select=state.score,
            evaluations=state.evaluations,
            env_steps=state.env_steps,
            failed=0,
            seconds=round(state.seconds, 3),
        )
        return replace(state, rows=(*state.rows, info)), info

    def finish(self, state: TuneState) -> TuneState:
        """The best weights are there already."""
        return state

    def _wait(self, method: Arrays) -> dict[str, np.ndarray]:
        """An epoch without a better score."""
        stale, falls, rate = method["stale"] + 1, method["falls"], method["learning_rate"]
        if stale[0] >= max(self._settings.patience, math.ceil(_LEAST_BATCHES / self._n_batches)):
            stale, falls, rate = np.zeros(1, np.int64), falls + 1, rate / _FALL
        return {**method, "stale": stale, "falls": falls, "learning_rate": rate}

    def _epoch(self, method: Arrays, iteration: int) -> tuple[dict[str, np.ndarray], float]:
        """Go through all training images once; return what is carried on, and the mean loss."""
        self._load(method["weights"])
        parameter = self._module.weights
        adam = torch.optim.Adam([parameter], lr=float(method["learning_rate"][0]))
        adam.state[parameter] = {
            "step": torch.tensor(float(method["steps"][0])),
            "exp_avg": torch.tensor(method["first"]),
            "exp_avg_sq": torch.tensor(method["second"]),
        }
        images, labels = self._train
        order = generator(self._seed, Purpose.TUNE, iteration, index=1).permutation(len(labels))
        losses = []
        for batch in torch.as_tensor(order).split(self._settings.batch):
            adam.zero_grad()
            loss = functional.cross_entropy(self._module(images[batch]), labels[batch])
            loss.backward()
            norm = torch.nn.utils.clip_grad_norm_([parameter], _LONGEST)
            if torch.isfinite(norm):
                adam.step()
            losses.append((float(loss.detach()), len(batch)))
        inner = adam.state[parameter]
        carried = {
            **method,
            "weights": self._module.weights.detach().numpy().astype(np.float64),
            "first": inner["exp_avg"].numpy().copy(),
            "second": inner["exp_avg_sq"].numpy().copy(),
            "steps": np.array([int(inner["step"])]),
        }
        return carried, math.fsum(loss * count for loss, count in losses) / len(labels)

    @torch.no_grad()
    def _validate(self) -> tuple[float, float]:
        """Accuracy and mean loss on the validation images; a loss that is no number counts as infinite."""
        images, labels = self._validation
        outputs = torch.cat([self._module(part) for part in images.split(_BLOCK)])
        right = (outputs.argmax(dim=1) == labels).double().mean()
        loss = float(functional.cross_entropy(outputs.double(), labels))
        return float(right), loss if math.isfinite(loss) else math.inf

    def _load(self, weights: np.ndarray) -> None:
        with torch.no_grad():
            self._module.weights.copy_(torch.tensor(weights))


def _tensors(data: Split) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.tensor(data.images, dtype=torch.float32), torch.tensor(data.labels, dtype=torch.int64)


def _check(name: str, data: Split, network: Network) -> None:
    """See that images fit a network.

    Raises:
        TuneError: they do not.
    """
    images, labels = data.images, data.labels
    if images.ndim != 2 or images.shape[1] != network.n_inputs or labels.shape != (len(images),):
        raise TuneError(
            f"{name} images: expected (N, {network.n_inputs}) and (N,) labels, got {images.shape} and "
            f"{labels.shape}"
        )
    if not len(labels) or labels.min() < 0 or labels.max() >= network.n_outputs:
        raise TuneError(f"{name} labels: expected at least one, each in 0..{network.n_outputs - 1}")
