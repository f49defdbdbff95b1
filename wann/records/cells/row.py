"""A finished cell of `wann prune`: one recipe at one size with one seed, as files and tables hold it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import MISSING, asdict, dataclass, fields
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_type_hints

from wann.errors import RunDamaged
from wann.records.storage.files import write_atomically, write_json

SCHEMA = "wann-cell/1"
DENSE = "dense"


@dataclass(frozen=True)
class CellRow:
    """The figures of a cell.

    Attributes:
        cell: its name, unique in the run, and that of its files.
        recipe: the recipe's name, or `dense` for the network that the others are made of.
        density: share of the weights that was asked for, or found for `wanted`.
        wanted: effective connections that were asked for, None where a density was.
        seed: of everything random in it.
        score_before: test score when it was pruned, before the last retraining.
        score: test score at the end: accuracy as a fraction, or mean return over 100 `test` episodes.
        validation_score: the same on the validation images, or over 32 `select` episodes; one may choose by
            it.
        dense_score: that of the dense network of the same seed.
        connections: weights and biases that are not 0.
        effective_connections: those on a path from an input to an output.
        density_per_layer: share of the weights kept in each layer.
        compression, speedup: weights, and multiplications, of the dense network for one that is left.
        neurons_alive: hidden neurons in use, by layer.
        training_steps: minibatches, or iterations of CMA-ES, the dense training's included where the recipe
            begins with it.
        seconds: the same.
        definition: the recipe, key by key.
        network: the network's file, from the run folder on.
        env_steps: environment steps that choosing and training took, counted as `training_steps`; None for a
            data set.
    """

    cell: str
    recipe: str
    density: float
    wanted: int | None
    seed: int
    score_before: float | None
    score: float
    validation_score: float
    dense_score: float
    connections: int
    effective_connections: int
    density_per_layer: list[float]
    compression: float
    speedup: float
    neurons_alive: list[int]
    training_steps: int
    seconds: float
    definition: dict[str, Any]
    network: str
    env_steps: int | None = None

    @property
    def accuracy(self) -> bool:
        """Whether scores are accuracies, else returns."""
        return self.env_steps is None

    def save(self, path: Path) -> None:
        """Write the cell's file atomically."""
        write_json(path, {"schema": SCHEMA, **asdict(self)})

    @classmethod
    def load(cls, path: Path) -> CellRow:
        """Read a cell's file.

        Raises:
            RunDamaged: it is not one.
        """
        try:
            data = json.loads(path.read_bytes())
        except (OSError, ValueError, RecursionError) as error:
            raise RunDamaged(f"{path}: not a readable cell ({error})") from error
        if not isinstance(data, dict) or data.get("schema") != SCHEMA:
            raise RunDamaged(f"{path}: not a cell: expected the schema '{SCHEMA}'")
        values = {}
        for name, kinds in _KINDS.items():
            if name in _LATER and name not in data:
                continue
            value = data.get(name)
            if name not in data or not isinstance(value, kinds) or isinstance(value, bool):
                got = repr(value) if name in data else "nothing"
                raise RunDamaged(f"{path}: {name}: expected {kinds[0].__name__}, got {got}")
            values[name] = value
        return cls(**values)


def _kinds(hint: Any) -> tuple[type, ...]:
    """The types that JSON may hold for a field's."""
    found = []
    for kind in get_args(hint) if NoneType in get_args(hint) else (hint,):
        plain = getattr(kind, "__origin__", kind)
        found += [float, int] if plain is float else [plain]
    return tuple(found)


_KINDS = {name: _kinds(hint) for name, hint in get_type_hints(CellRow).items()}
# Fields that cells of earlier versions have not.
_LATER = tuple(field.name for field in fields(CellRow) if field.default is not MISSING)
_COLUMNS = tuple(field.name for field in fields(CellRow) if field.name not in ("definition",))
# A part of the recipe each, which the table shows after its name.
_DEFINED = ("criterion", "scope", "schedule", "retraining", "when", "control")


def write_results(path: Path, rows: Iterable[CellRow]) -> None:
    """Write the table of all cells atomically: a column a figure, lists with spaces between their items."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow([*_COLUMNS, *_DEFINED])
    for row in rows:
        cells = [_text(getattr(row, name)) for name in _COLUMNS]
        table.writerow([*cells, *(_text(row.definition.get(name)) for name in _DEFINED)])
    write_atomically(path, lambda file: file.write(text.getvalue().encode()))


def _text(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(map(_text, value))
    return "" if value is None else str(value)
