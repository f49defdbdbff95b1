"""Configs: YAML files that say what to search for and how.

The only package that imports yaml. Models (`models.py`) hold keys, bounds and defaults; everything else
(messages, the page in docs/) is read from them.
"""

from __future__ import annotations

from wann.config.keys import describe_keys
from wann.config.loading import config_hash, dump_config, is_config, load_config, override, parse_config
from wann.config.models import (
    Config,
    EvaluationConfig,
    MutationConfig,
    RunConfig,
    SearchConfig,
    TaskConfig,
    TopologyConfig,
)

__all__ = [
    "Config",
    "EvaluationConfig",
    "MutationConfig",
    "RunConfig",
    "SearchConfig",
    "TaskConfig",
    "TopologyConfig",
    "config_hash",
    "describe_keys",
    "dump_config",
    "is_config",
    "load_config",
    "override",
    "parse_config",
]
