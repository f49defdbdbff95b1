"""What a person sees while a network is tuned: a live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from wann.cli.output import console, say
from wann.cli.views.progress.fitting import Noting, fitting
from wann.cli.views.progress.search import Speed
from wann.training.state import TuneInfo
from wann.workflows.search.watcher import Silent, TuneWatcher

_SECONDS_BETWEEN_LINES = 5.0


def tune_watcher(quiet: bool = False) -> AbstractContextManager[TuneWatcher]:
    """The watcher that fits the output, as a context."""
    return fitting(quiet, _Quiet, _Live, _Lines)


class _Quiet(Noting, Silent):
    """Results alone go to stdout; what a person should know goes to stderr."""


def _scores(info: TuneInfo) -> str:
    if not info.env_steps:  # images
        return (
            f"accuracy {info.best:.1%}  training loss {-info.mean:.4f}  selected {info.select:.1%}  "
            f"rate {info.spread:.2g}"
        )
    return f"best {info.best:.4g}  mean {info.mean:.4g}  selected {info.select:.4g}  sigma {info.spread:.3g}"


def _short_scores(info: TuneInfo) -> str:
    if not info.env_steps:
        return f"accuracy {info.best:.1%} loss {-info.mean:.3f} rate {info.spread:.2g}"
    return f"best {info.best:.4g} mean {info.mean:.4g} sigma {info.spread:.2g}"


def _failed(info: TuneInfo) -> str:
    return f"  {info.failed} failed" if info.failed else ""


class _Lines(_Quiet):
    """A plain line now and then."""

    def begin_tuning(self, title: str, done: int, total: int) -> None:
        self._total, self._last, self._speed = total, 0.0, Speed()
        say(title, flush=True)

    def iteration(self, info: TuneInfo) -> None:
        speed = self._speed.add(info.env_steps or info.evaluations)
        if time.monotonic() - self._last < _SECONDS_BETWEEN_LINES and info.iteration < self._total:
            return
        self._last = time.monotonic()
        say(f"iteration {info.iteration}/{self._total}  {_scores(info)}  {speed}{_failed(info)}", flush=True)


class _Live(_Quiet):
    """One line that follows the tuning."""

    def __init__(self) -> None:
        self._console = console()
        self._speed = Speed()
        self._progress = Progress(
            BarColumn(bar_width=10),
            MofNCompleteColumn(),
            TextColumn("{task.fields[scores]}"),
            TextColumn("{task.fields[speed]}"),
            TimeRemainingColumn(compact=True),
            console=self._console,
            transient=True,
        )
        self._bar = self._progress.add_task("tuning", start=False, visible=False, scores="", speed="")

    def begin_tuning(self, title: str, done: int, total: int) -> None:
        self._console.print(title, highlight=False)
        self._progress.start()
        self._progress.reset(self._bar, start=False, total=total, completed=done, visible=False)

    def iteration(self, info: TuneInfo) -> None:
        self._progress.start_task(self._bar)
        self._progress.update(
            self._bar,
            completed=info.iteration,
            visible=True,
            scores=_short_scores(info),
            speed=self._speed.add(info.env_steps or info.evaluations) + _failed(info),
        )

    def close(self) -> None:
        self._progress.stop()
