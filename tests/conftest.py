"""Helpers that many tests share, as fixtures that return functions."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from wann.activations import NAMES
from wann.genome.genome import Genome
from wann.genome.initial import initial_population
from wann.genome.mutation import OPERATORS, mutate
from wann.genome.population import Population

# A shell's background job ignores Ctrl-C, and so would every process that tests interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# The operators that only add to a genome or change it.
GROWING = tuple(name for name in OPERATORS if not name.startswith("remove_"))

# Compiling a kernel for the first time takes seconds, which no deadline can tell from a slow test.
settings.register_profile(
    "wann", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("wann")


@pytest.fixture(scope="session")
def mnist() -> Path:
    """The folder of MNIST's files."""
    if "WANN_DATA_DIR" not in os.environ:
        pytest.skip("WANN_DATA_DIR is not set: it names the folder that holds mnist/")
    return Path(os.environ["WANN_DATA_DIR"]) / "mnist"


@pytest.fixture(scope="session")
def grow() -> Callable[..., Population]:
    """`grow(n_inputs, n_outputs, generations, seed)`: a population after so many mutations a line."""

    def grow(
        n_inputs: int,
        n_outputs: int,
        generations: int,
        seed: int,
        size: int = 8,
        output_activation: str = "linear",
        activations: tuple[str, ...] = NAMES,
        operators: tuple[str, ...] = GROWING,
    ) -> Population:
        rng = np.random.default_rng(seed)
        population, log = initial_population(size, n_inputs, n_outputs, 0.5, output_activation, rng)
        share = dict.fromkeys(operators, 1 / len(operators))
        for _ in range(generations):
            parents = rng.integers(0, size, size)
            population, log = mutate(population, parents, 0, rng, share, activations, log)
        return population

    return grow


@pytest.fixture(scope="session")
def random_genome() -> Callable[..., Genome]:
    """`random_genome(seed)`: any valid genome, also such as no sequence of mutations makes.

    Hidden nodes are numbered in no topological order, some have no incoming gene, genes come in any order.
    """

    def random_genome(seed: int, n_inputs: int | None = None, n_outputs: int | None = None) -> Genome:
        rng = np.random.default_rng(seed)
        n_inputs, n_outputs = n_inputs or int(rng.integers(1, 5)), n_outputs or int(rng.integers(1, 4))
        n_hidden = int(rng.integers(0, 9))
        first_output = 1 + n_inputs
        hidden = first_output + n_outputs + rng.permutation(n_hidden)
        pairs = [
            (s, t)
            for s in range(first_output)
            for t in [*hidden, *range(first_output, first_output + n_outputs)]
        ]
        for k, s in enumerate(hidden):
            pairs += [(s, t) for t in [*hidden[k + 1 :], *range(first_output, first_output + n_outputs)]]
        kept = [pairs[k] for k in rng.permutation(len(pairs)) if rng.random() < 0.5]
        source, target = zip(*kept, strict=True) if kept else ((), ())
        return Genome(
            n_inputs,
            n_outputs,
            rng.integers(0, len(NAMES), n_outputs + n_hidden),
            np.array(source, np.int32),
            np.array(target, np.int32),
            rng.random(len(kept)) < rng.uniform(0.3, 1.0),
            rng.permutation(10 * len(kept))[: len(kept)],
        )

    return random_genome


@pytest.fixture(scope="session")
def toys() -> str:
    """The name of a module that registers small environments; worker processes find it as well."""
    folder = str(Path(__file__).parent / "toys")
    if folder not in sys.path:
        sys.path.insert(0, folder)
    return "wann_toys"
