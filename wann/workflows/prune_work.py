"""What a worker of `wann prune` does: train a dense network, or make a cell of it."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wann.errors import WannError
from wann.pruning.policy_training import PolicyTraining
from wann.pruning.recipe import SMALL_DENSE
from wann.pruning.training import Training
from wann.records.working import WorkingFolder
from wann.tasks.classification import ClassificationTask
from wann.tasks.task import AnyTask
from wann.workflows.prune_plan import Cell
from wann.workflows.prune_rivals import beside, rival_hidden

if TYPE_CHECKING:
    from wann.pruning.cell import CellResult, DenseNet
    from wann.pruning.fit import Report

_PROBES = 12
_CLOSE_ENOUGH = 0.005  # of a budget, for a probe
_TOO_FAR = 0.02  # of a budget, for what came out at the end
_LEAST_DENSITY = 1e-6

AnyTraining = Training | PolicyTraining


@dataclass(frozen=True)
class Job:
    """A cell to make of a dense network, or, without a cell, the dense network of a seed to train.

    Attributes:
        working: a folder for what it has come to, if that can be reached from here. A cell removes it at its
            end; that of a dense network stays, so that it need not be trained again for other cells.
    """

    hidden: tuple[int, ...]
    activation: str
    training: AnyTraining
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
    from wann.pruning.cell import train_dense
    from wann.pruning.policy import train_policy

    train: Any = train_dense if isinstance(task, ClassificationTask) else train_policy
    return train(task, job.hidden, job.activation, job.seed, job.training, _telling(folder), folder)


def _make(task: AnyTask, job: Job, cell: Cell, folder: WorkingFolder) -> CellResult:
    from wann.pruning.cell import prune_cell
    from wann.pruning.policy import prune_policy

    prune: Any = prune_cell if isinstance(task, ClassificationTask) else prune_policy

    network, whole = cell.recipe.network, sizes(task, job.hidden)
    hidden, dense = job.hidden, job.dense
    if network is not None:
        hidden, dense = rival_hidden(network, task, whole * (cell.density or 0.0), cell.wanted), None
    own = sizes(task, hidden)

    def made(density: float, training: AnyTraining) -> CellResult:
        # What looks for a density is soon made again, and comes in another order if it is.
        saved = folder if training is job.training else None
        asked = (task, hidden, job.activation, cell.recipe, density, cell.seed, training, dense)
        return prune(*asked, _telling(folder), saved)

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


def _telling(folder: WorkingFolder) -> Report:
    """Tell people of every epoch."""
    return lambda now: folder.tell(f"{now.stage} {now.epoch}/{now.epochs}")


def sizes(task: Any, hidden: tuple[int, ...]) -> int:
    """Weights of the dense network."""
    widths = (task.n_inputs, *hidden, task.n_outputs)
    return sum(before * after for before, after in pairwise(widths))


def meet(
    wanted: int, n_weights: int, training: AnyTraining, made: Callable[[float, Any], CellResult]
) -> CellResult:
    """Return a cell with about so many effective connections.

    The density is found with one epoch (or iteration) in place of every training, as masks hardly depend on
    more; if the whole training then ends too far off, once more from there.

    Args:
        wanted: effective connections.
        n_weights: of the dense network.
        training: of the cell.
        made: (density, training) -> the cell.
    """
    quick = training.quick()
    first = min(1.0, wanted / n_weights)
    density = find_density(wanted, first, lambda d: made(d, quick).effective_connections)
    result = made(density, training)
    off = result.effective_connections / wanted
    if abs(off - 1) <= _TOO_FAR or (density == 1.0 and off < 1):
        return result
    again = made(min(1.0, max(_LEAST_DENSITY, density / off)), training)
    return min((result, again), key=lambda cell: abs(cell.effective_connections - wanted))


def find_density(wanted: int, first: float, count: Callable[[float], int]) -> float:
    """Return the density with about so many effective connections, by bisection with a guess at each step.

    Args:
        wanted: effective connections.
        first: the first guess.
        count: density -> effective connections; it grows with the density, roughly in proportion. A density
            at which nothing is left, which is an error, counts as too small.
    """
    low, high = _LEAST_DENSITY, 1.0
    density, tried = first, {}
    for _ in range(_PROBES):
        tried[density] = found = _count(count, density)
        if abs(found - wanted) <= max(1, _CLOSE_ENOUGH * wanted):
            break
        low, high = (density, high) if found < wanted else (low, density)
        guess = density * wanted / max(1, found)
        density = guess if low < guess < high and len(tried) % 3 else (low * high) ** 0.5
        if not low < density < high or high / low < 1 + 1e-6:
            break
    return min(tried, key=lambda at: abs(tried[at] - wanted))


def _count(count: Callable[[float], int], density: float) -> int:
    from wann.errors import NothingLeft

    try:
        return count(density)
    except NothingLeft:
        return 0
