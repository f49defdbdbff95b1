"""Checkpoints: a SearchState in an .npz file without pickle, checked by a hash on reading."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from wann.errors import RunDamaged
from wann.genome.genome import Genome
from wann.genome.innovation import InnovationLog
from wann.genome.population import ARRAYS, Population
from wann.genome.serial import genome_from_json, genome_to_json
from wann.records.storage.arrays import load_arrays, reading, save_arrays
from wann.search.state import Champion, SearchState

FORMAT = 1


def save_checkpoint(path: Path, state: SearchState, config_hash: str) -> None:
    """Write the state atomically; `config_hash` says which run it belongs to."""
    arrays: dict[str, Any] = {name: getattr(state.population, name) for name in ARRAYS}
    arrays |= {"earned": state.earned, "episodes": state.episodes}
    save_arrays(path, arrays, _meta(state, config_hash))


def load_checkpoint(path: Path, config_hash: str) -> SearchState:
    """Read a state.

    Raises:
        RunDamaged: the file is truncated, corrupt, of another format or of another config.
    """
    with reading(path):
        arrays, meta = load_arrays(path)
        if (meta["format"], meta["config"]) != (FORMAT, config_hash):
            raise RunDamaged(
                f"{path}: written by another version or for another config.yaml "
                f"(format {meta['format']}, config {meta['config']}; expected {FORMAT}, {config_hash})"
            )
        return _state(arrays, meta)


def _meta(state: SearchState, config_hash: str) -> dict[str, Any]:
    champion = state.champion
    return {
        "format": FORMAT,
        "config": config_hash,
        "generation": state.generation,
        "n_inputs": state.population.n_inputs,
        "n_outputs": state.population.n_outputs,
        "next_id": state.log.next_id,
        "contender": _json(state.contender),
        "running_mean": state.running_mean,
        "champion": champion
        and [genome_to_json(champion.genome), champion.generation, champion.score, champion.best_weight],
        "tested": list(state.tested),
        "evaluations": state.evaluations,
        "env_steps": state.env_steps,
        "failed": state.failed,
        "seconds": state.seconds,
    }


def _json(genome: Genome | None) -> dict[str, Any] | None:
    return None if genome is None else genome_to_json(genome)


def _state(arrays: dict[str, np.ndarray], meta: dict[str, Any]) -> SearchState:
    champion = None
    if meta["champion"] is not None:
        genome, *rest = meta["champion"]
        champion = Champion(genome_from_json(genome), *rest)
    return SearchState(
        generation=meta["generation"],
        population=Population(meta["n_inputs"], meta["n_outputs"], *(arrays[name] for name in ARRAYS)),
        log=InnovationLog(meta["next_id"]),
        earned=arrays["earned"],
        episodes=arrays["episodes"],
        contender=meta["contender"] and genome_from_json(meta["contender"]),
        running_mean=meta["running_mean"],
        champion=champion,
        tested=tuple(meta["tested"]),
        evaluations=meta["evaluations"],
        env_steps=meta["env_steps"],
        failed=meta["failed"],
        seconds=meta["seconds"],
    )
