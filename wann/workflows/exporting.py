"""From a network file to what `wann.export` writes."""

from __future__ import annotations

from pathlib import Path

from wann.config import TaskConfig
from wann.errors import TaskError
from wann.export.network_export import DOUBLE, NetworkExport
from wann.network.plan import compile_genome
from wann.records.network.file import NetworkFile
from wann.tasks.classification import ClassificationTask
from wann.tasks.datasets import NONE, Dataset
from wann.workflows.build import build_task, plan_network
from wann.workflows.origin import changes_of


def to_export(
    file: NetworkFile, path: Path, name: str, number: str = DOUBLE
) -> tuple[NetworkExport, str | None, list[str]]:
    """Return a network with all that is known of it, a note where its task's names are not, and changes.

    Changes are a line for each thing of the task that is not as it was when the network's run was made.

    Args:
        file, path: the network file, and where it lies.
        name: what functions, classes and the graph are named after.
        number: what the written file computes with.

    Raises:
        GenomeError: the network does not fit its task.
    """
    changed: list[str] = []
    try:
        task = build_task(file.task)
        plan, inputs, outputs, note = plan_network(file, task, path), task.inputs, task.outputs, None
        changed = changes_of(path, file.task, task)
        classifies = isinstance(task, ClassificationTask)
        image, scale = (task.data.shape, _scale_of(task.data)) if classifies else (None, None)
    except TaskError as error:
        # a topology can be looked at where its environment is not installed
        image, scale = None, None if file.task.scale == NONE else _unknown_scale(file.task)
        plan, note = compile_genome(file.genome), f"inputs and outputs are only numbered: {error}"
        inputs = tuple(f"observation {k}" for k in range(plan.n_inputs))
        outputs = tuple(f"action {k}" for k in range(plan.n_outputs))
    export = NetworkExport(
        network=plan,
        input_names=inputs,
        output_names=outputs,
        weights=file.connection_weights(plan),
        shared_weight=file.shared_weight,
        task=file.task.env or file.task.dataset,
        name=name,
        provenance=file.provenance,
        number=number,
        image=image,
        scale=scale,
    )
    return export, note, changed


def _scale_of(data: Dataset) -> str | None:
    """How inputs are to be scaled for a network: one centre and spread for an image, else one a column."""
    if data.scaling is None:
        return None
    centre, spread = data.scaling.centre.tolist(), data.scaling.spread.tolist()
    if data.shape is not None:
        return f"give each input x as (x - {centre[0]!r}) / {spread[0]!r} ({data.scaling.name})"
    parts = (f"{k} (x - {c!r}) / {s!r}" for k, (c, s) in enumerate(zip(centre, spread, strict=True)))
    return f"give inputs as ({data.scaling.name}): {', '.join(parts)}"


def _unknown_scale(section: TaskConfig) -> str:
    return f"{section.scale}, by the training data of {section.dataset}, which could not be read here"
