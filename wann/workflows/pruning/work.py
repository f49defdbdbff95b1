"""What a worker of `wann prune` does: train a dense network, or make a cell of it."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from wann.errors import WannError
from wann.pruning.recipe.recipe import SMALL_DENSE
from wann.records.cells.working import WorkingFolder
from wann.tasks.task import AnyTask
from wann.workflows.pruning.budget import meet
from wann.workflows.pruning.plan import Cell
from wann.workflows.pruning.rivals import beside, rival_hidden, sizes

if TYPE_CHECKING:
    from wann.pruning.cell import CellResult, DenseNet
    from wann.pruning.learners.learner import Report, Settings


@dataclass(frozen=True)
class Job:
    """A cell to make of a dense network, or, without a cell, the dense network of a seed to train.

    Attributes:
        working: a folder for what it has come to, if that can be reached from here. A cell removes it at its
            end; that of a dense network stays, so that it need not be trained again for other cells.
    """

    hidden: tuple[int, ...]
    activation: str
    training: Settings
    seed: int
    cell: Cell | None = None
    dense: DenseNet | None = None
    working: Path | None = None


@dataclass(frozen=True)
class Failure:
    """Why a job could not be done: in one line, and with all that is known."""

    line: str
    trace: str


def work(task: AnyTask, job: Job) -> DenseNet | CellResult | Failure:
    """Do a job; one that fails says why, and the others go on."""
    folder = WorkingFolder(job.working)
    try:
        answer = _train(task, job, folder) if job.cell is None else _make(task, job, job.cell, folder)
    except WannError as error:
        answer = Failure(str(error), traceback.format_exc())
    except Exception as error:  # a criterion of the user's own may do anything
        line = " ".join(f"{type(error).__name__}: {error}".split())
        answer = Failure(line, traceback.format_exc())
    folder.rest() if job.cell is None else folder.remove()
    return answer


def _train(task: AnyTask, job: Job, folder: WorkingFolder) -> DenseNet:
    from wann.pruning.dense import train_dense

    return train_dense(task, job.hidden, job.activation, job.seed, job.training, _telling(folder), folder)


def _make(task: AnyTask, job: Job, cell: Cell, folder: WorkingFolder) -> CellResult:
    from wann.pruning.cell import prune_cell

    network, whole = cell.recipe.network, sizes(task, job.hidden)
    hidden = job.hidden
    if network is not None:
        hidden = rival_hidden(network, task, whole * (cell.density or 0.0), cell.wanted)
    own, start = sizes(task, hidden), _start(task, job, cell, hidden, folder)

    def made(density: float, training: Settings) -> CellResult:
        # What looks for a density is soon made again, and comes in another order if it is.
        saved = folder if training is job.training else None
        asked = (task, hidden, job.activation, cell.recipe, density, cell.seed, training, start(training))
        return prune_cell(*asked, _telling(folder), saved)

    if network == SMALL_DENSE:
        result = made(1.0, job.training)
    elif cell.wanted is not None:
        result = meet(cell.wanted, own, job.training, made)
    else:
        assert cell.density is not None  # a cell has one of the two
        result = made(min(1.0, cell.density * whole / own), job.training)
    if network is None:
        return result
    assert job.dense is not None
    return beside(result, own, whole, job.dense.score, cell.density)


def _start(
    task: AnyTask, job: Job, cell: Cell, hidden: tuple[int, ...], folder: WorkingFolder
) -> Callable[[Settings], DenseNet]:
    """Return what gives the dense network that a cell begins with, by its training."""
    from wann.pruning.dense import untrained

    network, known = cell.recipe.network, {}
    if network is None:
        assert job.dense is not None
        known[job.training] = job.dense

    def start(training: Settings) -> DenseNet:
        if network is None:
            return known[job.training]
        if cell.recipe.when == "before":
            return untrained(task, hidden, job.activation, job.seed, training)
        if training not in known:
            own = replace(job, hidden=hidden, training=training)
            known[training] = _train(task, own, folder if training is job.training else WorkingFolder(None))
        return known[training]

    return start


def _telling(folder: WorkingFolder) -> Report:
    """Tell people of every epoch."""
    return lambda now: folder.tell(f"{now.stage} {now.epoch}/{now.epochs}")
