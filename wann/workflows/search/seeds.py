"""Several seeds of one config, one after the other: a run each, and one pool for all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wann.config import Config, override
from wann.errors import ConfigError, EvaluationError
from wann.evaluation.pools.backends import make_pool
from wann.evaluation.pools.pools import ChunkedPool
from wann.judging.regimes import held_out
from wann.network.plan import compile_genome
from wann.records.run.curves import check_tensorboard
from wann.records.run.directory import check_new
from wann.workflows.build import build_task, settled
from wann.workflows.interruption import interruption
from wann.workflows.search.evolve import Outcome, start
from wann.workflows.search.watcher import Silent, Watcher, say_notes

TEST_EPISODES = 100
_MOST_SEEDS = 10_000


@dataclass(frozen=True)
class SeedResult:
    """How one seed's run ended; None where it has no champion.

    Attributes:
        run: its folder.
        status: as in the manifest.
        seconds: of its search.
        connections: live ones of its champion.
        held_out_mean: the champion's mean return over the search's weights, on held-out episodes, if played.
    """

    seed: int
    run: str
    status: str
    generations: int = 0
    seconds: float = 0.0
    connections: int | None = None
    held_out_mean: float | None = None

    @property
    def complete(self) -> bool:
        """Whether the search came to its own end."""
        return self.status not in ("failed", "interrupted")


def parse_seeds(text: str) -> list[int]:
    """Read `0-9` or `0,3,5-7`.

    Raises:
        ConfigError: it is not of that form, or names a seed twice.
    """
    seeds: list[int] = []
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d{1,18})\s*(?:-\s*(\d{1,18})\s*)?", part)
        if not match:
            raise ConfigError([f"--seeds {text}: got '{part}', expected seeds such as 0-9 or 0,3,5-7"])
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first:
            raise ConfigError([f"--seeds {text}: {first}-{last} runs backwards; write {last}-{first}"])
        if last - first >= _MOST_SEEDS - len(seeds):
            raise ConfigError([f"--seeds {text}: more than {_MOST_SEEDS:,} seeds"])
        seeds += range(first, last + 1)
    twice = [seed for seed, count in Counter(seeds).items() if count > 1]
    if twice:
        raise ConfigError([f"--seeds {text}: names {twice[0]} twice; each seed has one run"])
    return seeds


def evolve_seeds(
    config: Config,
    seeds: Sequence[int],
    folder_of: Callable[[Config], Path],
    name: str,
    watcher: Watcher | None = None,
    tensorboard: bool = False,
    judged: bool = True,
) -> list[SeedResult]:
    """Search with one seed after the other; Ctrl-C ends the running one, and those to come are left out.

    Args:
        config: what to search for; `run.seed` is replaced.
        seeds: which.
        folder_of: a seeded config -> the folder of its run.
        name: the config's, for people.
        watcher: is told what happens.
        tensorboard: write curves for TensorBoard too.
        judged: play held-out episodes with each champion.

    Raises:
        WannError: the task, a folder or the backend cannot be had; then nothing is made.
        KeyboardInterrupt: Ctrl-C came; the running seed is saved as it was after its generation.
    """
    watcher = watcher or Silent()
    if tensorboard:
        check_tensorboard()
    config = config.model_copy(update={"task": settled(config.task, watcher.note)})
    configs = [override(config, [f"run.seed={seed}"]) for seed in seeds]
    folders = [folder_of(seeded) for seeded in configs]
    for folder in folders:
        check_new(folder)
    results: list[SeedResult] = []
    # from the beginning: what compiles meanwhile would swallow the KeyboardInterrupt of a Ctrl-C
    with ExitStack() as stack:
        interrupted = stack.enter_context(interruption(watcher))
        task, settings = build_task(config.task), config.evaluation
        say_notes(task, watcher)
        pool = stack.enter_context(make_pool(task, settings.backend, settings.workers, watcher.note))
        for seeded, folder in zip(configs, folders, strict=True):
            try:
                outcome = start(seeded, folder, name, watcher, pool, tensorboard)
                results.append(_result(seeded, outcome, pool if judged else None))
            except EvaluationError as error:  # the next seed may do better
                watcher.note(f"seed {seeded.run.seed}: {error}")
                results.append(SeedResult(seeded.run.seed, str(folder), "failed"))
            if interrupted.is_set() or results[-1].status == "interrupted":
                break
    return results


def _result(config: Config, outcome: Outcome, pool: ChunkedPool | None) -> SeedResult:
    state, champion = outcome.state, outcome.state.champion
    connections = mean = None
    if champion:
        network = compile_genome(champion.genome)
        connections = network.n_connections
        if pool:
            scores = held_out(pool, network, config.evaluation.shared_weights, TEST_EPISODES)
            mean = float(np.mean([score for _, score in scores]))
    return SeedResult(
        seed=config.run.seed,
        run=str(outcome.folder),
        status=outcome.status,
        generations=state.generation,
        seconds=state.seconds,
        connections=connections,
        held_out_mean=mean,
    )
