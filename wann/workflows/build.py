"""From what files say to what runs: a task from its section, a network from its file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from wann.config import TaskConfig
from wann.errors import GenomeError
from wann.network.network import Network
from wann.network.plan import compile_genome
from wann.records.network.file import NetworkFile
from wann.records.target import find_tuned
from wann.tasks.classification import BATCH_SIZE, make_classification
from wann.tasks.datasets.named import DATASETS, load
from wann.tasks.datasets.scaling import NONE
from wann.tasks.datasets.sizes import unlike_sizes
from wann.tasks.environments.environment import make_task
from wann.tasks.task import AnyTask


def build_task(section: TaskConfig) -> AnyTask:
    """Build the task of a config's or a network file's `task` section.

    Raises:
        TaskError: it cannot be built.
    """
    if section.dataset is not None:
        return make_classification(
            section.dataset,
            label=section.label,
            batch_size=section.batch_size or BATCH_SIZE,
            output_activation=section.output_activation,
            failure_return=section.failure_return,
            scale=section.scale or NONE,
        )
    assert section.env is not None  # the config has one of the two
    return make_task(
        section.env,
        kwargs=section.kwargs,
        wrappers=section.wrappers,
        instances=section.instances,
        max_episode_steps=section.max_episode_steps,
        output_activation=section.output_activation,
        failure_return=section.failure_return,
        compiled=section.compiled,
    )


def settled(section: TaskConfig, say: Callable[[str], None]) -> TaskConfig:
    """Return a new run's `task` section with the scale of its inputs, where the config names none.

    A user's own file whose inputs no network with one weight could use side by side is standardised. What a
    run records is settled; so this is asked once, and says so.
    """
    if section.dataset is None or section.scale is not None or section.dataset in DATASETS:
        return section
    unlike = unlike_sizes(load(section.dataset, label=section.label))
    if unlike is None:
        return section
    say(f"{unlike}; task.scale=standard is taken; --set task.scale=none leaves them as they are")
    return section.model_copy(update={"scale": "standard"})


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
    for what, names in task.facts.items():
        had = file.provenance.get(what)
        if isinstance(had, list) and len(had) == len(names) and had != list(names):
            raise GenomeError(f"{path}: {_other_names(what, had, names, task.name)}; it is for other data")
    return compile_genome(genome)


def _other_names(what: str, had: Sequence[str], has: Sequence[str], task: str) -> str:
    """What is another name, or another order, in two lists of as many."""
    if set(had) == set(has):
        return f"has its {what} in another order than {task}"
    k = next(k for k, (one, other) in enumerate(zip(had, has, strict=True)) if one != other)
    return f"has {what} that are not those of {task} ('{had[k]}', not '{has[k]}')"


def trained_weights(
    target: str | Path, file: NetworkFile, path: Path, network: Network
) -> tuple[np.ndarray, Path] | tuple[None, None]:
    """Return `(1, C)` trained weights in the network's connection order, and the file that they come from.

    Those that `wann tune` left beside the network come first; then the network file's own, if it has any.

    Raises:
        GenomeError: what lies beside it cannot be read, or was trained for another network.
    """
    found = find_tuned(target)
    tuned, source = found or (file, path)
    plan = compile_genome(tuned.genome)
    if not _same(plan, network):
        raise GenomeError(
            f"{source}: has the weights of another network than {path}; remove it, or train this one: "
            f"wann tune {target}"
        )
    weights = tuned.connection_weights(plan)
    return (None, None) if weights is None else (weights, source)


def _same(one: Network, other: Network) -> bool:
    """Whether two networks have the same live parts, in the same order."""
    sizes = (one.n_inputs, one.n_outputs) == (other.n_inputs, other.n_outputs)
    parts = ("codes", "indptr", "sources")
    return sizes and all(np.array_equal(getattr(one, name), getattr(other, name)) for name in parts)
