"""Small networks and data for the tests of pruning."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest
import torch

from wann.pruning.criteria.case import Case, Data, case_of
from wann.pruning.model.mlp import MLP, one_thread
from wann.tasks.classification import ClassificationTask
from wann.tasks.datasets.dataset import make_dataset


@pytest.fixture(autouse=True)
def single_thread():
    """Small networks are slow on several threads."""
    with one_thread():
        yield


@pytest.fixture(scope="session")
def task() -> ClassificationTask:
    """Three clouds of points in six dimensions."""
    rng = np.random.default_rng(0)
    labels = np.arange(360) % 3
    points = rng.normal(size=(360, 6)) + 2.0 * np.eye(6)[labels] - 2.0 * np.eye(6)[labels + 3]
    return ClassificationTask(
        make_dataset("clouds", points[:240], labels[:240], (points[240:], labels[240:]))
    )


@pytest.fixture(scope="session")
def network() -> Callable[..., MLP]:
    """`network(seed, sizes)`: an MLP in float64 with random weights and biases."""

    def network(seed: int = 0, sizes: tuple[int, ...] = (6, 5, 4, 3), activation: str = "relu") -> MLP:
        rng = np.random.default_rng(seed)
        model = MLP(sizes, activation, torch.float64)
        pairs = itertools.pairwise(sizes)
        model.load([(rng.normal(size=(n_out, n_in)), rng.normal(size=n_out)) for n_in, n_out in pairs])
        return model

    return network


@pytest.fixture(scope="session")
def data() -> Data:
    """40 images of 6 numbers in 3 classes, float64."""
    rng = np.random.default_rng(1)
    return Data(torch.tensor(rng.normal(size=(40, 6))), torch.tensor(np.arange(40) % 3))


@pytest.fixture(scope="session")
def case(network: Callable[..., MLP], data: Data) -> Callable[..., Case]:
    """`case(seed, activation, **fields)`: a network and data as a criterion gets them."""

    def case(
        seed: int = 0, activation: str = "relu", sizes: tuple[int, ...] = (6, 5, 4, 3), **fields
    ) -> Case:
        fields = {"train": data, **fields}
        return case_of(network(seed, sizes, activation), fields.pop("train"), **fields)

    return case
