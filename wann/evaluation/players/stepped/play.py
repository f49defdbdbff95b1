"""A network's lanes in any Gymnasium environment, one episode after the other.

Whatever goes wrong in one episode, an exception or a number that is not finite, fails that episode alone. Its
environment is not used again.
"""

from __future__ import annotations

import traceback

import numpy as np

from wann.evaluation.lanes import Lanes
from wann.evaluation.players.stepped.episode import FAILURES, Episode
from wann.evaluation.players.stepped.hints import with_hint
from wann.evaluation.players.stepped.policy import Policy
from wann.evaluation.players.stepped.stock import discard, keep, take
from wann.network.network import Network
from wann.tasks.task import Task


def play_stepped(
    task: Task, network: Network, weights: np.ndarray, lanes: Lanes, reuse: bool = False
) -> tuple[np.ndarray, np.ndarray, str | None]:
    """Play every lane with one network.

    Args:
        task: any task.
        network: the plan.
        weights: `(W, 1)` shared, or `(W, C)` per connection.
        lanes: L pairs.
        reuse: use an environment again for the next episode, which must change no bit (see `reuse.py`); else
            every episode gets a new one, as some environments keep something from the episode before.

    Returns:
        `(L,)` returns, NaN where the episode failed; `(L,)` steps; the first failure's traceback or None.
    """
    returns, steps = np.full(len(lanes), np.nan), np.zeros(len(lanes))
    policy, error = Policy(task, network), None
    rows, seeds = lanes.weight_row.tolist(), lanes.episode_seed.tolist()
    for lane, (row, seed) in enumerate(zip(rows, seeds, strict=True)):
        policy.weigh(weights[row])
        environment = episode = None
        try:
            environment = take(task)
            episode = Episode(task, environment, seed)
            while not episode.step(policy(episode.seen)):
                pass
            returns[lane] = episode.earned
            if reuse:
                keep(task, environment)
                environment = None
        except FAILURES as failure:
            error = error or _told(failure, seed, episode.steps if episode else 0)
        finally:
            discard(environment)
        steps[lane] = episode.steps if episode else 0
    return returns, steps, error


def _told(failure: BaseException, seed: int, step: int) -> str:
    text = f"The episode with seed {seed} failed at step {step}:\n{traceback.format_exc()}"
    return with_hint(text, failure)
