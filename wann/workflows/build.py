"""From what files say to what runs: a task from its section, a network from its file."""

from __future__ import annotations

from pathlib import Path

from wann.config import TaskConfig
from wann.errors import GenomeError
from wann.network.network import Network
from wann.network.plan import compile_genome
from wann.records.network_file import NetworkFile
from wann.tasks.classification import BATCH_SIZE, make_classification
from wann.tasks.environment import make_task
from wann.tasks.task import AnyTask


def build_task(section: TaskConfig) -> AnyTask:
    """Build the task of a config's or a network file's `task` section.

    Raises:
        TaskError: it cannot be built.
    """
    if section.dataset is not None:
        return make_classification(
            section.dataset,
            batch_size=section.batch_size or BATCH_SIZE,
            output_activation=section.output_activation,
            failure_return=section.failure_return,
        )
    assert section.env is not None  # the config has one of the two
    return make_task(
        section.env,
        kwargs=section.kwargs,
        max_episode_steps=section.max_episode_steps,
        output_activation=section.output_activation,
        failure_return=section.failure_return,
        compiled=section.compiled,
    )


def plan_network(file: NetworkFile, task: AnyTask, path: Path) -> Network:
    """Plan a file's genome.

    Raises:
        GenomeError: it does not fit the task.
    """
    genome = file.genome
    if (genome.n_inputs, genome.n_outputs) != (task.n_inputs, task.n_outputs):
        raise GenomeError(
            f"{path}: has {genome.n_inputs} inputs and {genome.n_outputs} outputs, but {task.name} needs "
            f"{task.n_inputs} and {task.n_outputs}; it is for another task"
        )
    return compile_genome(genome)
