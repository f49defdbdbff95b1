"""The network file of a run's champion."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from wann.config import Config
from wann.records.network.file import NetworkFile
from wann.search.state import Champion


def champion_file(champion: Champion, config: Config, manifest: dict[str, Any]) -> NetworkFile:
    """Return what champion.json, and its copy in champions/, hold for a champion of the run."""
    from wann.network.plan import compile_genome

    network = compile_genome(champion.genome)
    return NetworkFile(
        task=config.task,
        genome=champion.genome,
        shared_weight=champion.best_weight,
        provenance={
            "made_by": f"wann {version('wann')}",
            "config": manifest["name"],
            "config_hash": manifest["config_hash"],
            "seed": config.run.seed,
            "shared_weights": list(config.evaluation.shared_weights),
            "generation": champion.generation,
            "select_mean": champion.score,
            "connections": network.n_connections,
            "nodes": network.n_nodes,
            **manifest.get("data", {}),
        },
    )
