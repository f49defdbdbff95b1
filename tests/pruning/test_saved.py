"""Trainings that are stopped, again and again, end with the bits that they would have had."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from wann.pruning.cell import prune_cell, train_dense
from wann.pruning.learners.evolving import PolicyTraining
from wann.pruning.learners.training import Training
from wann.pruning.recipe.presets import PRESETS
from wann.tasks.environments.environment import make_task

HIDDEN = (8, 6)
TRAINING = Training(epochs=5, batch_size=20, learning_rate=0.02, round_epochs=2)
POLICY = PolicyTraining(iterations=12, population=4, episodes=1, round_iterations=3)


class Stopped(Exception):
    """The process is gone."""


class Memory:
    """Keeps everything, as plain arrays, and forgets which training comes next when it is begun anew."""

    def __init__(self) -> None:
        self.kept: dict[int, tuple] = {}
        self.given = 0

    def next(self):
        self.given += 1
        return Slot(self.kept, self.given)

    def begin_anew(self) -> None:
        self.given = 0


class Slot:
    def __init__(self, kept, number) -> None:
        self.kept, self.number = kept, number

    def found(self):
        return self.kept.get(self.number)

    def keep(self, snapshot, over) -> None:
        arrays, numbers = snapshot()
        self.kept[self.number] = {name: np.array(array) for name, array in arrays.items()}, dict(numbers)


def until_it_is_done(work, most=200):
    """Do `work(progress, saved)`, which is stopped at the second report of each attempt."""
    memory, stops = Memory(), 0
    while True:
        memory.begin_anew()
        reports = iter(range(2))

        def progress(now, left=reports):
            if next(left, None) == 1:
                raise Stopped

        try:
            return work(progress, memory), stops
        except Stopped:
            stops += 1
            assert stops < most


def same(one, other):
    pairs = [pair for layers in zip(one, other, strict=True) for pair in zip(*layers, strict=True)]
    return all(np.array_equal(a, b) for a, b in pairs)


@pytest.fixture(scope="module")
def dense(task):
    return train_dense(task, HIDDEN, "relu", 0, TRAINING)


CHAIN = dataclasses.replace(
    PRESETS["snip"],
    until=0.7,
    then=(
        dataclasses.replace(PRESETS["gradual"], until=0.5),
        dataclasses.replace(PRESETS["lr-rewind"], level=0.3),
        dataclasses.replace(PRESETS["weight-rewind"], level=0.5),
    ),
)


@pytest.mark.parametrize(
    "training",
    [
        TRAINING,
        dataclasses.replace(TRAINING, optimizer="sgd", weight_decay=1e-3, schedule="steps"),
        dataclasses.replace(TRAINING, epochs=15, patience=2),
    ],
    ids=["adam", "sgd", "patience"],
)
@pytest.mark.parametrize("recipe", ["magnitude", "han", "gradual", "obs", "snip", "l1", CHAIN], ids=str)
def test_a_cell_that_is_stopped_at_every_other_epoch(task, recipe, training):
    recipe = PRESETS[recipe] if isinstance(recipe, str) else recipe
    net = train_dense(task, HIDDEN, "relu", 0, training)
    whole = prune_cell(task, HIDDEN, "relu", recipe, 0.3, 0, training, net)

    def work(progress, saved):
        return prune_cell(task, HIDDEN, "relu", recipe, 0.3, 0, training, net, progress, saved)

    again, stops = until_it_is_done(work)
    assert stops
    assert same(again.layers, whole.layers)
    assert dataclasses.asdict(again.score_before) == dataclasses.asdict(whole.score_before)
    assert again.training_steps == whole.training_steps


def test_a_dense_network_with_its_history(task, dense):
    def work(progress, saved):
        return train_dense(task, HIDDEN, "relu", 0, TRAINING, progress, saved)

    again, stops = until_it_is_done(work)
    assert stops > 1
    assert all(same(*pair) for pair in zip(again.checkpoints, dense.checkpoints, strict=True))
    assert same(again.layers, dense.layers)
    assert (again.best_epoch, again.steps, again.score) == (dense.best_epoch, dense.steps, dense.score)


def test_policies():
    control = make_task("CartPole-v1", max_episode_steps=200)
    dense = train_dense(control, (4,), "tanh", 0, POLICY)

    def train(progress, saved):
        return train_dense(control, (4,), "tanh", 0, POLICY, progress, saved)

    again, stops = until_it_is_done(train)
    assert stops > 1
    assert same(again.layers, dense.layers)
    assert (again.score, again.env_steps) == (dense.score, dense.env_steps)

    def prune(progress=None, saved=None):
        return prune_cell(control, (4,), "tanh", PRESETS["obd"], 0.5, 0, POLICY, dense, progress, saved)

    whole, (again, stops) = prune(), until_it_is_done(prune)
    assert stops > 1
    assert same(again.layers, whole.layers)
    assert (again.score, again.env_steps) == (whole.score, whole.env_steps)
