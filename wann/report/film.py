"""Films: one episode of a network in the real environment, as a video file."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wann.errors import OutputError, WannError
from wann.evaluation.environments import Episode
from wann.network.network import Network
from wann.network.reference import forward
from wann.records.files import write_atomically
from wann.report.encoders import ENCODERS, Encoder
from wann.tasks.environment import make_environment
from wann.tasks.task import Task


@dataclass(frozen=True)
class Film:
    """What was filmed.

    Attributes:
        path: the video file.
        episode_return: the sum of the episode's rewards.
        steps: environment steps of the episode.
        weight: the shared weight, or None where each connection has its own.
        frames: pictures taken; a GIF holds equal ones in a row as one that is shown longer.
        seconds: how long it plays: the episode's own time, to within a frame.
    """

    path: Path
    episode_return: float
    steps: int
    weight: float | None
    frames: int
    seconds: float


def film(task: Task, network: Network, weights: np.ndarray, seed: int, path: Path) -> Film:
    """Play one episode and write it as MP4 (H.264) or GIF, as the file's ending says, in real time.

    No display is needed. The file appears when it is complete; where anything fails, nothing is left behind.

    Args:
        task: any task whose environment can render `rgb_array`.
        network: the plan.
        weights: `(1, 1)` a shared weight, or `(1, C)` one per connection in the network's order.
        seed: of the episode.
        path: a name that ends in `.mp4` or `.gif`.

    Raises:
        OutputError: the ending is unknown, the environment cannot be filmed, its episode fails, or the file
            cannot be written.
        TaskError: the environment cannot be made.
    """
    encoder = _encoder_of(path)
    if not np.isfinite(weights).all():
        raise OutputError("a network can only be filmed with weights that are finite numbers")
    _require_frames(task)
    # every so many steps, so that the film plays at the speed of the episode
    every = max(1, math.ceil(task.render_fps / encoder.most_fps))
    fps = task.render_fps / every
    take = _Take(task, network, weights, seed)
    try:
        if path.is_dir():
            raise OutputError(f"{path}: is a folder; name a file")
        write_atomically(path, lambda file: encoder.encode(file, take.frames(every), fps))
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror or error})") from error
    weight = float(weights[0, 0]) if weights.shape[1] == 1 else None
    return Film(path, take.earned, take.steps, weight, take.n_frames, take.n_frames / fps)


def _encoder_of(path: Path) -> Encoder:
    encoder = ENCODERS.get(path.suffix.lower())
    if encoder is None:
        raise OutputError(
            f"{path}: a film's name must end in {' or '.join(ENCODERS)}, got '{path.suffix or path.name}'"
        )
    return encoder


def _require_frames(task: Task) -> None:
    environment = make_environment(task.env, task.kwargs)
    modes = environment.metadata.get("render_modes") or []
    environment.close()
    if "rgb_array" not in modes:
        known = f"only as {', '.join(map(repr, modes))}" if modes else "not at all"
        raise OutputError(f"{task.env}: cannot be filmed; it renders {known}, a film needs 'rgb_array'")


class _Take:
    """One episode and what it earned; it is played while its frames are drawn from it."""

    def __init__(self, task: Task, network: Network, weights: np.ndarray, seed: int) -> None:
        self.earned, self.steps, self.n_frames = 0.0, 0, 0
        self._task, self._network, self._weights, self._seed = task, network, weights, seed

    def frames(self, every: int) -> Iterator[np.ndarray]:
        """Play, and yield the `(H, W, 3)` picture of the start, of every `every` steps and of the end."""
        episode, size, over = None, None, False
        try:
            episode = Episode(self._task, self._seed, "rgb_array")
            while True:
                if over or episode.steps % every == 0:
                    frame = episode.render()
                    size = _checked_size(frame, size)
                    self.n_frames += 1
                    yield frame
                if over:
                    return
                over = episode.step(self._decide(episode.observation))
                self.earned, self.steps = episode.earned, episode.steps
        except WannError:
            raise
        except Exception as error:
            what = " ".join(str(error).split())
            step = episode.steps if episode else 0
            raise OutputError(
                f"{self._task.env}: the episode failed at step {step}: {type(error).__name__}: {what}"
            ) from error
        finally:
            if episode:
                episode.close()

    def _decide(self, observation: np.ndarray) -> np.ndarray:
        return self._task.actions.decode(forward(self._network, self._weights, observation[None]))[0]


def _checked_size(frame: object, size: tuple[int, ...] | None) -> tuple[int, ...]:
    """Return a frame's shape.

    Raises:
        ValueError: it is no picture, or not as large as the one before.
    """
    if not isinstance(frame, np.ndarray) or frame.dtype != np.uint8 or frame.shape[2:] != (3,):
        got = f"{frame.dtype} {frame.shape}" if isinstance(frame, np.ndarray) else type(frame).__name__
        raise ValueError(f"render() gave {got}, expected uint8 (height, width, 3)")
    if size is not None and frame.shape != size:
        raise ValueError(f"render() gave a picture of {frame.shape} after one of {size}")
    return frame.shape
