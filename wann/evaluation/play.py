"""Play networks on lanes in this process: the one function that every worker runs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wann.errors import EvaluationError
from wann.evaluation.lanes import Candidate, Evaluation, Lanes
from wann.evaluation.players.classify import classify, prepare_classifier
from wann.evaluation.players.rollout import play_compiled, prepare_rollout
from wann.evaluation.players.stepped.play import play_stepped
from wann.network.network import Networks
from wann.network.single import decide_kernel
from wann.tasks.classification import ClassificationTask
from wann.tasks.environments.initial_states import initial_states
from wann.tasks.task import AnyTask


@dataclass(frozen=True, eq=False)
class Play:
    """`(P, L)` returns (NaN = failed) and steps, the first failure's traceback, `(P, L)` accuracy or None."""

    returns: np.ndarray
    steps: np.ndarray
    error: str | None = None
    accuracy: np.ndarray | None = None


def play(task: AnyTask, networks: Networks, weights: np.ndarray, lanes: Lanes, reuse: bool = False) -> Play:
    """Play every lane with every network; `weights` is `(W, 1)`, or `(W, C)` for a single network.

    With `reuse`, an environment that is stepped is used again for the next episode.

    Raises:
        EvaluationError: networks, weights and lanes do not fit the task or each other.
    """
    check_fit(task, networks, weights, lanes)
    if isinstance(task, ClassificationTask):
        returns, images, accuracy = classify(task, networks, weights, lanes)
        return Play(returns, images, accuracy=accuracy)
    if task.compiled:
        states = initial_states(task, lanes.episode_seed)
        return Play(*play_compiled(task, networks, weights, lanes, states))
    parts = [play_stepped(task, network, weights, lanes, reuse) for network in networks]
    return Play(
        np.array([returns for returns, _, _ in parts]),
        np.array([steps for _, steps, _ in parts]),
        next((error for _, _, error in parts if error), None),
    )


def check_fit(task: AnyTask, networks: Networks, weights: np.ndarray, lanes: Lanes) -> None:
    """Kernels do not look at bounds: whatever could take them outside their arrays is refused here.

    Raises:
        EvaluationError: networks, weights and lanes do not fit the task or each other.
    """
    sizes, needed = (networks.n_inputs, networks.n_outputs), (task.n_inputs, task.n_outputs)
    if sizes != needed:
        raise EvaluationError(f"{task.name}: expected networks with {needed} inputs and outputs, got {sizes}")
    rows, seeds = np.asarray(lanes.weight_row), np.asarray(lanes.episode_seed)
    if rows.shape != seeds.shape or rows.ndim != 1:
        raise EvaluationError(
            f"lanes: expected as many weight rows as seeds, got {rows.shape}, {seeds.shape}"
        )
    if rows.size and not 0 <= rows.min() <= rows.max() < len(weights):
        raise EvaluationError(f"lanes: weight rows must lie in 0..{len(weights) - 1}, got {rows.max()}")
    if rows.size and seeds.min() < 0:
        raise EvaluationError(f"lanes: episode seeds must not be negative, got {seeds.min()}")
    if weights.shape[1] != 1 and (len(networks) != 1 or weights.shape[1] != networks.n_connections[0]):
        raise EvaluationError(f"weights: expected (W, 1), or (W, C) for one network, got {weights.shape}")
    if not np.isfinite(weights).all():
        raise EvaluationError("weights: must be finite")


def evaluate(task: AnyTask, candidate: Candidate, lanes: Lanes) -> Evaluation:
    """Evaluate one candidate on explicit lanes, serially: the reference for every pool.

    The result depends on the candidate, the task and the lanes alone.
    """
    result = play(task, Networks.of(candidate.network), candidate.weights, lanes)
    return as_evaluation(lanes, result)


def prepare(task: AnyTask, n_lanes: int) -> None:
    """Compile, or find in the cache, what `n_lanes` of a task need: before workers all try to at once."""
    if isinstance(task, ClassificationTask):
        prepare_classifier()
    elif task.compiled:
        prepare_rollout(task, n_lanes)
    else:
        decide_kernel()


def least_lanes(task: AnyTask) -> int:
    """Lanes of one network that are worth a chunk: a block, a few episodes, or a single batch of images."""
    if isinstance(task, ClassificationTask):
        return 1
    return 24 if task.compiled else 4


def as_evaluation(lanes: Lanes, played: Play) -> Evaluation:
    """Return what one candidate's play says."""
    metrics = {"steps": played.steps[0]}
    if played.accuracy is not None:
        metrics["accuracy"] = played.accuracy[0]
    return Evaluation(lanes, played.returns[0], metrics, played.error)
