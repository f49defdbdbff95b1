"""The one schema of a network on disk: champion.json, genome files, later tuned and pruned networks.

`{schema, task, genome, shared_weight, weights, provenance}`. `weights` has one number per enabled connection
of the genome, in the file's order, or is null.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from wann.activations import CLAMP
from wann.config import TaskConfig
from wann.errors import ConfigError, GenomeError
from wann.genome.genome import Genome
from wann.genome.serial import genome_from_json, genome_to_json
from wann.network.network import Network
from wann.records.files import write_json

SCHEMA = "wann-network/1"
_MOST_BYTES = 100 * 1024 * 1024


@dataclass(frozen=True, eq=False)
class NetworkFile:
    """A genome with the task it is for, weights where there are any, and where it comes from."""

    task: TaskConfig
    genome: Genome
    shared_weight: float | None = None
    weights: np.ndarray | None = None
    provenance: dict[str, Any] = field(default_factory=dict)

    def connection_weights(self, network: Network) -> np.ndarray | None:
        """`(1, C)` weights in the network's connection order, or None."""
        if self.weights is None:
            return None
        position = np.cumsum(self.genome.enabled) - 1
        return self.weights[position[network.genes]].reshape(1, -1)

    def with_weights(
        self, network: Network, weights: np.ndarray, shared_weight: float | None, provenance: dict[str, Any]
    ) -> NetworkFile:
        """This genome with `(C,)` weights of its network.

        Connections that play no part get `shared_weight`, or 0.
        """
        position = np.cumsum(self.genome.enabled) - 1
        of_all = np.full(int(self.genome.enabled.sum()), 0.0 if shared_weight is None else shared_weight)
        of_all[position[network.genes]] = weights
        return NetworkFile(self.task, self.genome, shared_weight, of_all, provenance)

    def to_json(self) -> dict[str, Any]:
        """Return the object that the file holds."""
        return {
            "schema": SCHEMA,
            "task": self.task.to_json(exclude_none=True),
            "genome": genome_to_json(self.genome),
            "shared_weight": self.shared_weight,
            "weights": None if self.weights is None else self.weights.tolist(),
            "provenance": self.provenance,
        }

    def save(self, path: Path) -> None:
        """Write the file atomically."""
        write_json(path, self.to_json())

    @classmethod
    def load(cls, path: str | Path) -> NetworkFile:
        """Read and check a file.

        Raises:
            GenomeError: it is not a readable network file; one line says why.
        """
        path = Path(path)
        try:
            if path.stat().st_size > _MOST_BYTES:
                raise GenomeError(f"{path}: larger than {_MOST_BYTES >> 20} MiB; not a network file")
            data = json.loads(path.read_bytes())
        except (OSError, ValueError, RecursionError) as error:
            raise GenomeError(f"{path}: not a readable network file ({error})") from error
        try:
            return cls._parse(data)
        except (GenomeError, ConfigError) as error:
            raise GenomeError(f"{path}: {error}") from error

    @classmethod
    def _parse(cls, data: Any) -> NetworkFile:
        if not isinstance(data, dict) or data.get("schema") != SCHEMA:
            got = data.get("schema") if isinstance(data, dict) else type(data).__name__
            raise GenomeError(f"schema: expected '{SCHEMA}', got {got!r}")
        try:
            task = TaskConfig.model_validate(data.get("task"))
        except ValidationError as error:
            fault = error.errors()[0]
            where = ".".join(["task", *map(str, fault["loc"])])
            raise GenomeError(f"{where}: {fault['msg']}, got {fault['input']!r}") from error
        genome = genome_from_json(data.get("genome"))
        weights = data.get("weights")
        if weights is not None:
            weights = _weights(weights, int(genome.enabled.sum()))
        shared = data.get("shared_weight")
        if shared is not None and not _is_finite(shared):
            raise GenomeError(f"shared_weight: expected a finite number or null, got {shared!r}")
        provenance = data.get("provenance") or {}
        if not isinstance(provenance, dict):
            raise GenomeError(f"provenance: expected an object, got {type(provenance).__name__}")
        tried = provenance.get("shared_weights", [1.0])
        if not isinstance(tried, list) or not tried or not all(_is_finite(value) for value in tried):
            raise GenomeError(f"provenance.shared_weights: expected a list of finite numbers, got {tried!r}")
        return cls(task, genome, None if shared is None else float(shared), weights, provenance)


def _weights(values: Any, expected: int) -> np.ndarray:
    # larger ones could make a sum that is not a number
    if not isinstance(values, list) or not all(_is_finite(value) and abs(value) <= CLAMP for value in values):
        raise GenomeError(f"weights: expected a list of finite numbers, none beyond +-{CLAMP:g}, or null")
    weights = np.array(values, np.float64)
    if weights.shape != (expected,):
        raise GenomeError(f"weights: expected {expected}, one per enabled connection, got {len(values)}")
    return weights


def _is_finite(value: Any) -> bool:
    """Whether a JSON value is a number that a float can hold."""
    return type(value) in (int, float) and abs(value) <= sys.float_info.max
