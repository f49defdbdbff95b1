"""One worker process: the driver's side of it, and what it does. No answer may be a text: that tells a fault.

Driver and worker share a line. The worker says when it is there, then answers one job at a time, and leaves
when the line ends. It does not outlive a driver that was killed.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import current_process, get_context, parent_process, resource_tracker
from multiprocessing.connection import Connection
from threading import Thread
from typing import Any

from wann.parallel.streams import patient

# What a function is called with, after the task.
Job = tuple[Any, ...]
Work = Callable[..., Any]

# Exit status of a worker that found itself running the script it was started from.
UNGUARDED = 91

_CONTEXT = get_context("spawn")
_NAME = "wann worker"
_PATIENCE = 3.0  # seconds that a worker has to leave


class Worker:
    """The driver's side of one process, which is started at once.

    Attributes:
        line: what connects them.
        ready: whether the worker has said that it is there.
        job: the number of the job that it is at, or None.
    """

    def __init__(self, task: Any, work: Work) -> None:
        self.line, theirs = _CONTEXT.Pipe()
        # a daemon in the sense of Python: ended with the driver, if nobody has closed the pool
        self._process = _CONTEXT.Process(target=_serve, args=(theirs, task, work), name=_NAME, daemon=True)
        with _inherited():
            self._process.start()
        theirs.close()
        self.ready = False
        self.job: int | None = None

    @property
    def idle(self) -> bool:
        """Whether it waits for a job."""
        return self.ready and self.job is None

    def give(self, number: int, job: Job) -> None:
        """Give it a job."""
        self.job = number
        with suppress(OSError):  # it is gone; `take` will tell
            self.line.send(job)

    def take(self) -> tuple[int, Any] | None:
        """Return the number of its job with the result; None where it says that it is there.

        Raises:
            EOFError, OSError: it is gone.
            RuntimeError: there is a fault in the evaluation itself.
        """
        answer = self.line.recv()
        if self.job is None:
            self.ready = True
            return None
        number, self.job = self.job, None
        if isinstance(answer, str):
            raise RuntimeError(f"a worker process failed:\n{answer}")
        return number, answer

    def dismiss(self) -> None:
        """Let it go: an idle one leaves by itself, so that its environments can clean up."""
        self.line.close()
        if not self.idle:
            self._process.terminate()

    def join(self) -> int | None:
        """Wait until it is gone, and return its exit status; what does not go is killed."""
        self._process.join(_PATIENCE)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        return self._process.exitcode


@contextmanager
def _inherited() -> Iterator[None]:
    """What a process that is started inside inherits: one thread for linear algebra, and no Ctrl-C.

    Ctrl-C reaches every process of a terminal but is for the driver to act on, and a worker that is still
    starting could not ignore it.
    """
    resource_tracker.ensure_running()  # it unblocks signals when it starts
    threads = os.environ.get("OMP_NUM_THREADS")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        if threads is None:
            del os.environ["OMP_NUM_THREADS"]


_serving = False


def _serve(line: Connection, task: Any, work: Work) -> None:
    global _serving
    _serving = True
    _print_to_stderr()
    Thread(target=_end_with_driver, daemon=True).start()
    with suppress(EOFError, OSError):  # the driver has gone, or needs no more
        line.send("ready")
        while True:
            line.send(_answer(work, task, line.recv()))


def _print_to_stderr() -> None:
    """Standard output is the driver's: what an environment prints here would fall among what that says.

    Where nobody reads standard error any more, an episode is not to fail of what it prints.
    """
    with suppress(OSError):
        os.dup2(2, 1)
    if sys.stderr:
        sys.stderr = patient(2, sys.stderr, "backslashreplace")
    sys.stdout = sys.stderr


def _end_with_driver() -> None:
    """A chunk may take minutes, and nobody waits for it once the driver was killed."""
    driver = parent_process()
    if driver:
        driver.join()
        os._exit(1)


def _answer(work: Work, task: Any, job: Job) -> Any:
    try:
        return work(task, *job)
    except Exception:
        return traceback.format_exc()


def leave_if_imported() -> None:
    """End this process where it is a worker that, while it starts, runs the script it was started from.

    The script has no `if __name__ == "__main__":` then, and would start its search in every worker again. The
    driver sees the exit status and says so, once.
    """
    if current_process().name == _NAME and not _serving:
        raise SystemExit(UNGUARDED)
