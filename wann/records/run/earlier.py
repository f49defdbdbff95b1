"""Configs of runs that an earlier version began: what was meant where a key did not exist."""

from __future__ import annotations

from wann.config import PruneConfig
from wann.pruning.learners.training import Training


def as_begun(config: PruneConfig) -> PruneConfig:
    """Return a recorded config of `wann prune` with what its version did written out.

    A run records every key that there was. Before `finetune` had a learning rate of its own, it kept the one
    that the schedule ends with; so such a run goes on, and is told apart from others.
    """
    training = config.training
    if config.task.env is not None or "finetune_rate" in training.model_fields_set:
        return config
    rate = Training(**training.model_dump()).rate(1.0)
    begun = training.model_copy(update={"finetune_rate": rate, "finetune_schedule": "constant"})
    return config.model_copy(update={"training": begun})
