"""Classification: a data set as a task, whose episodes are batches of images."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from wann.errors import TaskError
from wann.seeding import Purpose, purpose_of
from wann.tasks.datasets import DATASETS, NONE, Dataset, Split, load
from wann.tasks.datasets.sizes import CURE, unlike_sizes

BATCH_SIZE = 1000


@dataclass(frozen=True, eq=False)
class ClassificationTask:
    """A data set with what the search needs to know of it; it takes the place of a `Task`.

    The episode seed of a lane names its images: a `search` seed a fresh random batch of the training images,
    a `select` or `tune` seed all validation images, a `test` seed all test images. A lane's return is minus
    the mean cross-entropy, its steps are the images it saw.

    Attributes:
        data: the three splits.
        batch_size: images of a search batch.
        output_activation: the activation of every output node.
        failure_return: never used, as nothing fails here.
    """

    data: Dataset
    batch_size: int = BATCH_SIZE
    output_activation: str = "linear"
    failure_return: float | None = None
    compiled: bool = True

    @property
    def name(self) -> str:
        """The data set's name."""
        return self.data.name

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the inputs."""
        return self.data.inputs

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of the classes."""
        return self.data.classes

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of the data, a line each."""
        unlike = unlike_sizes(self.data)
        return (*self.data.notes, *([f"{unlike}; {CURE}"] if unlike else []))

    @property
    def facts(self) -> dict[str, tuple[str, ...]]:
        """What a network's file tells of data that may change under it: names of classes, and of columns."""
        if self.data.name in DATASETS:
            return {}
        return {"classes": self.outputs} | ({} if self.data.shape else {"inputs": self.inputs})

    @property
    def n_inputs(self) -> int:
        """Numbers of an image."""
        return len(self.data.inputs)

    @property
    def n_outputs(self) -> int:
        """Classes."""
        return len(self.data.classes)

    @property
    def n_bytes(self) -> int:
        """Bytes of all images, which every worker gets."""
        splits = (self.data.train, self.data.validation, self.data.test)
        return sum(split.images.nbytes + split.labels.nbytes for split in splits)


def make_classification(
    dataset: str,
    *,
    label: str | None = None,
    batch_size: int = BATCH_SIZE,
    output_activation: str = "linear",
    failure_return: float | None = None,
    scale: str = NONE,
) -> ClassificationTask:
    """Build the task of a data set: a known name, or the path of an .npz file or a table.

    `label` names a table's column of classes, `scale` is what is done to the inputs, as in `datasets.load`.
    A batch is at most all training images.

    Raises:
        UnknownDataset, DataError: why it cannot be built.
    """
    data = load(dataset, label=label, scale=scale)
    if len(data.classes) < 2:
        raise TaskError(f"{dataset}: expected at least 2 classes, got {len(data.classes)}")
    batch_size = min(batch_size, len(data.train))
    return ClassificationTask(data, batch_size, output_activation, failure_return)


@lru_cache(maxsize=8)
def batch(task: ClassificationTask, seed: int) -> Split:
    """Return the images that an episode seed stands for."""
    purpose = purpose_of(seed)
    if purpose == Purpose.TEST:
        return task.data.test
    if purpose in (Purpose.SELECT, Purpose.TUNE):
        return task.data.validation
    rng = np.random.Generator(np.random.PCG64(seed))
    chosen = rng.choice(len(task.data.train), task.batch_size, replace=False)
    return Split(task.data.train.images[chosen], task.data.train.labels[chosen])
