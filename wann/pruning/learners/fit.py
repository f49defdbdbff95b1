"""The training loop: bare torch on tensors that hold the whole training set."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor, nn

from wann.errors import TrainingDiverged
from wann.pruning.criteria.case import Data
from wann.pruning.learners.fit_state import FitState
from wann.pruning.learners.learner import Fitted, Plan, Progress, Report
from wann.pruning.learners.training import Training
from wann.pruning.model.mlp import MLP, density_of
from wann.pruning.saved import NOWHERE, Place


def fit(
    model: MLP,
    train: Data,
    validation: Data,
    training: Training,
    plan: Plan,
    report: Report | None = None,
    place: Place = NOWHERE,
) -> Fitted:
    """Train a model in place; what was kept at this place of the same training is gone on with.

    Raises:
        TrainingDiverged: the loss is no number any more.
    """
    generator = torch.Generator().manual_seed(plan.draw)
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
        loss = _epoch(train, training, plan, state)
        if not torch.isfinite(torch.tensor(loss)):
            key = "finetune_rate" if plan.finetunes else "learning_rate"
            raise TrainingDiverged(
                f"{plan.stage}: the loss of epoch {state.epoch + 1} is {loss}; try a lower training.{key} "
                f"than {training.rate_at(0.0, plan.finetunes):g}"
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


def _epoch(train: Data, training: Training, plan: Plan, state: FitState) -> float:
    """Go through all training images once; return their mean loss."""
    model, optimiser, size = state.model, state.optimiser, training.batch_size
    order = torch.randperm(len(train), generator=state.generator)
    steps = -(-len(order) // size)
    total = torch.zeros(())
    for k in range(steps):
        step = state.epoch * steps + k
        if plan.before_step is not None:
            plan.before_step(step)
        optimiser.param_groups[0]["lr"] = training.rate_at(step / (plan.epochs * steps), plan.finetunes)
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


def _answers(model: MLP, images: Tensor) -> Tensor:
    return model(images).argmax(1)
