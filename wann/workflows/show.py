"""What pictures and pages need to know of a network."""

from __future__ import annotations

from wann.export.drawing.network import Portrait, title_of
from wann.network.network import Network
from wann.records.network.file import NetworkFile
from wann.tasks.classification import ClassificationTask
from wann.tasks.task import AnyTask


def portrait_of(file: NetworkFile, task: AnyTask, plan: Network) -> Portrait:
    """Return what is drawn of a network file."""
    return Portrait(
        plan,
        tuple(task.inputs),
        tuple(task.outputs),
        file.connection_weights(plan),
        file.shared_weight,
        title_of(task.name),
        task.data.shape if isinstance(task, ClassificationTask) else None,
    )
