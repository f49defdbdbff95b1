"""One episode of a network in the real environment, a step and a picture at a time."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import numpy as np

from wann.errors import OutputError, WannError
from wann.evaluation.players.stepped.episode import Episode
from wann.network.network import Network
from wann.network.reference import node_values
from wann.report.frames import as_pixels
from wann.tasks.task import Task


class Take:
    """An episode that is played while it is filmed.

    Attributes:
        weight: the shared weight, or None where each connection has its own.
        over: whether it has ended.
        values: `(n_nodes,)` what the nodes said to the last observation.

    Raises:
        OutputError: from every method: the environment fails, or shows what is no picture.
        TaskError: the environment cannot be made.
    """

    def __init__(
        self, task: Task, network: Network, weights: np.ndarray, seed: int, mode: str = "rgb_array"
    ) -> None:
        self._task, self._network, self._weights = task, network, weights
        self.weight = float(weights[0, 0]) if weights.shape[1] == 1 else None
        self.over = False
        self._episode: Episode | None = None
        self._size: tuple[int, ...] | None = None
        with _Told(self):
            self._episode = Episode.fresh(task, seed, mode)
            self._think()

    @property
    def earned(self) -> float:
        """The sum of the rewards so far."""
        return self._episode.earned if self._episode else 0.0

    @property
    def steps(self) -> int:
        """Environment steps so far."""
        return self._episode.steps if self._episode else 0

    def step(self) -> None:
        """Go on by a step, unless it is over."""
        if self.over or self._episode is None:
            return
        with _Told(self):
            outputs = self.values[self._network.n_nodes - self._network.n_outputs :]
            actions = self._task.actions
            self.over = self._episode.step(actions.act(actions.decode(outputs[None])[0]))
            self._think()

    def picture(self) -> np.ndarray:
        """`(H, W, 3)` uint8: the environment's picture of this moment."""
        assert self._episode is not None
        with _Told(self):
            picture = as_pixels(self._episode.render())
            if self._size not in (None, picture.shape):
                raise ValueError(f"render() gave a picture of {picture.shape} after one of {self._size}")
            self._size = picture.shape
            return picture

    def close(self) -> None:
        """End it."""
        if self._episode:
            self._episode.close()

    def _think(self) -> None:
        assert self._episode is not None
        self.values = node_values(self._network, self._weights, self._episode.observation[None])[0]

    def told(self, error: Exception) -> OutputError:
        """What an exception of the environment means to people."""
        what = " ".join(str(error).split())
        cure = ""
        if "mujoco" in type(error).__module__ or any(
            word in what for word in ("OpenGL", "GLFW", "gladLoadGL")
        ):
            cure = "; MuJoCo draws without a display by: MUJOCO_GL=egl (or osmesa) wann render ..."
        return OutputError(
            f"{self._task.env}: the episode failed at step {self.steps}: {type(error).__name__}: {what}{cure}"
        )


class _Told:
    """Ends the episode where something goes wrong inside, and says what."""

    def __init__(self, take: Take) -> None:
        self._take = take

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            return
        self._take.close()
        if isinstance(error, Exception) and not isinstance(error, WannError):
            raise self._take.told(error) from error
