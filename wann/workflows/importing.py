"""Import: a network of the original release as a network file."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from wann.config import Config
from wann.errors import GenomeError
from wann.genome.release import read_release, read_release_weights
from wann.judging.shared_weights import LARGEST_WEIGHT
from wann.network.plan import compile_genome
from wann.records.network.file import NetworkFile
from wann.workflows.build import build_task

_MOST_BYTES = 100 * 1024 * 1024


def import_release(
    path: str | Path, config: Config, weights: str | Path | None = None, offset_from: float = 0.0
) -> NetworkFile:
    """Read a connection matrix of the original release, and weights of its connections where they are given.

    Args:
        path: the matrix, a `.out` file (see `wann.genome.release`).
        config: its `task` says how many inputs and outputs there are; its shared weights are those by which
            `wann test` judges the network.
        weights: a JSON file, `[weights, score]`.
        offset_from: the shared weight that those weights are distances from; 0: they are the weights.

    Raises:
        GenomeError: a file cannot be read, or does not fit the task or the other file.
        TaskError: the task cannot be built.
    """
    if not abs(offset_from) <= LARGEST_WEIGHT:
        raise GenomeError(
            f"--offset-from: expected a number within +-{LARGEST_WEIGHT:g}, got {offset_from:g}"
        )
    path, matrix = Path(path), _text(Path(path))
    task = build_task(config.task)
    try:
        genome = read_release(matrix, task.n_inputs, task.n_outputs)
    except GenomeError as error:
        raise GenomeError(f"{path}: {error}") from error
    values, source = None, {}
    if weights is not None:
        text = _text(Path(weights))
        try:
            values = read_release_weights(text, int(genome.enabled.sum()), offset_from)
        except GenomeError as error:
            raise GenomeError(f"{weights}: {error}") from error
        source = {"weights_from": Path(weights).name, "offset_from": offset_from}
    network = compile_genome(genome)
    return NetworkFile(
        task=config.task,
        genome=genome,
        weights=values,
        provenance={
            "made_by": f"wann {version('wann')}",
            "imported_from": path.name,
            **source,
            "shared_weights": list(config.evaluation.shared_weights),
            "connections": network.n_connections,
            "nodes": network.n_nodes,
        },
    )


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise GenomeError(f"{path}: larger than {_MOST_BYTES >> 20} MiB; not a network of the release")
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise GenomeError(f"{path}: cannot be read ({error.strerror or error})") from error
    except ValueError as error:
        raise GenomeError(f"{path}: cannot be read (it is no text)") from error
