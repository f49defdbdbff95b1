"""Test: a network file or a run's champion through the regimes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wann.config import Config
from wann.errors import EvaluationError
from wann.evaluation.pools import make_pool
from wann.evaluation.regimes import Judgement, held_out, judge
from wann.network.network import Network
from wann.records.find import find_network
from wann.tasks.task import AnyTask
from wann.workflows.build import build_task, plan_network

SEARCH_WEIGHTS = (-2.0, -1.0, -0.5, 0.5, 1.0, 2.0)


@dataclass(frozen=True)
class TestReport:
    """A judgement with the network that it is about."""

    __test__ = False  # not a test case, whatever its name

    task: AnyTask
    network: Network
    judgement: Judgement

    @property
    def search_mean(self) -> float:
        """Mean return over the search's shared weights."""
        return self.judgement.search_mean

    def to_json(self) -> dict[str, Any]:
        """The object that `wann test --json` prints; NaN becomes null."""
        j = self.judgement
        return {
            "task": self.task.name,
            "episodes": j.episodes,
            "connections": self.network.n_connections,
            "nodes": self.network.n_nodes,
            "search_weights": {"mean": j.search_mean, "per_weight": {repr(w): m for w, m in j.per_weight}},
            "random_weights": {"mean": j.random_weights.mean, "std": j.random_weights.std},
            "random_shared_weight": {
                "mean": j.shared_mean,
                "std_over_weights": j.shared_std_over_weights,
                "std_over_episodes": j.shared_std_over_episodes,
            },
            "tuned_shared_weight": {"weight": j.tuned_weight, "mean": j.tuned.mean, "std": j.tuned.std},
        }


def test(
    target: str | Path,
    config: Config | None = None,
    episodes: int = 100,
    seed: int = 0,
    workers: int | None = None,
    shared_weights: Sequence[float] | None = None,
) -> TestReport:
    """Put a run's champion or a network file through regimes 1 to 3.

    Args:
        target: `latest`, a run folder or a network file.
        config: judge it on this config's task and weights instead of its own.
        episodes: test episodes.
        seed: of the test episodes; the same for every network that is to be compared.
        workers: threads or processes; None for every core.
        shared_weights: the weights of the first figure; None for the config's, else the paper's six.

    Raises:
        WannError: there is no such network, or it does not fit the task.
    """
    if episodes < 1 or seed < 0:
        raise EvaluationError(f"test: expected episodes >= 1 and seed >= 0, got {episodes} and {seed}")
    file, path = find_network(target)
    task = build_task(config.task if config else file.task)
    network = plan_network(file, task, path)
    weights = shared_weights
    if weights is None:
        own = file.provenance.get("shared_weights", SEARCH_WEIGHTS)
        weights = config.evaluation.shared_weights if config else own
    with make_pool(task, "local", workers) as pool:
        return TestReport(task, network, judge(pool, network, [float(w) for w in weights], episodes, seed))


def glance(target: str | Path, episodes: int = 100, seed: int = 0) -> tuple[tuple[float, float], ...]:
    """Return (shared weight, mean held-out return) for the search's weights alone: quick on any task."""
    file, path = find_network(target)
    task = build_task(file.task)
    weights = file.provenance.get("shared_weights") or SEARCH_WEIGHTS
    with make_pool(task) as pool:
        return held_out(pool, plan_network(file, task, path), weights, episodes, seed)
