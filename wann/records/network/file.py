"""The one schema of a network on disk: champion.json, genome files, tuned and pruned networks.

`{schema, task, genome, shared_weight, weights, provenance}`. Each weight stands in the row of its connection.
Files of version 1, which have a list of numbers as `weights`, are read still.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from wann.activations import CLAMP
from wann.config import TaskConfig
from wann.errors import ConfigError, GenomeError
from wann.genome.gene_weights import GeneWeights
from wann.genome.genome import Genome
from wann.genome.serial import genome_from_json, genome_to_json
from wann.network import order
from wann.network.network import Network
from wann.records.network.rows import IN_ROWS, is_finite, is_weight, put_weights, take_weights
from wann.records.storage.files import write_json_rows

SCHEMA = "wann-network/2"
_FORMER = "wann-network/1"
_MOST_BYTES = 100 * 1024 * 1024


@dataclass(frozen=True, eq=False)
class NetworkFile:
    """A genome with the task it is for, weights where there are any, and where it comes from.

    Attributes:
        task: what the network is for.
        genome: the topology.
        shared_weight: the one weight that it is known to do well with, or None.
        weights: one for each enabled connection, in the genome's order, or None. A network has its
            connections in another order: `connection_weights` and `with_weights` go from one to the other.
        provenance: where it comes from.

    Raises:
        GenomeError: the weights are not those of the genome.
    """

    task: TaskConfig
    genome: Genome
    shared_weight: float | None = None
    weights: np.ndarray | None = None
    provenance: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.weights is not None:
            object.__setattr__(self, "weights", GeneWeights.of(self.genome, self.weights))

    def connection_weights(self, network: Network) -> np.ndarray | None:
        """`(1, C)` weights in the network's connection order, or None.

        Raises:
            GenomeError: it is not the network of this genome.
        """
        if not isinstance(self.weights, GeneWeights):
            return None
        return order.connection_weights(self.genome, network, self.weights)

    def with_weights(
        self, network: Network, weights: np.ndarray, shared_weight: float | None, provenance: dict[str, Any]
    ) -> NetworkFile:
        """This genome with `(C,)` weights of its network, in the network's order.

        Connections that play no part get `shared_weight`, or 0.

        Raises:
            GenomeError: it is not the network of this genome, or the weights are not the network's.
        """
        of_all = order.gene_weights(self.genome, network, weights, shared_weight or 0.0)
        return NetworkFile(self.task, self.genome, shared_weight, of_all, provenance)

    def to_json(self) -> dict[str, Any]:
        """Return the object that the file holds."""
        genome = genome_to_json(self.genome)
        return {
            "schema": SCHEMA,
            "task": self.task.to_json(exclude_none=True),
            "genome": genome if self.weights is None else put_weights(genome, self.weights),
            "shared_weight": self.shared_weight,
            "weights": None if self.weights is None else IN_ROWS,
            "provenance": self.provenance,
        }

    def save(self, path: Path) -> None:
        """Write the file atomically."""
        write_json_rows(path, self.to_json())

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
        if not isinstance(data, dict) or data.get("schema") not in (SCHEMA, _FORMER):
            got = data.get("schema") if isinstance(data, dict) else type(data).__name__
            raise GenomeError(f"schema: expected '{SCHEMA}' or '{_FORMER}', got {got!r:.60}{_newer(got)}")
        try:
            task = TaskConfig.model_validate(data.get("task"))
        except ValidationError as error:
            fault = error.errors()[0]
            where = ".".join(["task", *map(str, fault["loc"])])
            raise GenomeError(f"{where}: {fault['msg']}, got {fault['input']!r}") from error
        genome, weights = _genome(data)
        shared = data.get("shared_weight")
        if shared is not None and not is_finite(shared):
            raise GenomeError(f"shared_weight: expected a finite number or null, got {shared!r}")
        provenance = data.get("provenance") or {}
        if not isinstance(provenance, dict):
            raise GenomeError(f"provenance: expected an object, got {type(provenance).__name__}")
        tried = provenance.get("shared_weights", [1.0])
        if not isinstance(tried, list) or not tried or not all(is_finite(value) for value in tried):
            raise GenomeError(f"provenance.shared_weights: expected a list of finite numbers, got {tried!r}")
        return cls(task, genome, None if shared is None else float(shared), weights, provenance)


def _genome(data: dict[str, Any]) -> tuple[Genome, np.ndarray | None]:
    """The genome, and the weights of its enabled connections."""
    if data["schema"] == SCHEMA:
        rows, weights = take_weights(data.get("genome"), data.get("weights"))
        return genome_from_json(rows), None if weights is None else np.array(weights, np.float64)
    genome = genome_from_json(data.get("genome"))
    weights = data.get("weights")
    return genome, None if weights is None else _listed(weights, int(genome.enabled.sum()))


def _listed(values: Any, expected: int) -> np.ndarray:
    """The weights of a file of version 1."""
    if not isinstance(values, list) or not all(map(is_weight, values)):
        raise GenomeError(f"weights: expected a list of finite numbers, none beyond +-{CLAMP:g}, or null")
    if len(values) != expected:
        raise GenomeError(f"weights: expected {expected}, one per enabled connection, got {len(values)}")
    return np.array(values, np.float64)


def _newer(schema: Any) -> str:
    """The cure, where a file is of a version that is not known yet."""
    name, number = SCHEMA.split("/")
    later = re.fullmatch(rf"{name}/(\d{{1,9}})", schema) if isinstance(schema, str) else None
    return "; it needs a later version of wann" if later and int(later[1]) > int(number) else ""
