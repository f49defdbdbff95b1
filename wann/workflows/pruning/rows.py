"""What is recorded of a cell: its figures, and its network as a file like any other."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from wann.config import PruneConfig, config_hash
from wann.records.cells.row import DENSE, CellRow
from wann.records.network.file import NetworkFile
from wann.workflows.pruning.plan import Cell, definition, dense_name

if TYPE_CHECKING:
    from wann.pruning.cell import CellResult, DenseNet

Facts = Mapping[str, Sequence[str]]


def cell_files(
    cell: Cell, result: CellResult, config: PruneConfig, facts: Facts
) -> tuple[CellRow, NetworkFile]:
    """Return the row and the network of a finished cell; `facts` is what networks tell of their data."""
    row = CellRow(
        cell=cell.name,
        recipe=cell.recipe.name,
        density=result.density,
        wanted=cell.wanted,
        seed=cell.seed,
        score_before=_known(result.score_before.test),
        score=result.score.test,
        validation_score=result.score.validation,
        dense_score=result.dense_score.test,
        connections=result.connections,
        effective_connections=result.effective_connections,
        density_per_layer=list(result.density_per_layer),
        compression=result.compression,
        speedup=result.speedup,
        neurons_alive=list(result.neurons_alive),
        training_steps=result.training_steps,
        seconds=result.seconds,
        definition=definition(cell.recipe),
        network=f"networks/{cell.name}.json",
        env_steps=result.env_steps,
    )
    return row, _network(row, result.layers, config, facts)


def dense_files(dense: DenseNet, config: PruneConfig, facts: Facts) -> tuple[CellRow, NetworkFile]:
    """Return the row and the network of a seed's dense network."""
    from wann.pruning.masks.simplify import count

    name, counts = dense_name(dense.seed), count(dense.layers, dense.activation)
    row = CellRow(
        cell=name,
        recipe=DENSE,
        density=1.0,
        wanted=None,
        seed=dense.seed,
        score_before=None,
        score=dense.score.test,
        validation_score=dense.score.validation,
        dense_score=dense.score.test,
        connections=counts.connections,
        effective_connections=counts.effective_connections,
        density_per_layer=list(counts.density_per_layer),
        compression=counts.compression,
        speedup=counts.speedup,
        neurons_alive=list(counts.neurons_alive),
        training_steps=dense.steps,
        seconds=dense.seconds,
        definition={},
        network=f"networks/{name}.json",
        env_steps=dense.env_steps,
    )
    return row, _network(row, dense.layers, config, facts)


def _network(row: CellRow, layers: Any, config: PruneConfig, facts: Facts) -> NetworkFile:
    from wann.pruning.model.bridge import to_network_file_parts

    output = config.task.output_activation
    genome, weights = to_network_file_parts(layers, config.model.activation, output)
    figures = ("cell", "recipe", "density", "seed", "score", "validation_score")
    provenance = {
        "made_by": f"wann {version('wann')}",
        "config_hash": config_hash(config),
        **{name: getattr(row, name) for name in figures},
        "connections": row.effective_connections,
        **facts,
    }
    if row.env_steps is not None:
        provenance["env_steps"] = row.env_steps
    return NetworkFile(config.task, genome, None, weights, provenance)


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
