"""Every error that a user can cause, one class per situation.

WannError                      one clear line; the command line prints it and exits with 2
├── ConfigError                a YAML file or an override is wrong (lists every fault)
├── TaskError                  a task cannot be built
│   ├── UnknownEnvironment     no environment of that name
│   ├── MissingPackage         the environment needs a package that is not installed
│   ├── UnsupportedSpace       its observation or action space is not handled
│   ├── DynamicsDiffer         compiled dynamics do something else than the environment they stand for
│   ├── UnknownDataset         no data set of that name
│   └── DataError              a data set's files are not there, or are not what they should be
├── GenomeError                a genome or network file is malformed
├── SearchError                a part of a search cannot be found, or does not do what it should
├── TuneError                  weights cannot be tuned as asked
├── EvaluationError            every episode of a run failed, or a backend cannot be used
├── PruningError               a network cannot be pruned as asked
│   ├── UnknownMethod          no criterion, scope, schedule, retraining or control of that name
│   ├── BadDensity             a density outside (0, 1]
│   ├── CriterionDoesNotFit    the criterion says nothing about this model, or not on these terms
│   ├── NoGradient             all gradients are zero, so they rank nothing
│   ├── NothingLeft            no connection, or none of a layer, would be left
│   └── TrainingDiverged       the loss is no number any more
├── RunError                   something about a run folder
│   ├── RunExists              it is there already
│   ├── RunNotFound            it is not there
│   ├── RunBusy                another process works on it
│   ├── RunDamaged             its files cannot be read, or do not match what is replayed
│   └── DataChanged            the data it was computed from are other ones now
└── OutputError                a result cannot be written or shown
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path


class WannError(Exception):
    """An error whose message is meant for the user: what, where, expected, got, the cure."""


class ConfigError(WannError):
    """One or more faults of a config; `faults` holds one line each."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = list(faults)


class TaskError(WannError):
    """A task cannot be built."""


class UnknownEnvironment(TaskError):
    """No environment of that name is registered."""


class MissingPackage(TaskError):
    """The environment needs a Python package that is not installed."""


class UnsupportedSpace(TaskError):
    """The environment's observation or action space is not handled."""


class DynamicsDiffer(TaskError):
    """Compiled dynamics do something else than the environment they stand for."""


class UnknownDataset(TaskError):
    """There is no data set of that name."""


class DataError(TaskError):
    """A data set's files are not there, or are not what they should be."""


class GenomeError(WannError):
    """A genome or a network file is malformed."""


class SearchError(WannError):
    """A part of a search that a config names cannot be found, or does not do what it should."""


class TuneError(WannError):
    """Weights cannot be tuned as asked."""


class EvaluationError(WannError):
    """Every episode of a run failed, or a backend cannot be used."""


class PruningError(WannError):
    """A network cannot be pruned as asked."""


class UnknownMethod(PruningError):
    """There is no criterion, scope, schedule, retraining or control of that name."""


class BadDensity(PruningError):
    """A density lies outside (0, 1]."""


class CriterionDoesNotFit(PruningError):
    """A criterion says nothing about this model, or not on these terms."""


class NoGradient(PruningError):
    """All gradients are zero, so they rank nothing."""


class NothingLeft(PruningError):
    """No connection, or none of a layer, would be left."""


class TrainingDiverged(PruningError):
    """A training's loss is no number any more."""


class RunError(WannError):
    """Something about a run folder."""


class RunExists(RunError):
    """The run folder is there already."""


class RunNotFound(RunError):
    """There is no such run folder."""


class RunBusy(RunError):
    """Another process works on the run folder."""


class RunDamaged(RunError):
    """The run folder's files cannot be read, or do not match what is replayed."""


class DataChanged(RunError):
    """The data that something was computed from are other ones now."""


class OutputError(WannError):
    """A result cannot be written or shown."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return ``"; did you mean 'x'?"`` for the known name nearest to `name`, or an empty string."""
    near = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"; did you mean '{near[0]}'?" if near else ""


def one_line(error: BaseException, file: Path | None = None) -> str:
    """Return an error as `line 7: ValueError: words`; the line is the last one of `file` that it came by."""
    said = f"{type(error).__name__}: {error}"
    line, trace = None, error.__traceback__
    while trace:
        if file is not None and trace.tb_frame.f_code.co_filename == str(file):
            line = trace.tb_lineno
        trace = trace.tb_next
    return " ".join((f"line {line}: {said}" if line else said).split())
