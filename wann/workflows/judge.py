"""Test: a network file or a run's champion through the regimes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from wann.config import Config, TaskConfig
from wann.errors import EvaluationError
from wann.evaluation.pools.backends import make_pool
from wann.judging.judgement import REGIMES, Judgement
from wann.judging.names import check_regimes, check_trained
from wann.judging.regimes import QUICK, WHOLE, held_out, judge
from wann.judging.shared_weights import check_weights
from wann.judging.spread import Spread, Sweep
from wann.network.network import Network
from wann.records.target import find_network, resolve
from wann.tasks.classification import ClassificationTask
from wann.tasks.task import AnyTask
from wann.workflows.build import build_task, plan_network, trained_weights
from wann.workflows.origin import changes_of

SEARCH_WEIGHTS = (-2.0, -1.0, -0.5, 0.5, 1.0, 2.0)
EPISODES, QUICK_EPISODES = 100, 20


@dataclass(frozen=True)
class TestReport:
    """A judgement with the network that it is about.

    Attributes:
        tuned_file: where the trained weights of regime 4 come from, None where there are none.
        changed: a line for each thing that is not as it was when the network's run was made, its data first.
    """

    __test__ = False  # not a test case, whatever its name

    task: AnyTask
    network: Network
    judgement: Judgement
    tuned_file: Path | None = None
    changed: tuple[str, ...] = ()

    @property
    def search_mean(self) -> float:
        """Mean over the search's shared weights."""
        return self.judgement.search_mean

    @property
    def most_frequent(self) -> tuple[str, float] | None:
        """The most frequent class of the test images and its share; None without images.

        It is what a constant answer gets.
        """
        if not isinstance(self.task, ClassificationTask):
            return None
        counts = np.bincount(self.task.data.test.labels, minlength=self.task.n_outputs)
        return self.task.outputs[int(counts.argmax())], float(counts.max() / counts.sum())

    def to_json(self) -> dict[str, Any]:
        """The object that `wann test --json` prints: the regimes that were gone through; NaN becomes null.

        `low` and `high` are the 95 % confidence interval of a mean over episodes, by Student's t, or of an
        accuracy, by Wilson's score.
        """
        j = self.judgement
        left_out = {_KEYS[name] for name in REGIMES if name not in j.regimes}
        if "search" not in j.regimes:
            left_out.add("ensemble")
        whole = {
            "task": self.task.name,
            "figure": "accuracy" if j.n_images else "return",
            "episodes": j.episodes,
            **({"images": j.n_images} if j.n_images else {}),
            **({} if j.n_grid == len(WHOLE.grid) else {"quick": True, "grid_weights": j.n_grid}),
            **(
                {"most_frequent_class": dict(zip(("class", "share"), self.most_frequent, strict=True))}
                if self.most_frequent
                else {}
            ),
            "connections": self.network.n_connections,
            "nodes": self.network.n_nodes,
            "search_weights": _sweep(j.search),
            "own_weights": j.own and _sweep(j.own),
            "random_weights": _some(j.random_weights, "mean", "std"),
            "random_shared_weight": {
                "mean": j.shared_mean,
                "mean_without_zero": j.shared_mean_without_zero,
                "std_over_weights": j.shared_std_over_weights,
                "std_over_weights_without_zero": j.without_zero.std_over_weights,
                "std_over_episodes": j.shared_std_over_episodes,
            },
            "tuned_shared_weight": {"weight": j.tuned_weight, **_some(j.tuned, "mean", "std")},
            "tuned_weights": j.tuned_weights and _some(j.tuned_weights, "mean", "median", "std"),
            "signed_shared_weight": j.signed
            and {
                "mean": j.signed.shared.mean,
                "mean_without_zero": j.signed.without_zero.shared.mean,
                "std_over_weights": j.signed.std_over_weights,
                "std_over_weights_without_zero": j.signed.without_zero.std_over_weights,
                "std_over_episodes": j.signed.std_over_episodes,
            },
            "tuned_signed_shared_weight": j.signed
            and {"weight": j.signed.tuned_weight, **_some(j.signed.tuned, "mean", "std")},
            "ensemble": j.ensemble,
            **({"changed": list(self.changed)} if self.changed else {}),
        }
        return {key: value for key, value in whole.items() if key not in left_out}


_KEYS = {
    "search": "search_weights",
    "random": "random_weights",
    "random-shared": "random_shared_weight",
    "tuned-shared": "tuned_shared_weight",
    "trained": "tuned_weights",
    "signed-shared": "signed_shared_weight",
    "tuned-signed-shared": "tuned_signed_shared_weight",
}


def _sweep(sweep: Sweep) -> dict[str, Any]:
    rows = zip(sweep.weights, sweep.each, strict=True)
    return {
        "mean": sweep.mean,
        "mean_without_zero": sweep.mean_without_zero,
        "per_weight": {repr(weight): mean for weight, mean in sweep.per_weight},
        "sweep": [{"weight": weight, **_some(row, "mean", "std", "low", "high")} for weight, row in rows],
    }


def _some(spread: Spread, *names: str) -> dict[str, float]:
    return {name: getattr(spread, name) for name in names}


def test(
    target: str | Path,
    config: Config | None = None,
    episodes: int | None = None,
    seed: int = 0,
    workers: int | None = None,
    shared_weights: Sequence[float] | None = None,
    own_weights: Sequence[float] = (),
    tuned: bool = True,
    regimes: Sequence[str] | None = None,
    quick: bool = False,
) -> TestReport:
    """Put a run's champion or a network file through the regimes.

    Args:
        target: `latest`, a run folder or a network file.
        config: judge it on this config's task and weights instead of its own.
        episodes: test episodes; None for 100, or 20 in a quick judgement.
        seed: of the test episodes; the same for every network that is to be compared.
        workers: threads or processes; None for every core.
        shared_weights: the weights of the first figure; None for the config's, else the paper's six.
        own_weights: more shared weights to sweep over; one that is named twice counts once.
        tuned: whether to look for trained weights: those that `wann tune` left beside the network, else the
            file's own.
        regimes: some of `wann.judging.judgement.REGIMES`, for example `("search", "random")`; the figures
            of others are NaN. None for all that the network can be put through.
        quick: take fewer episodes and 9 shared weights in place of 81 and 401: rough figures, soon.

    Raises:
        WannError: there is no such network, or it does not fit the task, or trained weights do not fit it.
    """
    if episodes is None:
        episodes = QUICK_EPISODES if quick else EPISODES
    if episodes < 1 or seed < 0:
        raise EvaluationError(f"test: expected episodes >= 1 and seed >= 0, got {episodes} and {seed}")
    own_weights = check_weights(own_weights)
    if shared_weights is not None and not check_weights(shared_weights):
        raise EvaluationError("test: expected at least one weight in shared_weights, got none")
    asked = REGIMES if regimes is None else check_regimes(regimes)
    (target,) = resolve([target])
    file, path = find_network(target)
    task = build_task(_section(config.task, file.task) if config else file.task)
    network = plan_network(file, task, path)
    weights = shared_weights
    if weights is None:
        own = file.provenance.get("shared_weights", SEARCH_WEIGHTS)
        weights = config.evaluation.shared_weights if config else own
    changed = () if config else tuple(changes_of(path, file.task, task))
    trained, source = trained_weights(target, file, path, network) if tuned else (None, None)
    if regimes is not None and trained is None:
        check_trained(asked, target)
    effort = QUICK if quick else WHOLE
    with make_pool(task, "local", workers) as pool:
        shared = [float(weight) for weight in weights]
        found = judge(pool, network, shared, episodes, seed, own_weights, trained, asked, effort)
        return TestReport(task, network, found, source, changed)


def _section(asked: TaskConfig, own: TaskConfig) -> TaskConfig:
    """Return the section that is asked for; a network takes its inputs by the scale it was made with."""
    unsaid = asked.dataset is not None and asked.scale is None
    return asked.model_copy(update={"scale": own.scale}) if unsaid else asked


def glance(target: str | Path, episodes: int = 100, seed: int = 0) -> tuple[tuple[float, float], ...]:
    """Return (shared weight, mean held-out return) for the search's weights alone: quick on any task."""
    file, path = find_network(target)
    task = build_task(file.task)
    weights = file.provenance.get("shared_weights") or SEARCH_WEIGHTS
    with make_pool(task) as pool:
        return held_out(pool, plan_network(file, task, path), weights, episodes, seed)
