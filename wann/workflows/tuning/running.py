"""From a TuneJob to what runs: the weights that it begins with, its trainer, and the file of its result."""

from __future__ import annotations

import math
from dataclasses import replace
from importlib.metadata import version
from typing import Any

import numpy as np

from wann.errors import MissingPackage
from wann.evaluation.pools.pools import ChunkedPool
from wann.judging.regimes import TunedWeight, tune_shared_weight
from wann.records.network.file import NetworkFile
from wann.tasks.classification import ClassificationTask
from wann.training.control import ControlTrainer
from wann.training.settings import CmaSettings, GradientSettings, ReinforceSettings
from wann.training.start import random_start, shared_start
from wann.training.state import TuneState
from wann.training.trainer import Optimiser, Trainer
from wann.workflows.tuning.job import TuneJob


def begin(job: TuneJob, pool: ChunkedPool) -> tuple[Trainer, TuneState]:
    """Choose the weights to begin with; return the trainer and the state before its first iteration."""
    own = job.file.connection_weights(job.network)
    played = TunedWeight(0.0, 0, 0, 0)
    if job.start == "weights" and own is not None:
        start = own[0]
    elif job.start == "random":
        start = random_start(job.network, job.seed)
    else:
        played = tune_shared_weight(pool, job.network, job.seed)
        start = shared_start(job.network, played.weight)
    trainer = make_trainer(job, start, pool)
    state = trainer.init()
    return trainer, replace(
        state,
        evaluations=state.evaluations + played.evaluations,
        env_steps=state.env_steps + played.env_steps,
        failed=state.failed + played.failed,
    )


def make_trainer(job: TuneJob, start: np.ndarray, pool: ChunkedPool) -> Trainer:
    """Return the trainer that begins with `(C,)` weights.

    Raises:
        MissingPackage: the method needs one that is not installed.
    """
    settings, task = job.settings, job.task
    if isinstance(settings, GradientSettings) and isinstance(task, ClassificationTask):
        try:
            from wann.training.gradient import GradientTrainer
        except ImportError as error:
            raise MissingPackage(
                f"method: gradient needs a package that is not installed ({error}); try: pip install torch"
            ) from error
        data = task.data
        return GradientTrainer(job.network, start, data.train, data.validation, settings, job.seed)
    assert not isinstance(settings, GradientSettings)  # make_job has seen to it
    optimiser = _optimiser(settings, start, job.seed)
    return ControlTrainer(pool, job.network, optimiser, start, settings.episodes, job.seed)


def _optimiser(settings: CmaSettings | ReinforceSettings, start: np.ndarray, seed: int) -> Optimiser:
    if isinstance(settings, CmaSettings):
        from wann.training.cma import CmaEs

        return CmaEs(start, settings, seed)
    from wann.training.reinforce import Reinforce

    return Reinforce(start, settings, seed)


def result_file(job: TuneJob, state: TuneState) -> NetworkFile:
    """Return the network file of a tuning's result; it holds nothing that another machine's speed changes."""
    shared = round(float(state.start[0]), 6) if job.start == "shared" else job.file.shared_weight
    provenance: dict[str, Any] = {
        "made_by": f"wann {version('wann')}",
        **job.identity,
        "iterations": state.iteration,
        "evaluations": state.evaluations,
        "env_steps": state.env_steps,
        "failed": state.failed,
        "select_mean": state.score if math.isfinite(state.score) else None,
        "chosen": state.source,
        "connections": job.network.n_connections,
        "nodes": job.network.n_nodes,
        "tuned_from": job.file.provenance,
    }
    if "shared_weights" in job.file.provenance:
        provenance["shared_weights"] = job.file.provenance["shared_weights"]
    return job.file.with_weights(job.network, state.weights, shared, provenance)
