"""The environment that this process plays in: at most one, and none is made before the last is closed.

Some environments may be there only once in a process, and one that stays in the processor's cache is faster
than many in turn.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from multiprocessing.util import Finalize
from typing import Any

from wann.tasks.environments.environment import environment_of
from wann.tasks.task import Task

_idle: dict[str, Any] = {}


def take(task: Task) -> Any:
    """Return an environment for an episode: the one that was kept, or a new one.

    Raises:
        TaskError: it cannot be made.
    """
    environment = _idle.pop(task.identity, None)
    if environment is None:
        close_idle()
        environment = environment_of(task)
    return environment


def keep(task: Task, environment: Any) -> None:
    """Keep an environment for the next episode."""
    _close_at_exit()
    close_idle()
    _idle[task.identity] = environment


@cache
def _close_at_exit() -> None:
    Finalize(None, close_idle, exitpriority=1)  # atexit knows nothing of worker processes


def discard(environment: Any) -> None:
    """Close an environment for good, whatever it says to that."""
    with suppress(Exception, SystemExit):
        if environment is not None:
            environment.close()


def close_idle() -> None:
    """Close what is kept."""
    while _idle:
        with suppress(KeyError):  # another thread was first
            discard(_idle.popitem()[1])
