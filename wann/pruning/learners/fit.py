"""The training loop: bare torch on tensors that hold the whole training set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import torch
from torch import Tensor, nn

from wann.errors import TrainingDiverged
from wann.pruning.criteria.case import Data
from wann.pruning.learners.fit_state import FitState
from wann.pruning.learners.training import Training
from wann.pruning.model.mlp import MLP, Layers
from wann.pruning.saved import NOWHERE, Place
from wann.tasks.classification import ClassificationTask
from wann.tasks.datasets import Split


@dataclass(frozen=True)
class Progress:
    """What a training reports after each epoch.

    Attributes:
        stage: `dense`, or the round: `round 2/5`.
        epoch, epochs: from 1; iterations of CMA-ES, of a policy.
        loss: mean over the epoch's images; None of a policy.
        accuracy: on the validation images; of a policy what the best earns so far.
        density: share of weights that are kept.
    """

    stage: str
    epoch: int
    epochs: int
    loss: float | None
    accuracy: float
    density: float


Report = Callable[[Progress], None]


@dataclass
class Fitted:
    """What a training leaves behind.

    Attributes:
        steps: of the optimiser.
        best_epoch: the first one with the best validation accuracy, 0 = before the first.
        checkpoints: values after every epoch, the first one before any; only where asked for.
    """

    steps: int = 0
    best_epoch: int = 0
    checkpoints: list[Layers] = field(default_factory=list)


@dataclass(frozen=True)
class Plan:
    """One training of a model.

    Attributes:
        training: batch, optimiser, rates.
        stage: for reports.
        epochs: of the whole schedule.
        first_epoch: where in the schedule it starts; the learning rate goes on from there.
        finetunes: whether the learning rate is that of `finetune`.
        keep_checkpoints: whether every epoch's values are kept.
        before_step: called with the number of the step, before it is made.
        patient_from: the first epoch whose accuracy counts for stopping early.
    """

    training: Training
    stage: str
    epochs: int
    first_epoch: int = 0
    finetunes: bool = False
    keep_checkpoints: bool = False
    before_step: Callable[[int], None] | None = None
    patient_from: int = 0

    def rate(self, share: float) -> float:
        """Return the learning rate when this share of the schedule is over."""
        return self.training.finetuning_rate(share) if self.finetunes else self.training.rate(share)


def fit(
    model: MLP,
    train: Data,
    validation: Data,
    plan: Plan,
    generator: torch.Generator,
    report: Report | None = None,
    place: Place = NOWHERE,
) -> Fitted:
    """Train a model in place; what was kept at this place of the same training is gone on with.

    Raises:
        TrainingDiverged: the loss is no number any more.
    """
    training = plan.training
    values, first = model.values(), plan.first_epoch
    state = FitState(
        model, _optimiser(model, training), generator, first, accuracy(model, validation), first, values
    )
    if plan.keep_checkpoints:
        state.checkpoints.append(values)
    if snapshot := place.found():
        state.restore(snapshot)

    def is_over() -> bool:
        return state.epoch >= plan.epochs or bool(training.patience and state.waited >= training.patience)

    while not is_over():
        loss = _epoch(train, plan, state)
        if not torch.isfinite(torch.tensor(loss)):
            key = "finetune_rate" if plan.finetunes else "learning_rate"
            raise TrainingDiverged(
                f"{plan.stage}: the loss of epoch {state.epoch + 1} is {loss}; try a lower training.{key} "
                f"than {plan.rate(0.0):g}"
            )
        steps, score = -(-len(train) // training.batch_size), accuracy(model, validation)
        keep_best, anew = training.patience is not None, state.epoch < plan.patient_from
        state.count_epoch(score, steps, keep_best, plan.keep_checkpoints, anew)
        if report is not None:
            report(Progress(plan.stage, state.epoch, plan.epochs, loss, score, density_of(model)))
        over = is_over()
        place.keep(partial(state.snapshot, over), over)
    if training.patience:
        model.load(state.best_values)
    return Fitted(state.steps, state.best_epoch, state.checkpoints)


def _epoch(train: Data, plan: Plan, state: FitState) -> float:
    """Go through all training images once; return their mean loss."""
    model, optimiser, size = state.model, state.optimiser, plan.training.batch_size
    order = torch.randperm(len(train), generator=state.generator)
    steps = -(-len(order) // size)
    total = torch.zeros(())
    for k in range(steps):
        step = state.epoch * steps + k
        if plan.before_step is not None:
            plan.before_step(step)
        optimiser.param_groups[0]["lr"] = plan.rate(step / (plan.epochs * steps))
        which = order[k * size : (k + 1) * size]
        loss = nn.functional.cross_entropy(model(train.images[which]), train.labels[which])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        total += loss.detach() * len(which)
    return float(total) / len(order)


def _optimiser(model: MLP, training: Training) -> torch.optim.Optimizer:
    if training.optimizer == "adam":
        return torch.optim.Adam(
            model.parameters(), training.learning_rate, weight_decay=training.weight_decay, fused=True
        )
    return torch.optim.SGD(
        model.parameters(),
        training.learning_rate,
        momentum=training.momentum,
        weight_decay=training.weight_decay,
    )


@torch.no_grad()
def accuracy(model: MLP, data: Data) -> float:
    """Share of images whose largest output, the first of equals, is that of their class."""
    return float((_answers(model, data.images) == data.labels).double().mean())


def density_of(model: MLP) -> float:
    """Share of weights that are kept."""
    masks = model.weight_masks()
    return sum(int(mask.sum()) for mask in masks) / sum(mask.numel() for mask in masks)


def tensors(split: Split) -> Data:
    """Return a split as tensors, float32."""
    return Data(torch.tensor(split.images), torch.tensor(split.labels))


def sizes_of(task: ClassificationTask, hidden: tuple[int, ...]) -> tuple[int, ...]:
    """Inputs, hidden neurons of each layer, classes."""
    return (task.n_inputs, *hidden, task.n_outputs)


def _answers(model: MLP, images: Tensor) -> Tensor:
    return model(images).argmax(1)
