"""What a person sees while a search runs: a live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from wann.cli.output import console, say
from wann.cli.views.progress.fitting import Noting, fitting
from wann.config import Config
from wann.search.state import GenerationInfo
from wann.tasks.classification import ClassificationTask
from wann.tasks.task import AnyTask
from wann.workflows.search.watcher import Silent, Watcher

_SECONDS_BETWEEN_LINES = 5.0


def watcher(quiet: bool = False) -> AbstractContextManager[Watcher]:
    """The watcher that fits the output, as a context."""
    return fitting(quiet, _Quiet, _Live, _Lines)


class _Quiet(Noting, Silent):
    """Results alone go to stdout; what a person should know goes to stderr."""


def _opening(config: Config, task: AnyTask, total: int) -> str:
    episodes, weights = config.evaluation.episodes, len(config.evaluation.shared_weights)
    what = f"{episodes} episodes"
    if isinstance(task, ClassificationTask):
        what = f"{task.batch_size * episodes} images"
    return (
        f"{task.name}: {config.search.population} networks x {weights} weights x {what}, "
        f"up to {total} generations, seed {config.run.seed}"
    )


class Speed:
    """Environment steps a second, over the last few seconds."""

    def __init__(self) -> None:
        self._marks: list[tuple[float, int]] = []

    def add(self, env_steps: int) -> str:
        """Take the total so far; return the speed."""
        now = time.monotonic()
        self._marks = [mark for mark in self._marks[-50:] if now - mark[0] < 5] + [(now, env_steps)]
        (then, before), (_, after) = self._marks[0], self._marks[-1]
        return f"{human((after - before) / (now - then))}/s" if now > then else "-"


def human(number: float) -> str:
    """1234567 -> '1.2M'."""
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= size:
            return f"{number / size:.1f}{unit}"
    return f"{number:.0f}"


def _scores(info: GenerationInfo) -> str:
    if info.accuracy is not None:
        return f"accuracy {info.accuracy:.1%}  loss {-info.best:.3f}  champion {-info.champion:.3f}"
    return (
        f"best {info.best:.1f}  median {info.median:.1f}  peak {info.peak:.1f}  champion {info.champion:.1f}"
    )


def _short_scores(info: GenerationInfo) -> str:
    if info.accuracy is not None:
        return f"accuracy {info.accuracy:.1%} loss {-info.best:.3f}"
    return f"best {info.best:.4g} median {info.median:.4g} peak {info.peak:.4g}"


def _failed(info: GenerationInfo) -> str:
    return f"  {info.failed} failed" if info.failed else ""


class _Lines(Noting):
    """A plain line now and then."""

    def __init__(self) -> None:
        self._last = 0.0
        self._speed = Speed()
        self._total = 0

    def begin(self, config: Config, task: AnyTask, done: int, total: int) -> None:
        self._total, self._last, self._speed = total, 0.0, Speed()
        say(_opening(config, task, total), flush=True)

    def generation(self, info: GenerationInfo) -> None:
        speed = self._speed.add(info.env_steps)
        if time.monotonic() - self._last < _SECONDS_BETWEEN_LINES and info.generation < self._total:
            return
        self._last = time.monotonic()
        say(
            f"generation {info.generation}/{self._total}  {_scores(info)}  {info.connections} connections  "
            f"{speed}{_failed(info)}",
            flush=True,
        )


class _Live(Noting):
    """One line that follows the search."""

    def __init__(self) -> None:
        self._console = console()
        self._speed = Speed()
        self._progress = Progress(
            BarColumn(bar_width=10),
            MofNCompleteColumn(),
            TextColumn("{task.fields[scores]}"),
            TextColumn("{task.fields[size]} conn {task.fields[speed]}"),
            TimeRemainingColumn(compact=True),
            console=self._console,
            transient=True,
        )
        self._bar = self._progress.add_task(
            "search", start=False, visible=False, scores="", size="", speed=""
        )

    def begin(self, config: Config, task: AnyTask, done: int, total: int) -> None:
        self._console.print(_opening(config, task, total), highlight=False)
        self._speed = Speed()
        self._progress.start()
        self._progress.reset(self._bar, start=False, total=total, completed=done, visible=False)

    def generation(self, info: GenerationInfo) -> None:
        self._progress.start_task(self._bar)
        self._progress.update(
            self._bar,
            completed=info.generation,
            visible=True,
            scores=_short_scores(info),
            size=info.connections,
            speed=self._speed.add(info.env_steps) + _failed(info),
        )

    def close(self) -> None:
        self._progress.stop()
