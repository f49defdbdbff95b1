"""Configs: YAML files that say what to search for and how.

The only package that imports yaml. Models (`models.py`) hold keys, bounds and defaults; everything else
(messages, the page in docs/) is read from them.
"""

from __future__ import annotations

from wann.config.keys import describe_keys
from wann.config.loading import (
    config_hash,
    dump_config,
    is_config,
    load_config,
    override,
    parse_config,
    rooted,
)
from wann.config.mapping import config_of
from wann.config.models import (
    Config,
    EvaluationConfig,
    MutationConfig,
    RunConfig,
    SearchConfig,
    TaskConfig,
    TopologyConfig,
)
from wann.config.prune_models import PruneConfig, RecipeConfig, StageConfig
from wann.config.pruning import load_prune_config, parse_prune_config

__all__ = [
    "Config",
    "EvaluationConfig",
    "MutationConfig",
    "PruneConfig",
    "RecipeConfig",
    "RunConfig",
    "SearchConfig",
    "StageConfig",
    "TaskConfig",
    "TopologyConfig",
    "config_hash",
    "config_of",
    "describe_keys",
    "dump_config",
    "is_config",
    "load_config",
    "load_prune_config",
    "override",
    "parse_config",
    "parse_prune_config",
    "rooted",
]
