"""Whether an environment may be used again for the next episode: only where that gives the same bits.

Some keep something from the episode before. Of a used BipedalWalker, 25 of 40 episodes differ from those of a
new one with the same seed and actions, so one try would pass 15 times in 40; here are 32 pairs.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from wann.evaluation.players.stepped.episode import FAILURES, Episode
from wann.evaluation.players.stepped.hints import UNSEEDED
from wann.evaluation.players.stepped.known import known
from wann.evaluation.players.stepped.stock import close_idle, discard
from wann.evaluation.players.stepped.verdicts import load, save
from wann.tasks.environments.environment import environment_of
from wann.tasks.task import Task

PAIRS = 32
# A check that takes longer is given up: new environments are no great part of such episodes.
MOST_SECONDS = 20.0


@dataclass(frozen=True)
class Verdict:
    """Whether environments are used again, and why, in a few words for people."""

    reuse: bool
    why: str

    def __str__(self) -> str:
        return f"{'used again' if self.reuse else 'new for each episode'}: {self.why}"


def settle(task: Task, ask: Callable[[], Verdict | None]) -> Verdict:
    """Return what is known of a task's environment, or else find out and remember it.

    Args:
        task: whose environment.
        ask: lets a worker process answer `check_reuse`; None where it ended over that.
    """
    told = known(task)
    if told is not None:
        return Verdict(*told)
    remembered = load(task)
    if remembered is not None:
        return Verdict(*remembered)
    verdict = ask() or Verdict(False, "the check ended its process")
    save(task, verdict.reuse, verdict.why)
    return verdict


def check_reuse(task: Task, pairs: int = PAIRS, most_seconds: float = MOST_SECONDS) -> Verdict:
    """Compare episodes of a used environment with those of new ones, bit by bit: all that is seen and earned.

    Each pair has a seed and random actions of its own, and the used environment has played all pairs before.
    No two environments are there at once.
    """
    close_idle()
    end = time.monotonic() + most_seconds
    try:
        used = _Traced(task, end)
        with used:
            traces = [used.play(pair) for pair in range(pairs + 1)][1:]
        for pair, trace in enumerate(traces, start=1):
            if _trace_of_new(task, end, pair) == trace:
                continue
            if _trace_of_new(task, end, pair) != _trace_of_new(task, end, pair):
                return Verdict(False, f"episodes with the same seed and actions differ; {UNSEEDED}")
            return Verdict(False, f"a used one differed from a new one in episode {pair} of {pairs}")
    except _TooLong:
        return Verdict(False, f"comparing {pairs} episodes takes more than {most_seconds:g} s")
    except FAILURES as error:
        said = " ".join(f"{type(error).__name__}: {error}".split())
        return Verdict(False, f"an episode of the check failed ({said:.100})")
    return Verdict(True, f"the same bits as new ones in {pairs} episodes")


class _TooLong(Exception):
    """The check takes too long."""


class _Traced:
    """An environment whose episodes leave a digest of all that came out of them."""

    def __init__(self, task: Task, end: float) -> None:
        self._task, self._end = task, end
        self._environment: Any = None

    def __enter__(self) -> _Traced:
        self._environment = environment_of(self._task)
        return self

    def __exit__(self, *exc: object) -> None:
        discard(self._environment)

    def play(self, pair: int) -> bytes:
        """Play the episode of a pair, and return the digest."""
        rng, actions = np.random.default_rng([3, pair]), self._task.actions
        held = (1, 4, 16)[pair % 3]  # what shakes leads elsewhere than what pushes on
        episode, digest = Episode(self._task, self._environment, 1000 + pair), hashlib.sha256()
        over, row = False, np.zeros((1, actions.n_outputs))
        while not over:
            if time.monotonic() > self._end:
                raise _TooLong
            if episode.steps % held == 0:
                row = rng.uniform(-1.2, 1.2, row.shape)
            digest.update(episode.observation.tobytes())
            over = episode.step(actions.act(actions.decode(row)[0]))
            digest.update(np.float64(episode.earned).tobytes())
        digest.update(episode.observation.tobytes() + bytes([episode.steps % 256]))
        return digest.digest()


def _trace_of_new(task: Task, end: float, pair: int) -> bytes:
    with _Traced(task, end) as new:
        return new.play(pair)
